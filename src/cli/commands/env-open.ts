import { atMost } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { hours } from '../duration.ts'
import { duration, text } from '../flags.ts'
import { openAndRead, valueAt } from '../opened.ts'
import { pathArgument } from '../property-path-argument.ts'
import { openFormat, renderOpened } from '../value-output.ts'

/** `esc env open`, also `esc open`. */
export const command = environmentCommand({
  usage: '<environment>[@<version>] [<property path>]',
  summary: 'Open an environment and print what it holds, secrets in clear',
  description: `Opening evaluates the definition: secrets are unsealed and providers asked for fresh credentials.
With a path only the value there is printed.

Formats: json, yaml, string, detailed (with origins), dotenv and shell (the environment variables and
files; files are written to temporary files that stay).

When the definition has errors they are printed and nothing else; OPENESC_STRICT=1 makes that exit code 1.`,
  examples: [
    'esc open acme/web/dev',
    'esc open acme/web/dev aws.login.accessKeyId --format string',
    'eval "$(esc open acme/web/dev --format shell)"',
  ],
  arguments: atMost(2),
  flags: {
    lifetime: duration('How long the opened environment can be read', { short: 'l', initial: hours(2) }),
    format: text('json, yaml, string, detailed, dotenv, shell, fish or powershell', {
      short: 'f',
      initial: 'json',
    }),
    draft: text('Open the draft with this change request id', { placeholder: 'change-request-id' }),
  },
  async run(call) {
    const { flags, args, world, out } = call
    const path = args[0] === undefined ? [] : pathArgument(args[0], `invalid property path ${args[0]}`)
    const format = openFormat(flags.format, path.length > 0)
    const opened = await openAndRead(call, flags)
    if (opened === null) return
    const value = path.length === 0 ? opened : (valueAt(opened, path) ?? { trace: opened.trace })
    out.write(await renderOpened(value, format, world))
  },
})

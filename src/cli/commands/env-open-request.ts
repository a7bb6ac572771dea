import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { hours, toSeconds } from '../duration.ts'
import { Failure } from '../failure.ts'
import { duration } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc env open-request`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Ask for an approval to open an environment',
  examples: [
    'esc env open-request acme/web/prod',
    'esc env open-request acme/web/prod --access-duration-seconds 3600s',
  ],
  arguments: exactly(1),
  flags: {
    'grant-expiration-seconds': duration('How long the approval can be used', { initial: hours(25) }),
    'access-duration-seconds': duration('How long opening is allowed once it is used', {
      initial: hours(72),
    }),
    output: outputFlag,
  },
  async run({ api, reference, flags, out }) {
    const asJson = wantsJson(flags.output)
    const [id] = await api.requestOpen(reference, {
      grantExpiration: toSeconds(flags['grant-expiration-seconds']),
      accessDuration: toSeconds(flags['access-duration-seconds']),
    })
    if (id === undefined)
      throw new Failure('the server made no request: opening needs no approval, or it gave no reason')
    if (asJson) out.json({ changeRequestId: id })
    else out.line(`Created environment open request with ID: ${id}`)
  },
})

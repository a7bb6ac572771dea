import { exactly } from '../argument-count.ts'
import { command as define } from '../command.ts'
import { Exit } from '../failure.ts'
import { optionFlags, readProgramOptions } from '../program-options.ts'
import { serverOptions } from '../server-options.ts'

const prefix = 'OPENESC_'

/** `esc server start`. */
export const command = define({
  usage: '',
  summary: 'Start the service: one process, one SQLite file',
  description: `The first start on an empty directory makes an organization, an administrator and its access token. Every setting is a flag,
a variable (named in brackets) or a key of the configuration file; a flag wins over a variable, that over the file.`,
  examples: [
    'esc server start',
    'esc server start --data ./data --issuer-base-url https://esc.example.com --organization acme --user ada --token-file ./first-token',
    'esc server start --config openesc.yaml',
  ],
  arguments: exactly(0),
  flags: optionFlags(serverOptions, prefix),
  async run({ world, flags, given }) {
    const options = await readProgramOptions(world, serverOptions, { prefix, values: flags, given })
    const code = await world.programs.startServer(options)
    if (code !== 0) throw new Exit(code)
  },
})

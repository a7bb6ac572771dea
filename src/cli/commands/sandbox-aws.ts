import { sandboxOptions } from '../../sts/options.ts'
import { exactly } from '../argument-count.ts'
import { command as define } from '../command.ts'
import { Exit } from '../failure.ts'
import { optionFlags, readProgramOptions } from '../program-options.ts'

const prefix = 'OPENESC_SANDBOX_'

/** `esc sandbox aws`. */
export const command = define({
  usage: '',
  summary: 'Start a local IAM and STS, as strict as AWS',
  description:
    'A stand-in for AWS that checks tokens, roles and trust policies as AWS does, and explains every decision.',
  examples: [
    'esc sandbox aws',
    'esc sandbox aws --port 3721 --account 123456789012',
    'esc server start --sts-endpoint http://127.0.0.1:3721',
  ],
  arguments: exactly(0),
  flags: optionFlags(sandboxOptions, prefix),
  async run({ world, flags, given }) {
    const options = await readProgramOptions(world, sandboxOptions, { prefix, values: flags, given })
    const code = await world.programs.startSandbox(options)
    if (code !== 0) throw new Exit(code)
  },
})

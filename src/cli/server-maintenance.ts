import { exactly } from './argument-count.ts'
import { command as define } from './command.ts'
import { Failure } from './failure.ts'
import { optionFlags, readProgramOptions } from './program-options.ts'
import { serverOptions } from './server-options.ts'
import type { MaintenanceTask } from './world.ts'

const prefix = 'OPENESC_'
const options = serverOptions.filter(
  ({ name }) => name === 'data' || name === 'database' || name === 'config',
)

const keyNames = ['keyFile', 'passphraseFile', 'oldKeyFiles']
const keyOptions = serverOptions.filter(({ name }) => keyNames.includes(name))

/** A command that does a piece of maintenance with the settings of the server. `operand` names its one argument. */
export function maintenanceCommand(about: {
  readonly task: MaintenanceTask
  readonly operand: string | null
  readonly summary: string
  readonly description: string
  readonly examples: readonly string[]
}) {
  const { task, operand, summary, description, examples } = about
  return define({
    usage: operand === null ? '' : `<${operand}>`,
    summary,
    description,
    examples: [...examples],
    arguments: exactly(operand === null ? 0 : 1),
    flags: optionFlags(task.startsWith('keys-') ? [...options, ...keyOptions] : options, prefix),
    async run({ world, flags, given, args }) {
      const settings = await readProgramOptions(world, serverOptions, { prefix, values: flags, given })
      const { maintain } = world.programs
      if (maintain === undefined) throw new Failure('maintenance is not available here')
      const told = await maintain(task, {
        ...settings,
        ...(operand === null ? {} : { operand: args[0] ?? '' }),
      })
      world.stderr.write(new TextEncoder().encode(`${told}\n`))
    },
  })
}

import { exactly } from './argument-count.ts'
import { type AccountCall, offlineCommand } from './command.ts'
import { Failure } from './failure.ts'
import { type FlagTable, toggle } from './flags.ts'
import { optionFlags, readProgramOptions } from './program-options.ts'
import { serverOptions } from './server-options.ts'
import type { MaintenanceTask } from './world.ts'

const prefix = 'OPENESC_'
const options = serverOptions.filter(
  ({ name }) => name === 'data' || name === 'database' || name === 'config',
)

const keyNames = ['keyFile', 'passphraseFile', 'oldKeyFiles', 'kmsKey', 'kmsEndpoint', 'oldKmsKeys']
const keyOptions = serverOptions.filter(({ name }) => keyNames.includes(name))
const metricsOptions = serverOptions.filter(({ name }) => name === 'metricsPort')

/**
 * A command that does a piece of maintenance with the settings of the server. `operand` names its one argument; `online` does
 * the same through a server that runs, and adds the flag that asks for it.
 */
export function maintenanceCommand(about: {
  readonly task: MaintenanceTask
  readonly operand: string | null
  readonly summary: string
  readonly description: string
  readonly examples: readonly string[]
  /** Flags of this task alone; what is given goes to it under the flag's name. */
  readonly more?: FlagTable
  readonly online?: (call: AccountCall<FlagTable>) => Promise<void>
}) {
  const { task, operand, summary, description, examples, more = {}, online } = about
  const needsKeys = /^(?:keys-|backup|restore$|doctor$|protect$)/.test(task)
  const flags: FlagTable = {
    ...optionFlags(
      [...options, ...(needsKeys ? keyOptions : []), ...(task === 'status' ? metricsOptions : [])],
      prefix,
    ),
    ...more,
    ...(online === undefined
      ? {}
      : { online: toggle('Ask the server that you are logged in to, while it serves') }),
  }
  return offlineCommand({
    usage: operand === null ? '' : `<${operand}>`,
    summary,
    description,
    examples: [...examples],
    arguments: exactly(operand === null ? 0 : 1),
    flags,
    async run({ world, flags: values, given, args }, account) {
      if (values['online'] === true && online !== undefined) {
        await online(await account())
        return
      }
      const settings = await readProgramOptions(world, serverOptions, { prefix, values, given })
      const { maintain } = world.programs
      if (maintain === undefined) throw new Failure('maintenance is not available here')
      const say = (line: string) => world.stderr.write(new TextEncoder().encode(`${line}\n`))
      const operands = operand === null ? {} : { operand: args[0] ?? '' }
      const asked = Object.keys(more).filter((name) => given.has(name))
      const flagged = Object.fromEntries(asked.map((name) => [name, String(values[name])]))
      const told = await maintain(task, { ...settings, ...operands, ...flagged }, say)
      // What is asked for is the output; what was done is a remark.
      if (task === 'status') world.stdout.write(new TextEncoder().encode(`${told}\n`))
      else say(told)
    },
  })
}

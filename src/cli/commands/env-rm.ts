import { between } from '../argument-count.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { deleteInDefinition, encodeDefinition, parseDefinition } from '../definition-edit.ts'
import { readForWrite, writeDefinition } from '../definition-write.ts'
import { reportShort } from '../diagnostics.ts'
import { apiErrorOf, Failure } from '../failure.ts'
import { type FlagTable, toggle } from '../flags.ts'
import { pathArgument } from '../property-path-argument.ts'
import { fullName } from '../reference.ts'

/** `esc env rm`. */
export const command = environmentCommand({
  usage: '<environment> [<property path>]',
  summary: 'Remove an environment, or one value from its definition',
  examples: [
    'esc env rm acme/web/dev',
    'esc env rm acme/web/dev aws.region',
    'esc env rm acme/web/dev --yes',
  ],
  arguments: between(0, 2),
  flags: { yes: toggle('Remove without asking', { short: 'y' }) },
  refusesVersions: 'rm',
  async run(call) {
    if (call.args[0] === undefined) await removeEnvironment(call, call.flags.yes)
    else await removeValue(call, call.args[0])
  },
})

async function removeEnvironment(call: EnvironmentCall<FlagTable>, yes: boolean): Promise<void> {
  const { api, reference, out, world } = call
  const name = fullName(reference)
  const question = `This will permanently remove the "${name}" environment!`
  if (!yes && !(await confirmed(world, out, question, name))) throw new Failure('confirmation declined')
  try {
    await api.deleteEnvironment(reference)
  } catch (error) {
    const refused = apiErrorOf(error)
    if (refused?.code !== 409 || !refused.reason.includes('protect')) throw error
    throw new Failure(
      'cannot delete environment: deletion protection is enabled. Disable deletion protection with ' +
        `'esc env settings set ${name} deletion-protected false' before deleting`,
      { cause: error },
    )
  }
  out.line(`Environment "${name}" has been removed!`)
}

async function removeValue(call: EnvironmentCall<FlagTable>, argument: string): Promise<void> {
  const path = pathArgument(argument, 'invalid path')
  if (path.length === 0) throw new Failure('path must contain at least one element')
  const { source, etag } = await readForWrite(call, '')
  const changed = deleteInDefinition(parseDefinition(source), path)
  if (changed === null) return
  reportShort(call, await writeDefinition(call, { source: encodeDefinition(changed), etag }, ''))
}

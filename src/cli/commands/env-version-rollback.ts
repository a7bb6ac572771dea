import { exactly } from '../argument-count.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { draftFlag, isDraftId, type ReadDefinition, writeDefinition } from '../definition-write.ts'
import { isError, printLong } from '../diagnostics.ts'
import { DefinitionFailure, Failure, prefixed } from '../failure.ts'
import type { FlagTable } from '../flags.ts'
import { atVersion } from '../reference.ts'

/** `esc env version rollback`. */
export const command = environmentCommand({
  usage: '<environment>@<version>',
  summary: 'Write the text of an older revision as a new one',
  examples: ['esc env version rollback acme/web/dev@3', 'esc env version rollback acme/web/dev@stable'],
  arguments: exactly(1),
  flags: { draft: draftFlag },
  async run(call) {
    const { flags, reference, out } = call
    if (reference.version === '') throw new Failure('please specify a version')
    const definition = await readOld(call, flags.draft)
    const diagnostics = await writeDefinition(call, definition, flags.draft)
    const environment = `${reference.project}/${reference.name}`
    printLong(out, diagnostics, { environment, source: definition.source })
    if (diagnostics.some(isError)) throw new DefinitionFailure('could not roll back: too many errors')
    if (flags.draft === '') out.line('Environment updated.')
  },
})

/** The old text, to be written whatever stands there now; the draft's own text when a draft is named. */
async function readOld(call: EnvironmentCall<FlagTable>, draft: string): Promise<ReadDefinition> {
  const { api, reference } = call
  if (!isDraftId(draft))
    return { source: (await api.readDefinition(reference, atVersion(reference))).source, etag: '' }
  const read = () => api.readDraft(reference, draft)
  return { source: (await prefixed('getting environment draft definition', read)).source, etag: '' }
}

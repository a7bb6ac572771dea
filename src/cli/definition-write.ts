import type { WireDiagnostic } from '../client/index.ts'
import type { EnvironmentCall } from './command.ts'
import { isError } from './diagnostics.ts'
import { prefixed } from './failure.ts'
import { type FlagTable, text } from './flags.ts'

/** The flag of commands that may write a draft: alone it makes one, with an id it changes one. */
export const draftFlag = text(
  'Write a draft for approval: a new one, or the one with this change request id',
  {
    bare: 'new',
    placeholder: 'change-request-id',
  },
)

type Call = EnvironmentCall<FlagTable>

/** A definition and the concurrency token to write it back with. */
export interface ReadDefinition {
  readonly source: Uint8Array
  readonly etag: string
}

/** Whether `--draft` names a draft that exists. */
export function isDraftId(draft: string): boolean {
  return draft !== '' && draft !== 'new'
}

/** The definition to change: of the environment, or of the draft that `--draft=<id>` names. */
export async function readForWrite(call: Call, draft: string, decrypt = false): Promise<ReadDefinition> {
  const { api, reference } = call
  if (isDraftId(draft)) {
    return prefixed('getting environment draft definition', () => api.readDraft(reference, draft))
  }
  return prefixed('getting environment definition', () => api.readDefinition(reference, { decrypt }))
}

/** Writes a definition where `--draft` says, telling about drafts on stdout. Gives the findings of the server. */
export async function writeDefinition(
  call: Call,
  { source, etag }: ReadDefinition,
  draft: string,
): Promise<readonly WireDiagnostic[]> {
  const { api, reference } = call
  if (draft === '') {
    const write = () => api.updateDefinition(reference, source, etag)
    return (await prefixed('updating environment definition', write)).diagnostics
  }
  return draft === 'new' ? createDraft(call, { source, etag }) : updateDraft(call, { source, etag }, draft)
}

async function createDraft(call: Call, { source, etag }: ReadDefinition): Promise<readonly WireDiagnostic[]> {
  const { api, reference, out } = call
  const write = () => api.createDraft(reference, source, etag)
  const { diagnostics, changeRequestId } = await prefixed('creating environment draft', write)
  if (diagnostics.some(isError)) return diagnostics
  out.line(`Change request created: ${changeRequestId}`)
  out.line(`Change request URL: ${draftUrl(call, changeRequestId)}`)
  await prefixed('submitting change request', () =>
    api.submitChangeRequest(reference.organization, changeRequestId),
  )
  out.line('Change request submitted')
  return diagnostics
}

async function updateDraft(
  call: Call,
  { source, etag }: ReadDefinition,
  draft: string,
): Promise<readonly WireDiagnostic[]> {
  const { api, reference, out } = call
  const write = () => api.updateDraft(reference, draft, source, etag)
  const { diagnostics } = await prefixed('updating environment draft', write)
  if (diagnostics.some(isError)) return diagnostics
  out.line('Change request updated')
  out.line(`Change request URL: ${draftUrl(call, draft)}`)
  return diagnostics
}

function draftUrl({ session, reference }: Call, changeRequestId: string): string {
  if (session.consoleUrl === '') return ''
  const { organization, project, name } = reference
  return `${session.consoleUrl}/${organization}/esc/${project}/${name}?version=${changeRequestId}`
}

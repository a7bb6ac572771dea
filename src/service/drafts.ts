import { AppError, type Diagnostic } from '../diag/index.ts'
import type { ChangeRequest, ReadTransaction, Transaction } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { addEvent, noteChangeRequest } from './approvals.ts'
import { prepareText } from './definitions.ts'
import { formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { etagHolds, etagOf, hashContent } from './revision-lookup.ts'

/** The states in which a draft is the one that its environment may have. */
export const activeStatuses: readonly string[] = ['draft', 'ready']

/** A draft's text; `etag` is what an update sends back. */
export interface DraftText {
  readonly source: Uint8Array
  readonly etag: string
  readonly request: ChangeRequest
}

/** A draft after a write; `diagnostics` holds warnings only. */
export interface DraftWrite {
  readonly request: ChangeRequest
  readonly etag: string
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Proposed definitions. An environment has at most one that is neither applied nor closed; until then it can be read,
 * changed and opened, also after it was submitted.
 */
export interface Drafts {
  /** @throws AppError DIAGNOSTICS, ETAG_MISMATCH, DRAFT_EXISTS */
  create(access: EnvironmentAccess, source: Uint8Array, etag: string | undefined): Promise<DraftWrite>
  /** @throws AppError DRAFT_NOT_FOUND */
  read(access: EnvironmentAccess, id: string, revision?: number): Promise<DraftText>
  /** @throws AppError DRAFT_NOT_FOUND, DIAGNOSTICS, ETAG_MISMATCH, CHANGE_REQUEST_STATE */
  update(
    access: EnvironmentAccess,
    id: string,
    source: Uint8Array,
    etag: string | undefined,
  ): Promise<DraftWrite>
  /** The active draft, for the environment's metadata. */
  active(access: EnvironmentAccess): Promise<ChangeRequest | null>
}

/** The use cases of drafts over the service's parts. */
export function createDrafts(parts: ServiceParts): Drafts {
  return {
    async create(access, source, etag) {
      const { source: sealed, diagnostics } = await prepareText(parts, access, source)
      const request = await parts.store.change((transaction) =>
        insertDraft(transaction, parts, access, sealed, etag),
      )
      return {
        request,
        diagnostics,
        etag: draftEtag(request.id, request.latestRevision, hashContent(sealed)),
      }
    },
    read: (access, id, revision) =>
      parts.store.read((transaction) => readDraft(transaction, access, id, revision)),
    async update(access, id, source, etag) {
      // A missing draft is told before its text is looked at.
      await parts.store.read((transaction) => findDraft(transaction, access, id))
      const { source: sealed, diagnostics } = await prepareText(parts, access, source)
      const request = await parts.store.change((transaction) =>
        replaceText(transaction, parts, access, id, sealed, etag),
      )
      return {
        request,
        diagnostics,
        etag: draftEtag(request.id, request.latestRevision, hashContent(sealed)),
      }
    },
    active: ({ environment }) =>
      parts.store.read((transaction) => transaction.changeRequests.active(environment.id, activeStatuses)),
  }
}

async function insertDraft(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  source: Uint8Array,
  etag: string | undefined,
): Promise<ChangeRequest> {
  const { environment, organization, caller } = access
  const base = await transaction.revisions.latest(environment.id)
  if (base === null || !etagHolds(etag, etagOf(base))) throw new AppError('ETAG_MISMATCH')
  const active = await transaction.changeRequests.active(environment.id, activeStatuses)
  if (active !== null) {
    throw new AppError('DRAFT_EXISTS', { environment: formatName(environment), id: active.id })
  }
  const nowMs = parts.clock().getTime()
  const request: ChangeRequest = {
    id: parts.ids(),
    organizationId: organization.id,
    environmentId: environment.id,
    action: 'update',
    status: 'draft',
    description: '',
    createdBy: caller.actor,
    baseRevision: base.number,
    latestRevision: 1,
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
  await transaction.changeRequests.insert(request)
  await insertText(transaction, request.id, 1, source, { by: caller.actor, atMs: nowMs })
  await noteChangeRequest(transaction, parts, access, environment, request, 'created')
  return request
}

async function insertText(
  transaction: Transaction,
  id: string,
  number: number,
  source: Uint8Array,
  { by, atMs }: { readonly by: ChangeRequest['createdBy']; readonly atMs: number },
): Promise<void> {
  await transaction.changeRequests.insertDraft({
    changeRequestId: id,
    number,
    source,
    contentHash: hashContent(source),
    creator: by,
    createdMs: atMs,
  })
  await addEvent(transaction, { id }, 'revision_added', by, atMs, { revisionNumber: number })
}

async function findDraft(
  transaction: ReadTransaction,
  { environment }: EnvironmentAccess,
  id: string,
): Promise<ChangeRequest> {
  const request = await transaction.changeRequests.get(id)
  if (request?.environmentId !== environment.id || request.action !== 'update') {
    throw new AppError('DRAFT_NOT_FOUND', { id: id.slice(0, 100) })
  }
  return request
}

async function readDraft(
  transaction: ReadTransaction,
  access: EnvironmentAccess,
  id: string,
  revision: number | undefined,
): Promise<DraftText> {
  const request = await findDraft(transaction, access, id)
  const number = revision || request.latestRevision
  const draft = await transaction.changeRequests.draft(id, number)
  if (draft === null) throw new AppError('DRAFT_NOT_FOUND', { id: `${id}@${number}` })
  return { source: draft.source, etag: draftEtag(id, number, draft.contentHash), request }
}

function draftEtag(id: string, number: number, contentHash: string): string {
  return `"${id}.${number}.${contentHash.slice(0, 16)}"`
}

async function replaceText(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  id: string,
  source: Uint8Array,
  etag: string | undefined,
): Promise<ChangeRequest> {
  const current = await readDraft(transaction, access, id, undefined)
  if (!etagHolds(etag, current.etag)) throw new AppError('ETAG_MISMATCH')
  const { status, latestRevision } = current.request
  if (!activeStatuses.includes(status)) {
    throw new AppError('CHANGE_REQUEST_STATE', {
      wanted: activeStatuses.join(' or '),
      action: 'change',
      status,
    })
  }
  const nowMs = parts.clock().getTime()
  if (!(await transaction.changeRequests.advance(id, latestRevision, nowMs))) {
    throw new AppError('ETAG_MISMATCH')
  }
  await insertText(transaction, id, latestRevision + 1, source, { by: access.caller.actor, atMs: nowMs })
  // An approval was for the text that it saw.
  await transaction.changeRequests.deleteApprovals(id)
  await noteChangeRequest(transaction, parts, access, access.environment, current.request, 'updated')
  return { ...current.request, latestRevision: latestRevision + 1, modifiedMs: nowMs }
}

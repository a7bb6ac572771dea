import { AppError } from '../diag/index.ts'
import type {
  Approval,
  ChangeRequest,
  ChangeRequestEvent,
  Environment,
  OpenRequest,
  ReadTransaction,
  Transaction,
} from '../store/index.ts'
import { authorizeEnvironment, type EnvironmentAccess, type OrganizationAccess } from './access.ts'
import {
  addEvent,
  approvalNeeded,
  type ChangeRequestVerb,
  type EvaluatedGate,
  evaluateGates,
  type Gate,
  gatesOn,
  noteChangeRequest,
} from './approvals.ts'
import { appendRevision, prepareText } from './definitions.ts'
import { updated } from './environment-update.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import type { EnvironmentPermission } from './permissions.ts'
import { storable } from './value-crypters.ts'

/** A change request with the environment it is about. */
export interface ChangeRequestEntry {
  readonly request: ChangeRequest
  readonly environment: Environment
}

/** Which change requests to list, and from where on. */
export interface ListChangeRequests {
  readonly continuationToken?: string | undefined
  readonly count?: number | undefined
  readonly entityType?: string | undefined
  readonly entityId?: string | undefined
}

/** The use cases of change requests. A request about an environment that the caller may not read does not exist. */
export interface ChangeRequests {
  list(
    access: OrganizationAccess,
    options: ListChangeRequests,
  ): Promise<{ readonly entries: readonly ChangeRequestEntry[]; readonly continuationToken: string | null }>
  get(
    access: OrganizationAccess,
    id: string,
  ): Promise<ChangeRequestEntry & { readonly gates: readonly EvaluatedGate[] }>
  events(access: OrganizationAccess, id: string): Promise<readonly ChangeRequestEvent[]>
  describe(access: OrganizationAccess, id: string, description: string): Promise<void>
  /** @throws AppError CHANGE_REQUEST_STATE when it is no draft any more */
  submit(access: OrganizationAccess, id: string, description?: string): Promise<void>
  approve(access: OrganizationAccess, id: string, revision: number, comment?: string): Promise<void>
  withdraw(access: OrganizationAccess, id: string, comment?: string): Promise<void>
  /**
   * Makes the draft the newest revision, or lets a request to open take effect.
   *
   * @throws AppError CHANGE_REQUEST_STATE, APPROVAL_NEEDED, ETAG_MISMATCH when the environment changed since, DIAGNOSTICS
   */
  apply(access: OrganizationAccess, id: string): Promise<ChangeRequestEntry>
  close(access: OrganizationAccess, id: string, comment?: string): Promise<void>
  comment(access: OrganizationAccess, id: string, comment: string): Promise<void>
}

/** The use cases of change requests over the service's parts. */
export function createChangeRequests(parts: ServiceParts): ChangeRequests {
  const change = (
    access: OrganizationAccess,
    id: string,
    needs: EnvironmentPermission,
    verb: ChangeRequestVerb,
    work: (transaction: Transaction, found: Found, step: Step) => Promise<void>,
  ) =>
    parts.store.change(async (transaction) => {
      const found = await find(transaction, access, id, needs)
      await work(transaction, found, { by: access.caller.actor, atMs: parts.clock().getTime() })
      await noteChangeRequest(transaction, parts, access, found.environment, found.request, verb)
    })
  return {
    list: (access, options) => parts.store.read((transaction) => list(transaction, access, options)),
    get: (access, id) =>
      parts.store.read(async (transaction) => {
        const { request, environment, gates, approvals } = await find(transaction, access, id, 'read')
        return { request, environment, gates: evaluateGates(gates, request, approvals) }
      }),
    events: (access, id) =>
      parts.store.read(async (transaction) => {
        await find(transaction, access, id, 'read')
        return (await transaction.changeRequests.events(id, 0, 1_000)).items
      }),
    describe: (access, id, description) =>
      change(access, id, 'write', 'updated', async (transaction, { request }, { by, atMs }) => {
        await transaction.changeRequests.transition(id, request.status, { description, modifiedMs: atMs })
        await addEvent(transaction, request, 'description_updated', by, atMs)
      }),
    submit: (access, id, description) =>
      change(access, id, 'write', 'submitted', async (transaction, { request }, step) => {
        await move(transaction, request, ['draft'], 'submit', 'ready', step)
        if (description !== undefined)
          await transaction.changeRequests.transition(id, 'ready', { description })
      }),
    approve: (access, id, revision, comment) =>
      change(access, id, 'write', 'approved', (transaction, found, step) =>
        approve(transaction, found, revision, comment, step),
      ),
    withdraw: (access, id, comment) =>
      change(access, id, 'write', 'unapproved', async (transaction, { request }, { by, atMs }) => {
        await transaction.changeRequests.deleteApproval(id, by.id)
        await addEvent(transaction, request, 'unapproved_by_user', by, atMs, comment ? { comment } : {})
      }),
    apply: (access, id) => apply(parts, access, id),
    close: (access, id, comment) =>
      change(access, id, 'write', 'closed', (transaction, { request }, step) =>
        move(transaction, request, ['draft', 'ready'], 'close', 'closed', step, comment),
      ),
    comment: (access, id, comment) =>
      change(access, id, 'read', 'updated', (transaction, { request }, { by, atMs }) =>
        addEvent(transaction, request, 'commented', by, atMs, { comment }),
      ),
  }
}

interface Step {
  readonly by: ChangeRequest['createdBy']
  readonly atMs: number
}

interface Found {
  readonly request: ChangeRequest
  readonly environment: Environment
  readonly access: EnvironmentAccess
  readonly gates: readonly Gate[]
  readonly approvals: readonly Approval[]
}

async function find(
  transaction: ReadTransaction,
  { caller, organization }: OrganizationAccess,
  id: string,
  needs: EnvironmentPermission,
): Promise<Found> {
  const missing = () => new AppError('CHANGE_REQUEST_NOT_FOUND', { id: id.slice(0, 100) })
  const request = await transaction.changeRequests.get(id)
  if (request?.organizationId !== organization.id) throw missing()
  const environment = await transaction.environments.get(request.environmentId)
  if (environment === null || environment.deletedMs !== null) throw missing()
  try {
    // Whoever may not open can still ask to, and follow what was asked.
    const rights = request.action === 'open' && needs === 'write' && caller.actor.id === request.createdBy.id
    const access = await authorizeEnvironment(transaction, caller, rights ? 'read' : needs, environment)
    const gates = await gatesOn(transaction, environment.id, request.action)
    return { request, environment, access, gates, approvals: await transaction.changeRequests.approvals(id) }
  } catch (error) {
    throw error instanceof AppError && error.code === 'ENVIRONMENT_NOT_FOUND' ? missing() : error
  }
}

async function list(
  transaction: ReadTransaction,
  access: OrganizationAccess,
  { continuationToken, count = 100, entityType, entityId }: ListChangeRequests,
): Promise<{ readonly entries: readonly ChangeRequestEntry[]; readonly continuationToken: string | null }> {
  if (entityType !== undefined && entityType !== 'environment')
    return { entries: [], continuationToken: null }
  const entries: ChangeRequestEntry[] = []
  let before =
    continuationToken === undefined ? null : await transaction.changeRequests.get(continuationToken)
  // A request of another organization is no place to go on from (S-19), nor is one that never was: whoever began anew would not end.
  if (continuationToken !== undefined && before?.organizationId !== access.organization.id) {
    throw new AppError('REQUEST_INVALID', {
      what: 'invalid continuationToken: wanted the one that came with the page before',
      hint: 'leave it out to start from the first page',
    })
  }
  for (;;) {
    const page = await transaction.changeRequests.list(
      access.organization.id,
      entityId ?? null,
      before,
      Math.min(count, 500),
    )
    for (const request of page.items) {
      if (entries.length === count) return { entries, continuationToken: entries.at(-1)!.request.id }
      const found = await find(transaction, access, request.id, 'read').catch(() => null)
      if (found !== null) entries.push({ request, environment: found.environment })
    }
    before = page.items.at(-1) ?? null
    if (!page.more || before === null) return { entries, continuationToken: null }
  }
}

/** Puts the request into its next state. @throws AppError CHANGE_REQUEST_STATE */
async function move(
  transaction: Transaction,
  request: ChangeRequest,
  from: readonly string[],
  action: string,
  newStatus: string,
  { by, atMs }: Step,
  reason?: string,
): Promise<void> {
  const { status } = request
  const moved =
    from.includes(status) &&
    (await transaction.changeRequests.transition(request.id, status, { status: newStatus, modifiedMs: atMs }))
  if (!moved) throw new AppError('CHANGE_REQUEST_STATE', { wanted: from.join(' or '), action, status })
  await addEvent(transaction, request, 'status_changed', by, atMs, {
    previousStatus: status,
    newStatus,
    ...(reason ? { reason } : {}),
  })
}

async function approve(
  transaction: Transaction,
  { request, gates }: Found,
  revision: number,
  comment: string | undefined,
  { by, atMs }: Step,
): Promise<void> {
  if (request.status !== 'ready') {
    throw new AppError('CHANGE_REQUEST_STATE', { wanted: 'ready', action: 'approve', status: request.status })
  }
  if (revision !== request.latestRevision) {
    throw new AppError('CONFLICT', {
      what: `revision ${revision} is not the newest of the change request`,
      hint: `read revision ${request.latestRevision} and approve that`,
    })
  }
  if (by.id === request.createdBy.id && gates.some(({ selfApproval }) => !selfApproval)) {
    throw new AppError('FORBIDDEN', {
      permission: 'self-approval',
      resource: `change request ${request.id}`,
      who: 'another member to approve, not an administrator',
    })
  }
  await transaction.changeRequests.putApproval({
    changeRequestId: request.id,
    approver: by,
    revision,
    comment: comment ?? '',
    atMs,
  })
  await addEvent(transaction, request, 'approved_by_user', by, atMs, {
    revisionNumber: revision,
    ...(comment ? { comment } : {}),
  })
}

async function apply(
  parts: ServiceParts,
  access: OrganizationAccess,
  id: string,
): Promise<ChangeRequestEntry> {
  const seen = await parts.store.read(async (transaction) => {
    const found = await find(transaction, access, id, 'write')
    const draft = await transaction.changeRequests.draft(id, found.request.latestRevision)
    return { ...found, source: draft?.source ?? new Uint8Array(0) }
  })
  // What the draft imports may have changed since it was checked.
  const prepared =
    seen.request.action === 'update' ? await prepareText(parts, seen.access, seen.source) : null
  const home = { environment: seen.environment, organization: access.organization }
  const text =
    prepared && (await storable(parts, home, seen.request.baseRevision + 1, prepared.source, prepared))
  return await parts.store.change(async (transaction) => {
    const found = await find(transaction, access, id, 'write')
    const step = { by: access.caller.actor, atMs: parts.clock().getTime() }
    if (found.request.latestRevision !== seen.request.latestRevision) throw new AppError('ETAG_MISMATCH')
    await move(transaction, found.request, ['ready'], 'apply', 'applied', step)
    const open = evaluateGates(found.gates, found.request, found.approvals).find(
      ({ satisfied }) => !satisfied,
    )
    if (open !== undefined) throw approvalNeeded(found.environment, open.gate)
    if (found.request.action === 'open') await grant(transaction, found.request, step.atMs)
    else if (text !== null) {
      const { environment, request } = found
      const revision = await appendRevision(transaction, environment, request.baseRevision, text, {
        caller: access.caller,
        nowMs: step.atMs,
        sourceChangeRequest: { id, description: request.description },
      })
      await note(transaction, parts, access, updated(environment, revision.number))
    }
    await noteChangeRequest(transaction, parts, access, found.environment, found.request, 'applied')
    return { request: { ...found.request, status: 'applied' }, environment: found.environment }
  })
}

/** An approved request may wait for so long before it is used; from then on the access lasts as asked. */
async function grant(transaction: Transaction, request: ChangeRequest, nowMs: number): Promise<void> {
  const asked: OpenRequest | null = await transaction.openRequests.get(request.id)
  if (asked === null) throw new AppError('CHANGE_REQUEST_NOT_FOUND', { id: request.id })
  if (nowMs > request.modifiedMs + asked.grantExpirationSeconds * 1_000) {
    throw new AppError('CONFLICT', { what: 'the approved request was not used in time', hint: 'ask again' })
  }
  await transaction.openRequests.grant(request.id, nowMs, nowMs + asked.accessDurationSeconds * 1_000)
}

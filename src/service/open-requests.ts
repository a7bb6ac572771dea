import { AppError } from '../diag/index.ts'
import type { ChangeRequest, Environment, OpenRequest, ReadTransaction } from '../store/index.ts'
import { type EnvironmentAccess, permissionsOn } from './access.ts'
import { addEvent, gatesOn, noteChangeRequest } from './approvals.ts'
import { formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { usableRevision } from './revision-lookup.ts'

/** The times of a request to open, as clients send them. */
export interface OpenRequestTimes {
  readonly grantExpirationSeconds: number
  readonly accessDurationSeconds: number
}

/** One request for each gated environment that an open needs. */
export interface OpenRequestEntry {
  readonly environment: Environment
  readonly request: ChangeRequest
}

/** Requests to open environments that are opened on approval only. */
export interface OpenRequests {
  /**
   * Asks for the environment and for every gated one it imports; the asked one comes first. They are ready for approval.
   *
   * @throws AppError NOT_GATED
   */
  create(access: EnvironmentAccess, times: OpenRequestTimes): Promise<readonly OpenRequestEntry[]>
  /** @throws AppError CHANGE_REQUEST_NOT_FOUND */
  get(access: EnvironmentAccess, id: string): Promise<OpenRequest & { readonly status: string }>
  /**
   * Asks for other times; approvals of the ones before count no longer.
   *
   * @throws AppError CHANGE_REQUEST_NOT_FOUND, FORBIDDEN for all but who asked, CHANGE_REQUEST_STATE once it is applied or closed
   */
  change(
    access: EnvironmentAccess,
    id: string,
    times: OpenRequestTimes,
  ): Promise<OpenRequest & { readonly status: string }>
}

const mostImports = 256

/** The use cases of requests to open over the service's parts. */
export function createOpenRequests(parts: ServiceParts): OpenRequests {
  return {
    create: (access, times) =>
      parts.store.change(async (transaction) => {
        const gated = await gatedEnvironments(transaction, access)
        if (gated.length === 0) {
          throw new AppError('NOT_GATED', { environment: formatName(access.environment) })
        }
        // The asked environment stands first even when only what it imports is gated.
        if (gated[0]!.id !== access.environment.id) gated.unshift(access.environment)
        const nowMs = parts.clock().getTime()
        const entries: OpenRequestEntry[] = []
        for (const environment of gated) {
          const request: ChangeRequest = {
            id: parts.ids(),
            organizationId: access.organization.id,
            environmentId: environment.id,
            action: 'open',
            status: 'ready',
            description: '',
            createdBy: access.caller.actor,
            baseRevision: environment.latest,
            latestRevision: 0,
            createdMs: nowMs,
            modifiedMs: nowMs,
          }
          await transaction.changeRequests.insert(request)
          await addEvent(transaction, request, 'status_changed', access.caller.actor, nowMs, {
            newStatus: 'ready',
          })
          await transaction.openRequests.insert({
            id: request.id,
            organizationId: access.organization.id,
            environmentId: environment.id,
            asker: { ...access.caller.actor, id: access.caller.ownerId },
            ...times,
            createdMs: nowMs,
            grantedMs: null,
            accessUntilMs: null,
          })
          await noteChangeRequest(transaction, parts, access, environment, request, 'created')
          entries.push({ environment, request })
        }
        return entries
      }),
    get: (access, id) =>
      parts.store.read(async (transaction) => {
        const { asked, request } = await find(transaction, access, id)
        return { ...asked, status: request.status }
      }),
    change: (access, id, times) =>
      parts.store.change(async (transaction) => {
        const { asked, request } = await find(transaction, access, id)
        const { caller, environment } = access
        if (asked.asker.id !== caller.ownerId) {
          throw new AppError('FORBIDDEN', {
            permission: 'being the one who asked',
            resource: `open request ${request.id}`,
            who: 'the one who asked to change it, not anybody',
          })
        }
        const nowMs = parts.clock().getTime()
        if (
          request.status !== 'ready' ||
          !(await transaction.openRequests.changeTimes(id, times)) ||
          !(await transaction.changeRequests.advance(id, request.latestRevision, nowMs))
        ) {
          throw new AppError('CHANGE_REQUEST_STATE', {
            wanted: 'ready',
            action: 'change',
            status: request.status,
          })
        }
        await addEvent(transaction, request, 'revision_added', caller.actor, nowMs, {
          revisionNumber: request.latestRevision + 1,
        })
        await noteChangeRequest(transaction, parts, access, environment, request, 'updated')
        return { ...asked, ...times, status: request.status }
      }),
  }
}

async function find(
  transaction: ReadTransaction,
  { environment }: EnvironmentAccess,
  id: string,
): Promise<{ readonly asked: OpenRequest; readonly request: ChangeRequest }> {
  const asked = await transaction.openRequests.get(id)
  const request = await transaction.changeRequests.get(id)
  if (asked?.environmentId !== environment.id || request === null) {
    throw new AppError('CHANGE_REQUEST_NOT_FOUND', { id: id.slice(0, 100) })
  }
  return { asked, request }
}

/** The environment and all it imports, directly or through others, as far as they are gated and the caller may read them. */
async function gatedEnvironments(
  transaction: ReadTransaction,
  access: EnvironmentAccess,
): Promise<Environment[]> {
  const seen = new Set<string>()
  const gated: Environment[] = []
  const queue: { readonly environment: Environment; readonly version: string }[] = [
    { environment: access.environment, version: 'latest' },
  ]
  for (let next = queue.shift(); next !== undefined && seen.size < mostImports; next = queue.shift()) {
    const { environment, version } = next
    if (seen.has(environment.id)) continue
    seen.add(environment.id)
    if ((await gatesOn(transaction, environment.id, 'open')).length > 0) gated.push(environment)
    const revision = await usableRevision(transaction, environment, version).catch(() => null)
    // As it was noted when the revision was written; it is not read here.
    const named =
      revision === null ? [] : await transaction.environmentReferences.of(environment.id, revision.number)
    for (const wanted of named) {
      const found = await transaction.environments.find(access.organization.id, wanted.project, wanted.name)
      if (found && (await permissionsOn(transaction, access, found)).has('read')) {
        queue.push({ environment: found, version: wanted.version })
      }
    }
  }
  return gated
}

import { AppError } from '../diag/index.ts'
import type {
  AuditedRequest,
  Caller,
  EnvironmentAccess,
  OrganizationAccess,
  RequestFacts,
  Service,
} from '../service/index.ts'
import type { Route } from './route.ts'

/** The entry of one request in the audit trail: written in one place, so that no route can forget it (S-25). */
export interface RequestTrail {
  /** What use cases write their own entries with. */
  readonly request: AuditedRequest
  /** Who was proved to call; set as soon as it is known. */
  caller: Caller | null
  /** @throws AppError AUDIT_UNAVAILABLE; then the answer must not leave */
  answered(access: unknown): Promise<void>
  refused(error: unknown): Promise<void>
}

/** The trail of a request that takes a route. */
export function requestTrail(
  service: Service,
  route: Route,
  parameters: Readonly<Record<string, string>>,
  facts: RequestFacts,
): RequestTrail {
  const request: AuditedRequest = { ...facts, noted: false }
  const action = route.id
  return {
    request,
    caller: null,
    async answered(access) {
      if (this.caller === null || request.noted || isOwnBusiness(route)) return
      const { organization = null, environment = null } = (access ?? {}) as Partial<
        OrganizationAccess & EnvironmentAccess
      >
      const session = parameters['session']
      const answered = { action, request, caller: this.caller, organization, environment, session }
      if (revealsNothing(route)) service.auditedRequests.answeredLater(answered)
      else await service.auditedRequests.answered(answered)
    },
    async refused(error) {
      if (route.permission === 'public' || isNoise(error, this.caller)) return
      const { org = '', project = '', env = '' } = parameters
      await service.auditedRequests.refused({
        action,
        request,
        caller: this.caller,
        names: { organization: org, project, environment: env },
        needs: neededBy(route),
        error: error instanceof AppError ? error : null,
      })
    },
  }
}

/** A flood that is turned away, and what nobody in particular sent in a shape that is none, must not fill the disk. */
function isNoise(error: unknown, caller: Caller | null): boolean {
  if (!(error instanceof AppError)) return false
  return error.kind === 'rate-limited' || (caller === null && error.kind !== 'unauthenticated')
}

/** What callers read of their own accounts, and the catalogue that everybody shares. */
function isOwnBusiness({ permission, method, path }: Route): boolean {
  const own = ['/api/user', '/api/esc/providers', '/api/esc/rotators']
  return permission === 'caller' && method === 'GET' && own.some((prefix) => path.startsWith(prefix))
}

/** Reads that show no secret: of a definition as it is stored, of lists. All else waits for its entry. */
function revealsNothing({ permission, method }: Route): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (typeof permission === 'string') return true
  return 'environment' in permission
    ? permission.environment === 'read'
    : permission.organization !== 'environment_yaml:open'
}

function neededBy({ permission }: Route): string {
  if (typeof permission === 'string') return permission
  return 'environment' in permission ? permission.environment : permission.organization
}

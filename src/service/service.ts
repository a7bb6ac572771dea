import type { EnvironmentAccess } from './access.ts'
import { createGates, type Gates } from './approvals.ts'
import { keepDueCheckpoints } from './audit/checkpoints.ts'
import { type AuditedRequests, createAuditedRequests } from './audit/requests.ts'
import { type AuditLog, createAuditLog } from './audit-log.ts'
import { type BootstrapResult, bootstrap } from './bootstrap.ts'
import { type Callers, createCallers } from './caller.ts'
import { type ChangeRequests, createChangeRequests } from './change-requests.ts'
import { type Checks, createChecks } from './checks.ts'
import { type CloneRequest, cloneEnvironment } from './clone.ts'
import { createDataKeys, type DataKeys } from './data-keys/data-keys.ts'
import { createDeviceLogins, type DeviceLogins } from './device-login/device-logins.ts'
import { createDrafts, type Drafts } from './drafts.ts'
import { createEnvironmentTags, type EnvironmentTags } from './environment-tags.ts'
import { createEnvironments, type Environments } from './environments.ts'
import { createExchanges, type Exchanges } from './exchange/exchange.ts'
import { createTrustedIssuers, type TrustedIssuers } from './exchange/trusted-issuers.ts'
import { createFreshLogins, type FreshLogins } from './fresh-login.ts'
import { createMembers, type Members } from './members.ts'
import { createOpenRequests, type OpenRequests } from './open-requests.ts'
import type { ServiceParts } from './parts.ts'
import { createPeople, type Founding, type People } from './people.ts'
import { createProviders, type Providers } from './providers.ts'
import { createReadiness } from './readiness.ts'
import { createReferrers, type Referrers } from './referrers.ts'
import { createRevisionTags, type RevisionTags } from './revision-tags.ts'
import { createRevisions, type Revisions } from './revisions.ts'
import { createRoles, type Roles } from './roles.ts'
import { createRotations, type Rotations } from './rotations.ts'
import { runDueSchedules } from './schedule-runner.ts'
import { createSchedules, type Schedules } from './schedules.ts'
import { createSeals, type Seals } from './seals.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'
import { createTeams, type Teams } from './teams.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { deliverDue } from './webhook-delivery.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

/**
 * The use cases of the product, by noun. What they need of the caller's rights is proved by the access that
 * `environments.authorize` and `environments.authorizeOrganization` give: there is no other way to make one.
 */
export interface Service {
  readonly callers: Callers
  readonly people: People
  readonly tokens: Tokens
  readonly roles: Roles
  readonly teams: Teams
  readonly signingKeys: SigningKeys
  readonly dataKeys: DataKeys
  readonly members: Members
  readonly auditLog: AuditLog
  readonly auditedRequests: AuditedRequests
  readonly trustedIssuers: TrustedIssuers
  readonly exchanges: Exchanges
  readonly deviceLogins: DeviceLogins
  readonly freshLogins: FreshLogins
  readonly environments: Environments
  readonly revisions: Revisions
  readonly revisionTags: RevisionTags
  readonly environmentTags: EnvironmentTags
  readonly checks: Checks
  readonly sessions: Sessions
  readonly providers: Providers
  readonly seals: Seals
  readonly drafts: Drafts
  readonly changeRequests: ChangeRequests
  readonly openRequests: OpenRequests
  readonly gates: Gates
  readonly referrers: Referrers
  readonly rotations: Rotations
  readonly schedules: Schedules
  readonly webhooks: Webhooks
  clone(access: EnvironmentAccess, request: CloneRequest): Promise<void>
  /**
   * Does what time has brought: due rotations, webhook deliveries, expired sessions. Whoever has a clock calls it now and
   * then; `holder` tells replicas apart.
   */
  tick(holder: string): Promise<void>
  /** Whether requests can be served now. @see createReadiness */
  ready(): Promise<boolean>
  /** @see bootstrap */
  bootstrap(founding: Founding, keep?: (token: string) => Promise<void>): Promise<BootstrapResult>
}

/** The service over its parts. It has no clock, disk, network or randomness of its own. */
export function createService(parts: ServiceParts): Service {
  const rotations = createRotations(parts)
  return {
    callers: createCallers(parts),
    people: createPeople(parts),
    tokens: createTokens(parts),
    roles: createRoles(parts),
    teams: createTeams(parts),
    signingKeys: createSigningKeys(parts),
    dataKeys: createDataKeys(parts),
    members: createMembers(parts),
    auditLog: createAuditLog(parts),
    auditedRequests: createAuditedRequests(parts),
    trustedIssuers: createTrustedIssuers(parts),
    exchanges: createExchanges(parts),
    deviceLogins: createDeviceLogins(parts),
    freshLogins: createFreshLogins(parts),
    environments: createEnvironments(parts),
    revisions: createRevisions(parts),
    revisionTags: createRevisionTags(parts),
    environmentTags: createEnvironmentTags(parts),
    checks: createChecks(parts),
    sessions: createSessions(parts),
    providers: createProviders(parts),
    seals: createSeals(parts),
    drafts: createDrafts(parts),
    changeRequests: createChangeRequests(parts),
    openRequests: createOpenRequests(parts),
    gates: createGates(parts),
    referrers: createReferrers(parts),
    rotations,
    schedules: createSchedules(parts),
    webhooks: createWebhooks(parts),
    clone: (access, request) => cloneEnvironment(parts, access, request),
    async tick(holder) {
      await runDueSchedules(parts, holder)
      await deliverDue(parts)
      await keepDueCheckpoints(parts)
      const nowMs = parts.clock().getTime()
      await parts.store.change(async ({ openSessions, rememberedAnswers }) => {
        await openSessions.deleteExpired(nowMs, 500)
        await rememberedAnswers.deleteExpired(nowMs, 500)
      })
    },
    ready: createReadiness(parts),
    bootstrap: (founding, keep) => bootstrap(parts, founding, keep),
  }
}

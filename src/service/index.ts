export {
  type EvaluatedText,
  plain,
  renderEnvironment,
  renderValue,
  type SessionText,
  valuesOf,
} from '../evaluator/index.ts'
export type {
  AccessToken,
  Actor,
  AuditEntry,
  ChangeRequestEvent,
  Delivery,
  Environment,
  EnvironmentTag,
  Firing,
  RotationEvent,
  Schedule,
  Webhook,
} from '../store/index.ts'
export type { EnvironmentAccess, OrganizationAccess } from './access.ts'
export { type EvaluatedGate, type Gate, gatesSetting } from './approvals.ts'
export type { AuditedRequest, RequestFacts } from './audit/facts.ts'
export type { AnsweredRequest, AuditedRequests, RefusedRequest } from './audit/requests.ts'
export type { BootstrapResult } from './bootstrap.ts'
export { type Caller, withinCaller } from './caller.ts'
export type { ChangeRequestEntry } from './change-requests.ts'
export { callerContext } from './context.ts'
export type { DataKeyStatus, DataKeys } from './data-keys/data-keys.ts'
export { beginRotation, type DataKeyRotation, rotationIn, stepRotation } from './data-keys/rotation.ts'
export { type Verified, verifySeals, whole } from './data-keys/verify.ts'
export { type Definition, EvaluationError, type WriteResult } from './definitions.ts'
export type { DeviceLogins, ShownDeviceLogin } from './device-login/device-logins.ts'
export type { DraftText, DraftWrite } from './drafts.ts'
export type { EnvironmentEntry, EnvironmentPage } from './environment-list.ts'
export type { ExchangedToken } from './exchange/exchange.ts'
export { ExchangeError, type ExchangeRequest } from './exchange/request.ts'
export type { TrustedIssuer } from './exchange/trusted-issuers.ts'
export { freshLoginRules } from './fresh-login.ts'
export {
  forgetReplica,
  type Installation,
  noteReplica,
  type Replica,
  surveyInstallation,
} from './installation.ts'
export type { Member, OrganizationSettings } from './members.ts'
export { checkName, type EnvironmentName, type NameKind } from './names.ts'
export type { OpenRequestEntry } from './open-requests.ts'
export type {
  Catalogue,
  CatalogueEntry,
  EvaluationScope,
  LogEvent,
  Sealed,
  Sealer,
  ServiceParts,
  TokenCodec,
} from './parts.ts'
export type { CallerProfile, Founding } from './people.ts'
export type { EnvironmentPermission, Level, OrganizationPermission } from './permissions.ts'
export {
  type Counting,
  countedHere,
  createRateLimiter,
  createWindowLimiter,
  type Limiter,
  type RateLimit,
  type WindowLimit,
} from './rate-limit.ts'
export type { Referrer } from './referrers.ts'
export { noteRecordsRestored, type Restored, settleRestored } from './restored.ts'
export { etagOf, hashContent } from './revision-lookup.ts'
export type { RevisionTagEntry } from './revision-tags.ts'
export type { RevisionEntry } from './revisions.ts'
export type { RoleRule } from './role-grants.ts'
export { type Role, roleOrganizationNames, rolePermissionNames } from './roles.ts'
export { createService, type Service } from './service.ts'
export type { OpenedSession } from './sessions.ts'
export { createSharedCounting, type SharedCounting } from './shared-limit.ts'
export type { IssuerKey, SigningKeyPower } from './signing-keys.ts'
export { TrailMemory } from './trail-memory.ts'
export type { HookRequest, HookResponse } from './webhook-delivery.ts'

export type {
  AdministrationApi,
  AtVersion,
  DefinitionApi,
  DraftApi,
  EnvironmentName,
  EscApi,
  IdentityApi,
  OpeningApi,
  RevisionApi,
  ScheduleTiming,
  TagApi,
} from './api.ts'
export { type Client, connect } from './connect.ts'
export type { ConnectOptions } from './connection.ts'
export { type LoginState, loginState, type StartedLogin, startLogin } from './device-login.ts'
export { ApiError, isApiError } from './error.ts'
export { createFetchTransport, type FetchLike } from './fetch-transport.ts'
export type { Items } from './items.ts'
export { createNodeTransport, type NodeTransportOptions } from './node-transport.ts'
export type * from './operations.ts'
export { proxyFor } from './proxy.ts'
export {
  auditPageSize,
  type SecurityApi,
  type TokenOwner,
  type WireAccessToken,
  type WireAuditEvent,
  type WireDataKeys,
  type WireSigningKey,
  type WireVerifiedSeals,
} from './security.ts'
export type { Answered, Input, Server } from './server.ts'
export { type HttpRequest, type HttpResponse, type Transport, TransportError } from './transport.ts'
export type {
  CheckedEnvironment,
  CloneInput,
  Definition,
  DraftResult,
  ExchangedToken,
  OpenResult,
  TokenExchange,
  WebhookInput,
  WireDelivery,
  WireDiagnostic,
  WireEnvironment,
  WireEnvironmentSummary,
  WireEnvironmentTag,
  WireExpr,
  WireIssuer,
  WirePosition,
  WireRange,
  WireReferrer,
  WireReferrers,
  WireRetraction,
  WireRevision,
  WireRevisionTag,
  WireRotation,
  WireSchedule,
  WireScheduleEvent,
  WireSettings,
  WireTokenInfo,
  WireUser,
  WireWebhook,
  WriteResult,
} from './wire.ts'

// The door of `openesc/client` where there is no Node: all of it but the transport over `node:http`.
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
} from '../api.ts'
export { type Client, connect } from '../connect.ts'
export type { ConnectOptions } from '../connection.ts'
export { ApiError, isApiError } from '../error.ts'
export { createFetchTransport, type FetchLike } from '../fetch-transport.ts'
export type { Items } from '../items.ts'
export type * from '../operations.ts'
export type { Answered, Input, Server } from '../server.ts'
export { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../transport.ts'

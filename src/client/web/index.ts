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
export { type ClientOptions, createClient } from '../client.ts'
export { type Answered, type ConnectOptions, connect, type Input, type Server } from '../connect.ts'
export { ApiError, isApiError } from '../error.ts'
export { createFetchTransport, type FetchLike } from '../fetch-transport.ts'
export type { Items } from '../items.ts'
export type * from '../operations.ts'
export { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../transport.ts'

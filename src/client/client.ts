import { administrationApi } from './administration.ts'
import type { EscApi } from './api.ts'
import { definitionApi } from './definitions.ts'
import { draftApi } from './drafts.ts'
import { identityApi } from './identity.ts'
import { openingApi } from './opening.ts'
import { revisionApi } from './revisions.ts'
import { securityApi } from './security.ts'
import type { Connection } from './send.ts'
import { tagApi } from './tags.ts'
import type { Transport } from './transport.ts'

/** What a client needs. `baseUrl` is the server's root without `/api/esc`; `token` may be `''` before a login. */
export interface ClientOptions {
  readonly baseUrl: string
  readonly token: string
  readonly transport: Transport
  /** Default `openesc`. */
  readonly userAgent?: string
  /** A W3C `traceparent` that every request carries; absent = none. */
  readonly traceparent?: string
  /** Waits between the attempts of a GET; default a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>
}

/** The service behind `baseUrl`, through a transport. */
export function createClient(options: ClientOptions): EscApi {
  const connection: Connection = {
    baseUrl: options.baseUrl,
    token: options.token,
    transport: options.transport,
    userAgent: options.userAgent ?? 'openesc',
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
    sleep: options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))),
  }
  return {
    ...identityApi(connection),
    ...definitionApi(connection),
    ...openingApi(connection),
    ...draftApi(connection),
    ...revisionApi(connection),
    ...tagApi(connection),
    ...administrationApi(connection),
    ...securityApi(connection),
  }
}

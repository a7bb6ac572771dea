import { createFetchTransport, type FetchLike } from './fetch-transport.ts'
import type { Connection } from './send.ts'
import type { Transport } from './transport.ts'

/** Where a server is, and how to get there. */
export interface ConnectOptions {
  /** The server's root, without `/api/esc`. */
  readonly baseUrl: string
  /** An access token; absent or `''` for the few operations that need none. */
  readonly token?: string
  /** Anything like the platform's `fetch`, which it is by default; or `transport`, for another way altogether. */
  readonly fetch?: FetchLike
  readonly transport?: Transport
  /** Default `openesc`. Browsers send their own. */
  readonly userAgent?: string
  /** A W3C `traceparent` that every request carries; absent = none. */
  readonly traceparent?: string
  /** Waits between the attempts of a GET; default a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>
}

/** What every request of one client shares. */
export function connectionOf(options: ConnectOptions): Connection {
  return {
    baseUrl: options.baseUrl,
    token: options.token ?? '',
    transport: options.transport ?? createFetchTransport(options.fetch ?? platformFetch),
    userAgent: options.userAgent ?? 'openesc',
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
    sleep: options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))),
  }
}

/** Bound anew at each call, so that whoever replaces the platform's `fetch` later is heard. */
const platformFetch: FetchLike = (request) => globalThis.fetch(request)

import { ApiError } from './error.ts'
import { type HttpResponse, type Transport, TransportError } from './transport.ts'
import type { WireDiagnostic } from './wire.ts'

/** What every request of one client shares. `token` is `''` when the caller is not logged in. */
export interface Connection {
  readonly baseUrl: string
  readonly token: string
  readonly transport: Transport
  readonly userAgent: string
  /** The trace that every request belongs to (W3C Trace Context); absent = none. */
  readonly traceparent?: string
  /** Waits between retries; handed in so that tests need not wait. */
  readonly sleep: (milliseconds: number) => Promise<void>
}

/** One call: the query's undefined members are left out, `json` or `text` is the body. */
export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'PUT'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly json?: unknown
  readonly bytes?: Uint8Array
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const attempts = 4
const capMilliseconds = 30_000

/**
 * The answer to a call when its status is 2xx. GETs are tried up to four times when the server fails (5xx), asks to
 * wait (429 with `Retry-After`) or cannot be reached: after 1, 2 and 4 seconds.
 *
 * @throws ApiError for every other status, with the body's code, message and diagnostics
 * @throws TransportError when no answer came
 */
export async function send(connection: Connection, call: Call): Promise<HttpResponse> {
  const retriable = call.method === 'GET' || call.method === 'HEAD'
  for (let attempt = 1; ; attempt += 1) {
    const last = !retriable || attempt === attempts
    const wait = Math.min(1000 * 2 ** (attempt - 1), capMilliseconds)
    const outcome = await attemptOnce(connection, call, last)
    if (outcome.response === null) {
      await connection.sleep(wait)
    } else if (outcome.response.status >= 200 && outcome.response.status < 300) {
      return outcome.response
    } else if (last || !isTransient(outcome.response)) {
      throw refusal(outcome.response, connection.token !== '')
    } else {
      await connection.sleep(retryAfter(outcome.response) ?? wait)
    }
    call.signal?.throwIfAborted()
  }
}

async function attemptOnce(
  connection: Connection,
  call: Call,
  last: boolean,
): Promise<{ readonly response: HttpResponse | null }> {
  try {
    return { response: await request(connection, call) }
  } catch (error) {
    if (last || !(error instanceof TransportError) || !transientCodes.has(error.code)) throw error
    return { response: null }
  }
}

/** A server that restarts answers like this for a moment; a wrong name or certificate does not mend itself. */
const transientCodes = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN'])

/** The answer to one attempt at a call, whatever its status. */
export function request(connection: Connection, call: Call): Promise<HttpResponse> {
  const body = bodyOf(call)
  return connection.transport({
    method: call.method,
    url: connection.baseUrl.replace(/(?<!\/)\/+$/, '') + call.path + queryText(call.query),
    headers: {
      accept: 'application/vnd.pulumi+8',
      'content-type': call.form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
      'user-agent': connection.userAgent,
      ...(connection.traceparent === undefined ? {} : { traceparent: connection.traceparent }),
      ...(connection.token === '' ? {} : { authorization: `token ${connection.token}` }),
      ...call.headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  })
}

function bodyOf(call: Call): Uint8Array | undefined {
  if (call.bytes !== undefined) return call.bytes
  if (call.json !== undefined) return new TextEncoder().encode(JSON.stringify(call.json))
  if (call.form !== undefined) return new TextEncoder().encode(new URLSearchParams(call.form).toString())
  return undefined
}

function queryText(query: Call['query'] = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}

function isTransient(response: HttpResponse): boolean {
  return response.status >= 500 || (response.status === 429 && retryAfter(response) !== null)
}

function retryAfter(response: HttpResponse): number | null {
  const seconds = secondsOf(response.headers['retry-after'])
  return seconds === undefined ? null : Math.min(seconds * 1000, capMilliseconds)
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
}

interface ErrorBody {
  readonly code?: unknown
  readonly message?: unknown
  readonly error_description?: unknown
  readonly diagnostics?: unknown
}

/** The error of an answer that is not 2xx. A body that is not JSON leaves the status as code and its text as reason. */
export function refusal(response: HttpResponse, authenticated: boolean): ApiError {
  const text = new TextDecoder().decode(response.body)
  const body = parseObject(text)
  const requestId = response.headers['x-pulumi-request-id'] ?? ''
  if (response.status === 401 && !authenticated) {
    return new ApiError(401, 'this command requires logging in; try running `esc login` first')
  }
  const more = {
    requestId,
    rule: response.headers['openesc-reason'] ?? '',
    retryAfterSeconds: secondsOf(response.headers['retry-after']),
  }
  if (body === null) return new ApiError(response.status, foreign(response, text), more)
  const diagnostics = diagnosticsOf(body)
  const code = typeof body.code === 'number' ? body.code : diagnostics.length > 0 ? 400 : response.status
  return new ApiError(code, typeof body.message === 'string' ? body.message : text.trim(), {
    ...more,
    diagnostics,
    nextStep: response.headers['openesc-hint'] ?? '',
  })
}

/** The diagnostics of an answer's body, or none. */
export function diagnosticsOf(body: unknown): readonly WireDiagnostic[] {
  const list = (body as ErrorBody | null)?.diagnostics
  return Array.isArray(list) ? (list as WireDiagnostic[]) : []
}

function parseObject(text: string): ErrorBody | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Words for an answer that no ESC server gives: a page of a proxy, a redirect, nothing at all. */
function foreign(response: HttpResponse, text: string): string {
  const location = response.headers['location']
  if (response.status >= 300 && response.status < 400) {
    return `the server redirects to ${location ?? 'another place'}; log in with the URL it redirects to`
  }
  if (isPage(response, text)) {
    return 'the answer is a web page, not an API answer; check that the URL is the root of an ESC server'
  }
  return text.trim() === '' ? 'the server gave no reason' : text.trim().slice(0, 2000)
}

/** Whether an answer is an HTML page. */
export function isPage(response: HttpResponse, text: string): boolean {
  return /\bhtml\b/i.test(response.headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text)
}

import { createRequire } from 'node:module'
import { AnswerReader } from './answer-reader.ts'
import { type HttpRequest, type HttpResponse, TransportError } from './transport.ts'

/** How long one exchange may take in milliseconds (0 = for ever), and how many bytes its answer may have. */
export interface ExchangeLimits {
  readonly timeoutMilliseconds: number
  readonly limitBytes: number
}

/**
 * One request and its answer over a connection of its own, without TLS (RFC 9112).
 *
 * `node:http` would do the same; loading it and running its client takes 6 ms of a command that has 20.
 *
 * @throws the system's own error when the connection fails; TransportError for an answer that is none
 */
export function exchangePlainly(
  request: HttpRequest,
  url: URL,
  limits: ExchangeLimits,
): Promise<HttpResponse> {
  const bytes = requestBytes(request, url)
  const { connect } = createRequire(import.meta.url)('node:net') as typeof import('node:net')
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader(request.method, limits.limitBytes)
    const { signal } = request
    if (signal?.aborted) throw signal.reason
    const socket = connect(Number(url.port || 80), url.hostname.replace(/^\[(.*)\]$/, '$1'))
    const settle = (outcome: () => HttpResponse | null) => {
      try {
        const answer = outcome()
        if (answer === null) return
        resolve(answer)
      } catch (error) {
        reject(error)
      }
      socket.destroy()
    }
    const fail = (error: unknown) =>
      settle(() => {
        throw error
      })
    const { timeoutMilliseconds } = limits
    const timer =
      timeoutMilliseconds > 0 ? setTimeout(() => fail(failure('ETIMEDOUT')), timeoutMilliseconds) : undefined
    const abort = () => fail(signal?.reason)
    signal?.addEventListener('abort', abort)
    socket.on('error', fail)
    socket.on('data', (chunk) => settle(() => reader.take(chunk)))
    // An answer that names no length ends with its connection.
    socket.on('end', () => settle(() => reader.end()))
    socket.on('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      fail(failure('ECONNRESET'))
    })
    socket.write(bytes)
  })
}

/** An error as the system would give it. */
function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}

/** @throws TransportError EINVALID for a name or value that would end its line */
function requestBytes({ method, headers, body }: HttpRequest, url: URL): Buffer {
  const all: Record<string, string> = { host: url.host, ...headers, connection: 'close' }
  if (body !== undefined || !(method === 'GET' || method === 'HEAD')) {
    all['content-length'] = String(body?.length ?? 0)
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const head = [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...lines]
  for (const line of head) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(line)) {
      throw new TransportError('a header holds a character that no header can hold', 'EINVALID')
    }
  }
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
  return body === undefined ? bytes : Buffer.concat([bytes, body])
}

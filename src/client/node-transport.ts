import type * as Http from 'node:http'
import type * as Https from 'node:https'
import { type ExchangeLimits, exchangePlainly } from './plain-exchange.ts'
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from './transport.ts'

/** How the transport reaches servers. Times are milliseconds. */
export interface NodeTransportOptions {
  /** How long one request may take from connect to the last byte; 0 = for ever. Default 60 s. */
  readonly timeoutMilliseconds?: number
  /** Accept certificates that nothing vouches for (`esc login --insecure`). */
  readonly insecure?: boolean
  /** The proxy for a URL, or null for a direct connection; see `proxyFor`. */
  readonly proxy?: (url: URL) => URL | null
  /** Most bytes accepted in an answer. Default 64 MiB. */
  readonly limitBytes?: number
}

/**
 * A transport with a connection per request, as a one-shot program wants it: over sockets for `http:`, over node:https and,
 * through a proxy, node:http for the rest.
 * Redirects are not followed: the access token must not travel to a place the user did not name.
 */
export function createNodeTransport(options: NodeTransportOptions = {}): Transport {
  return async (request) => {
    const url = new URL(request.url)
    const proxy = options.proxy?.(url) ?? null
    if (proxy !== null && url.protocol === 'https:') {
      const { tunnel } = await import('./proxy-tunnel.ts')
      return exchange(request, url, options, { socket: await tunnel(proxy, url, request.signal) })
    }
    if (proxy !== null || url.protocol !== 'http:') return exchange(request, url, options, { proxy })
    return exchangePlainly(request, url, limitsOf(options)).catch((error: NodeJS.ErrnoException) => {
      throw explain(error, url, limitsOf(options).timeoutMilliseconds)
    })
  }
}

function limitsOf(options: NodeTransportOptions): ExchangeLimits {
  return {
    timeoutMilliseconds: options.timeoutMilliseconds ?? 60_000,
    limitBytes: options.limitBytes ?? 64 * 1024 * 1024,
  }
}

interface Route {
  readonly proxy?: URL | null
  readonly socket?: import('node:net').Socket
}

async function exchange(
  request: HttpRequest,
  url: URL,
  options: NodeTransportOptions,
  route: Route,
): Promise<HttpResponse> {
  const { request: open } = await protocol(url)
  const { timeoutMilliseconds: timeout, limitBytes } = limitsOf(options)
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(explain(error, url, timeout))
    const outgoing = open({ ...target(url, route), ...secure(url, options, route), ...init(request, route) })
    outgoing.on('error', fail)
    if (timeout > 0) {
      const timer = setTimeout(() => outgoing.destroy(timedOut()), timeout)
      outgoing.on('close', () => clearTimeout(timer))
    }
    outgoing.on('response', (incoming) => {
      collect(incoming, limitBytes, (body) => resolve({ ...head(incoming), body }), fail)
    })
    outgoing.end(request.body)
  })
}

/** Importing node:http as a module would load the platform's fetch with it, which a short program has no time for. */
async function protocol(url: URL): Promise<Pick<typeof Http, 'request'>> {
  if (url.protocol === 'http:') return process.getBuiltinModule?.('node:http') ?? (await import('node:http'))
  if (url.protocol === 'https:')
    return process.getBuiltinModule?.('node:https') ?? (await import('node:https'))
  throw new TransportError(`${url.origin}: only http and https URLs can be used`, 'EPROTOCOL')
}

function target(url: URL, route: Route): Http.RequestOptions {
  const { proxy } = route
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (!proxy) return { host, port: url.port || undefined, path: url.pathname + url.search }
  return {
    host: proxy.hostname,
    port: proxy.port || 80,
    path: url.href,
  }
}

function secure(url: URL, options: NodeTransportOptions, route: Route): Https.RequestOptions {
  if (url.protocol !== 'https:') return {}
  return {
    rejectUnauthorized: !options.insecure,
    minVersion: 'TLSv1.2',
    servername: url.hostname,
    // The agent that node:https makes hands this to tls.connect, which speaks TLS over the given socket.
    ...(route.socket === undefined ? {} : ({ socket: route.socket } as object)),
  }
}

function init(request: HttpRequest, route: Route): Http.RequestOptions {
  const length = request.body === undefined ? {} : { 'content-length': String(request.body.length) }
  return {
    method: request.method,
    agent: false,
    headers: {
      ...request.headers,
      ...length,
      ...(route.proxy ? { host: new URL(request.url).host, ...proxyAuthorization(route.proxy) } : {}),
      connection: 'close',
    },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
}

/** The `Proxy-Authorization` header for a proxy URL that holds a user and a password. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function head(incoming: Http.IncomingMessage): Pick<HttpResponse, 'status' | 'headers'> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  }
  return { status: incoming.statusCode ?? 0, headers }
}

function collect(
  incoming: Http.IncomingMessage,
  limit: number,
  done: (body: Uint8Array) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= limit) {
      chunks.push(chunk)
      return
    }
    fail(new TransportError(`the answer has more than ${limit} bytes`, 'ETOOBIG'))
    incoming.destroy()
  })
  incoming.on('end', () => done(Buffer.concat(chunks)))
  incoming.on('error', fail)
  incoming.on('aborted', () => fail(Object.assign(new Error('closed early'), { code: 'ECONNRESET' })))
}

function timedOut(): NodeJS.ErrnoException {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })
}

/** The reasons that people meet, with what to look at; anything else keeps the system's text. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing is listening there; is the server running?',
  ENOTFOUND: 'the host name is not known; check the URL',
  EAI_AGAIN: 'the host name could not be looked up; check the network',
  ECONNRESET: 'the server closed the connection early',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPROTO: 'the server does not speak TLS there; is it an http:// URL?',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed; set NODE_EXTRA_CA_CERTS to the file of its authority',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is from an unknown authority; set NODE_EXTRA_CA_CERTS to its file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is from an unknown authority; set NODE_EXTRA_CA_CERTS to its file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is from an unknown authority; set NODE_EXTRA_CA_CERTS to its file',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
}

function explain(error: NodeJS.ErrnoException, url: URL, timeout: number): Error {
  if (error instanceof TransportError || error.name === 'AbortError') return error
  const code = error.code ?? ''
  const reason =
    code === 'ETIMEDOUT' ? `no answer within ${timeout / 1000} s` : (reasons[code] ?? error.message)
  return new TransportError(`could not reach ${url.origin}: ${reason}`, code, { cause: error })
}

import { createServer, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { AppError } from '../diag/index.ts'
import { admissionRefusal, answerRefusal } from './admission.ts'
import { type ConnectionLimits, limitConnections } from './connections.ts'
import { refuse, refuseMalformed } from './malformed.ts'
import type { Pressure } from './pressure.ts'

/** A listener that answers. */
export interface Listener {
  readonly url: string
  readonly port: number
  /** Resolves when a signal asks the program to end, or `close` was called. */
  readonly ended: Promise<void>
  /** Whether a signal asked the program to end, or `close` was called. */
  readonly isStopping: () => boolean
  close(): Promise<void>
}

const graceMilliseconds = 10_000
/** How long clients that are never idle have, at the least, to hear that their connection ends; an idle one is closed then. */
const lastCallMilliseconds = 50
/** The times and sizes of S-54. The parser counts request line and headers together: each has its own limit behind it. */
export const parserLimits = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 15_000,
  // Node looks every 30 s when it is not told, which would make ten seconds forty.
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 28 * 1024,
  // Looked at below, and refused in our own words.
  requireHostHeader: false,
}
const connectionLimits: ConnectionLimits = {
  most: 2_000,
  mostPerAddress: 100,
  readMilliseconds: 60_000,
}

/**
 * Listens and answers until SIGTERM or SIGINT; then says so to whoever asks for readiness, goes on for `drainMilliseconds`,
 * finishes what is under way and closes (S-71). A second signal ends at once.
 *
 * @throws AppError PORT_IN_USE
 */
export async function listen(options: {
  readonly host: string
  readonly port: number
  /** Whether requests may name the host so. */
  readonly isOurHost: (name: string) => boolean
  readonly take: RequestListener
  /** How long new requests are still taken after the first signal, so that balancers notice; 0 when absent. */
  readonly drainMilliseconds?: number
  /** Answers a request that comes when there is too much to do; gives whether it did (R-32). */
  readonly sendsAway?: Pressure['sendsAway']
  /** Others than those of S-54. */
  readonly timeouts?: Partial<typeof parserLimits>
  readonly connections?: Partial<ConnectionLimits>
}): Promise<Listener> {
  const { host, take, isOurHost } = options
  const distrusted = new WeakSet<Duplex>()
  const server = createServer({ ...parserLimits, ...options.timeouts }, (incoming, outgoing) => {
    // A client that keeps its connection busy would hold up the end, and lose the request that the end cuts off.
    if (closed.isStopping()) outgoing.setHeader('Connection', 'close')
    // What follows a request that two readers could read differently may be a part of it.
    if (distrusted.has(incoming.socket)) return
    const refused = admissionRefusal(incoming, isOurHost)
    if (refused !== null) {
      distrusted.add(incoming.socket)
      answerRefusal(outgoing, refused)
    }
    if (refused === null && options.sendsAway?.(incoming, outgoing) !== true) take(incoming, outgoing)
  })
  limitConnections(server, { ...connectionLimits, ...options.connections })
  server.on('clientError', (error, socket) => {
    if (distrusted.has(socket)) socket.end()
    else refuseMalformed(error, socket)
  })
  server.on('connect', (_, socket) => {
    socket.on('error', () => {})
    refuse(socket, 405, { message: 'Method Not Allowed: this server is no proxy' })
  })
  server.on('checkExpectation', (_, response) => {
    if (response.socket !== null) {
      refuse(response.socket, 417, { message: 'the only expectation that is met is `100-continue`' })
    }
  })
  const port = await bind(server, host, options.port)
  const closed = closer(server, options.drainMilliseconds ?? 0)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    ended: closed.promise,
    isStopping: closed.isStopping,
    close: closed.close,
  }
}

/** What answers in the platform's terms, as a listener of `node:http`. */
export function webListener(
  answer: (request: Request, remoteAddress: string) => Response | Promise<Response>,
): RequestListener {
  return getRequestListener((request, { incoming }) =>
    answer(request, 'socket' in incoming ? (incoming.socket?.remoteAddress ?? '') : ''),
  )
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new AppError('PORT_IN_USE', { port, host }, { cause: error }))
      else
        reject(
          new AppError(
            'SETTING_INVALID',
            { name: 'host', wanted: 'an address this machine can listen on', got: `${host}:${port}` },
            { cause: error },
          ),
        )
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function closer(
  server: Server,
  drainMilliseconds: number,
): { promise: Promise<void>; isStopping: () => boolean; close: () => Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let stopping = false
  const stop = (lastCall: number) => {
    stopping = true
    setTimeout(() => {
      // A connection whose request was under way has nothing more to do once that is answered.
      const idle = setInterval(() => server.closeIdleConnections(), lastCallMilliseconds)
      server.close(() => {
        clearInterval(idle)
        resolve()
      })
      setTimeout(() => server.closeAllConnections(), graceMilliseconds).unref()
    }, lastCall)
  }
  const close = async () => {
    if (!stopping) stop(lastCallMilliseconds)
    await promise
  }
  const onSignal = () => {
    if (stopping) process.exit(1)
    stop(Math.max(drainMilliseconds, lastCallMilliseconds))
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  void promise.then(() => {
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
  })
  return { promise, isStopping: () => stopping, close }
}

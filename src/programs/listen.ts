import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { AppError } from '../diag/index.ts'

/** A listener that answers. */
export interface Listener {
  readonly url: string
  readonly port: number
  /** Resolves when a signal asks the program to end, or `close` was called. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

type Answer = (
  request: Request,
  connection: { readonly remoteAddress: string },
) => Response | Promise<Response>

const graceMilliseconds = 10_000

/**
 * Listens and answers until SIGTERM or SIGINT; then finishes what is under way and closes. A second signal ends at once.
 *
 * @throws AppError PORT_IN_USE
 */
export async function listen(options: {
  readonly host: string
  readonly port: number
  readonly answer: Answer
}): Promise<Listener> {
  const { host, answer } = options
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 15_000, maxHeaderSize: 16 * 1024 },
    getRequestListener((request, { incoming }) =>
      answer(request, { remoteAddress: 'socket' in incoming ? (incoming.socket?.remoteAddress ?? '') : '' }),
    ),
  )
  const port = await bind(server, host, options.port)
  const closed = closer(server)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    ended: closed.promise,
    close: closed.close,
  }
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

function closer(server: Server): { promise: Promise<void>; close: () => Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let closing = false
  const close = async () => {
    if (!closing) {
      closing = true
      server.close(() => resolve())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), graceMilliseconds).unref()
    }
    await promise
  }
  const onSignal = () => {
    if (closing) process.exit(1)
    void close()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  void promise.then(() => {
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
  })
  return { promise, close }
}

import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressKey } from '../http/index.ts'
import { refuse } from './malformed.ts'

/** How many connections a listener has, and how long one may take over an answer (S-54). */
export interface ConnectionLimits {
  /** Of all clients together; more are not accepted. */
  readonly most: number
  /** Of one address. */
  readonly mostPerAddress: number
  /** Whether an address may have any number, because many clients stand behind it; absent = none may. */
  readonly isShared?: (address: string) => boolean
  /** Milliseconds that a client may take to read what is written for it. */
  readonly readMilliseconds: number
}

const sweepMilliseconds = 1_000

/**
 * Keeps a server's connections within their limits. One too many of an address is told so with 429 and ended; one whose client
 * does not read is cut off.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const byAddress = new Map<string, number>()
  const unread = new Map<Socket, number>()
  const open = new Set<Socket>()
  server.maxConnections = limits.most
  // The server's own listener reads requests from the connection; a refused one never comes to it.
  const own = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
    const key = addressKey(address)
    const count = (byAddress.get(key) ?? 0) + 1
    byAddress.set(key, count)
    socket.once('close', () => {
      open.delete(socket)
      unread.delete(socket)
      const left = (byAddress.get(key) ?? 1) - 1
      if (left === 0) byAddress.delete(key)
      else byAddress.set(key, left)
    })
    if (count <= limits.mostPerAddress || limits.isShared?.(address) === true) {
      for (const listener of own) listener.call(server, socket)
      return
    }
    socket.on('error', () => {})
    socket.resume()
    refuse(socket, 429, {
      message: `Too Many Requests: more than ${limits.mostPerAddress} connections from this address`,
      headers: ['Retry-After: 1'],
    })
    socket.destroySoon()
  })
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const socket of open) {
      if (socket.writableLength === 0) unread.delete(socket)
      else if (!unread.has(socket)) unread.set(socket, now)
      else if (now - unread.get(socket)! > limits.readMilliseconds) socket.destroy()
    }
  }, sweepMilliseconds)
  sweep.unref()
  server.once('close', () => clearInterval(sweep))
}

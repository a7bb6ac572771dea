import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressKey } from '../http/index.ts'
import { refuse } from './malformed.ts'

/** How many connections a listener has, and how long one may take over an answer (S-54). */
export interface ConnectionLimits {
  /** Of all clients together; one more takes the place of one of the address that has most. */
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
 * does not read is cut off. When all places are taken, whoever has few connections gets one of whoever has most, so that nobody is
 * kept out by those who hold many and ask for nothing.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const byAddress = new Map<string, Set<Socket>>()
  const shared = new Set<string>()
  const unread = new Map<Socket, number>()
  const answering = new WeakMap<Socket, number>()
  let open = 0
  // The server's own listener reads requests from the connection; a refused one never comes to it.
  const own = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.prependListener('request', ({ socket }, response) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1)
    response.once('close', () => answering.set(socket, (answering.get(socket) ?? 1) - 1))
  })
  const isAnswering = (socket: Socket) => (answering.get(socket) ?? 0) > 0

  /** Its place is free at once when it is ended, though it says that it is closed a little later. */
  const leave = (socket: Socket, sockets: Set<Socket>) => {
    if (!sockets.delete(socket)) return
    open -= 1
    unread.delete(socket)
  }

  /** Ends a connection of the address that has most, one that is not being answered if there is one; `false` = the newcomer's has as many. */
  const makeRoom = (count: number): boolean => {
    let most: Set<Socket> | null = null
    for (const [key, sockets] of byAddress)
      if (sockets.size > (most?.size ?? count) && !shared.has(key)) most = sockets
    if (most === null) return false
    const [oldest] = most
    const victim = [...most].find((socket) => !isAnswering(socket)) ?? oldest
    if (victim === undefined) return false
    victim.destroy()
    leave(victim, most)
    return true
  }

  server.on('connection', (socket: Socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
    const key = addressKey(address)
    const sockets = byAddress.get(key) ?? new Set()
    sockets.add(socket)
    byAddress.set(key, sockets)
    if (limits.isShared?.(address) === true) shared.add(key)
    open += 1
    socket.once('close', () => {
      leave(socket, sockets)
      if (sockets.size > 0 || byAddress.get(key) !== sockets) return
      byAddress.delete(key)
      shared.delete(key)
    })
    socket.on('error', () => {})
    if (sockets.size > limits.mostPerAddress && !shared.has(key)) {
      socket.resume()
      refuse(socket, 429, {
        message: `Too Many Requests: more than ${limits.mostPerAddress} connections from this address`,
        headers: ['Retry-After: 1'],
      })
      socket.destroySoon()
    } else if (open > limits.most && !makeRoom(sockets.size)) socket.destroy()
    else for (const listener of own) listener.call(server, socket)
  })
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const sockets of byAddress.values()) {
      for (const socket of sockets) {
        if (socket.writableLength === 0) unread.delete(socket)
        else if (!unread.has(socket)) unread.set(socket, now)
        else if (now - unread.get(socket)! > limits.readMilliseconds) socket.destroy()
      }
    }
  }, sweepMilliseconds)
  sweep.unref()
  server.once('close', () => clearInterval(sweep))
}

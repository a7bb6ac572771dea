import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** What a server does with a connection once a request has come. */
export type Behaviour = (socket: Socket) => void

const answer = (head: string, body: string, length = Buffer.byteLength(body)): Behaviour => {
  return (socket) => {
    socket.write(`HTTP/1.1 ${head}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`)
    if (length === Buffer.byteLength(body)) socket.end()
  }
}

/** Servers as people meet them, by what is wrong with them. */
export const behaviours = {
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'resets in the middle of an answer': (socket) => {
    answer('200 OK\r\nContent-Type: application/json', '{"environments":[', 1000)(socket)
    setTimeout(() => socket.resetAndDestroy(), 20)
  },
  'ends an answer early': (socket) => {
    answer('200 OK\r\nContent-Type: application/json', '{"environments":[', 1000)(socket)
    setTimeout(() => socket.end(), 20)
  },
  'is a captive portal': answer(
    '200 OK\r\nContent-Type: text/html',
    '<html>Please pay for this network</html>',
  ),
  'redirects to a portal': answer('302 Found\r\nLocation: http://portal.test/login', ''),
  'answers something else': answer('200 OK\r\nContent-Type: application/json', '{"ok":true}'),
  'answers nothing': answer('200 OK', ''),
  'answers broken JSON': answer('200 OK\r\nContent-Type: application/json', '{"environments":'),
  'speaks another protocol': (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'is overloaded': answer('503 Service Unavailable', 'upstream is down'),
  'limits the rate': answer('429 Too Many Requests', 'slow down'),
  'never answers': () => {},
} satisfies Record<string, Behaviour>

/** A real socket that behaves badly, on loopback. */
export interface BadServer {
  readonly url: string
  /** How many connections came. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** Listens and does the same to every connection. */
export async function listenBadly(behave: Behaviour): Promise<BadServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server: Server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => behave(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readBody } from './body.ts'
import { nodeListener } from './node-listener.ts'
import { problemOf } from './problem.ts'
import type { HttpRequest, Sent } from './request.ts'

const text = (body: string | null, status = 200): Sent => ({ status, headers: { 'x-a': 'b' }, body })

/** A connection to a listener that answers so. */
async function connected(
  answer: (request: HttpRequest) => Promise<Sent>,
  use: (socket: Socket, said: () => string) => Promise<void>,
): Promise<void> {
  const server = createServer(nodeListener(answer)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let said = ''
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  try {
    await use(socket, () => said)
  } finally {
    socket.destroy()
    server.close()
    server.closeAllConnections()
  }
}

const head = (...lines: string[]) => `${[...lines, 'Host: h', '', ''].join('\r\n')}`

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await sleep(10)
  assert.ok(holds())
}

test('an answer says how long it is, to HEAD without the body, and without one where there is none', async () => {
  await connected(
    async ({ method }) => (method === 'DELETE' ? text(null, 204) : text('grüße')),
    async (socket, said) => {
      socket.write(head('GET /a HTTP/1.1'))
      await until(() => said().endsWith('e'))
      assert.match(said(), /content-length: 7\r\n/i)
      const before = said().length
      socket.write(head('HEAD /a HTTP/1.1') + head('DELETE /a HTTP/1.1'))
      await until(() => said().includes(' 204 ') && said().endsWith('\r\n\r\n'))
      const [first = '', second = ''] = said()
        .slice(before)
        .split(/(?=HTTP\/1\.1 204)/)
      assert.match(first, /content-length: 7\r\n[\s\S]*\r\n\r\n$/i)
      assert.doesNotMatch(second, /content-length|transfer-encoding/i)
    },
  )
})

test('a field that was sent twice is joined, so that nobody can say which was meant', async () => {
  await connected(
    async ({ headers, url }) => text(`${url} ${headers.get('authorization')} ${headers.get('x-none')}`),
    async (socket, said) => {
      socket.write(head('GET /a?b=1 HTTP/1.1', 'Authorization: token a', 'authorization: token b'))
      await until(() => said().includes('/a?b=1 token a, token b null'))
    },
  )
})

test('S-54: a body that is too long is refused while it comes, and the connection goes on', async () => {
  const answer = (request: HttpRequest) =>
    readBody(request).then((bytes) => text(`${bytes.length} bytes;`), problemOf)
  await connected(answer, async (socket, said) => {
    const mebibyte = 'x'.repeat(1_048_576)
    socket.write(head('POST /a HTTP/1.1', 'Transfer-Encoding: chunked'))
    for (let part = 0; part < 2; part += 1) socket.write(`100000\r\n${mebibyte}\r\n`)
    await until(() => said().includes('HTTP/1.1 413'))
    socket.write('0\r\n\r\n')
    socket.write(`${head('POST /a HTTP/1.1', 'Content-Length: 3')}abc`)
    await until(() => said().includes('3 bytes;'))
  })
})

test('S-54: whoever goes on sending what nobody wants is cut off', async () => {
  const answer = (request: HttpRequest) => readBody(request).then(() => text('read'), problemOf)
  await connected(answer, async (socket, said) => {
    socket.write(head('POST /a HTTP/1.1', 'Content-Length: 9000000000'))
    const closed = once(socket, 'close')
    socket.write('x'.repeat(1_100_000))
    await closed
    assert.match(said(), /^HTTP\/1\.1 413 /)
  })
})

test('a client that goes away ends what is done for it', async () => {
  const asked = Promise.withResolvers<void>()
  const seen = Promise.withResolvers<boolean>()
  const answer = async ({ signal }: HttpRequest) => {
    asked.resolve()
    await Promise.race([once(signal, 'abort'), sleep(5_000)])
    seen.resolve(signal.aborted)
    return text('late')
  }
  await connected(answer, async (socket) => {
    socket.write(head('GET /a HTTP/1.1'))
    await asked.promise
    socket.destroy()
    assert.equal(await seen.promise, true)
  })
})

test('an answer that cannot be written down is an error of the server, not silence', async () => {
  const answer = async (): Promise<Sent> => ({ status: 200, headers: { 'x-a': 'a\nb' }, body: 'x' })
  await connected(answer, async (socket, said) => {
    socket.write(head('GET /a HTTP/1.1'))
    await until(() => /^HTTP\/1\.1 500 /.test(said()))
  })
})

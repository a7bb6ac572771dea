// Clients that are slow on purpose, against a real listener: a body that drips into every route that takes one, and many
// connections at once that ask for nothing, while others are served.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { nodeListener, routes } from '../../src/http/index.ts'
import { type Listener, listen } from '../../src/programs/listen.ts'
import { createWorld, type World } from './world.ts'

const withBody = routes.filter(({ body }) => body !== 'none')

describe('S-54: slow clients', () => {
  let world: World
  let server: Listener
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
    server = await listen({
      host: '127.0.0.1',
      port: 0,
      isOurHost: () => true,
      take: nodeListener((request, connection) => world.app.answer(request, connection)),
      timeouts: { headersTimeout: 1_000, requestTimeout: 1_000, connectionsCheckingInterval: 50 },
      connections: { most: 200, mostPerAddress: 20 },
    })
  })
  after(async () => {
    await server.close()
    await world.close()
  })
  const open = async (localAddress: string): Promise<Socket> => {
    const socket = connect({ port: server.port, host: '127.0.0.1', localAddress })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const state = async () => {
    const { text, headers } = await world.call('ada', 'GET /api/esc/environments/acme/web/dev')
    const list = await world.call('ada', 'GET /api/esc/environments/acme')
    const tokens = await world.call('ada', 'GET /api/user/tokens')
    return [text, headers.get('etag'), list.text, tokens.text.replace(/"lastUsed":\d+/g, '')]
  }

  test(`S-54: a body that drips is given up on each of the ${withBody.length} routes that take one, and changes nothing`, async () => {
    assert.ok(withBody.length > 40)
    const earlier = await state()
    const answers = await Promise.all(
      withBody.map(async ({ method, path, id }, index) => {
        const socket = await open(`127.0.2.${1 + (index % 100)}`)
        let text = ''
        socket.on('data', (bytes: Buffer) => {
          text += bytes.toString('latin1')
        })
        const names: Record<string, string> = { org: 'acme', project: 'web', env: 'dev' }
        const target = path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'x')
        const token = `Authorization: token ${world.tokens.ada}\r\nContent-Length: 5000`
        socket.write(`${method} ${target} HTTP/1.1\r\nHost: esc.test\r\n${token}\r\n\r\n{`)
        const drip = setInterval(() => socket.write(' '), 100)
        const ended = await Promise.race([once(socket, 'close').then(() => true), wait(8_000, false)])
        clearInterval(drip)
        socket.destroy()
        return { id, ended, status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0) }
      }),
    )
    for (const { id, ended, status } of answers) {
      assert.ok(ended, `${id} waits for ever`)
      // Who may not, or asks for what is not there, is told so before the body is waited for.
      assert.ok(status >= 400 && status < 500, `${id}: ${status}`)
    }
    assert.ok(answers.filter(({ status }) => status === 408).length >= 25)
    assert.deepEqual(await state(), earlier)
  })

  test('S-54: with every place held by clients that ask for nothing, drip headers or do not read, others are answered', async () => {
    const kinds = [
      'GET /livez HTTP/1.1\r\nHost: e',
      '',
      'GET /api/esc/openapi.json HTTP/1.1\r\nHost: esc.test\r\n\r\n'.repeat(2),
      'POST /api/user/tokens HTTP/1.1\r\nHost: esc.test\r\nContent-Length: 900000\r\n\r\n{',
    ]
    const held: Socket[] = []
    const hold = async (index: number) => {
      const socket = await open(`127.0.3.${1 + (index % 25)}`)
      socket.pause()
      socket.write(kinds[index % kinds.length]!)
      held.push(socket)
    }
    await Promise.all(Array.from({ length: 200 }, (_, index) => hold(index)))
    let again = 200
    const refill = setInterval(() => void hold(again++).catch(() => {}), 20)
    let served = 0
    for (let turn = 0; turn < 30; turn += 1) {
      const socket = await open('127.0.0.9')
      let text = ''
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1')
      })
      const token = `Authorization: token ${world.tokens.ada}`
      socket.write(`GET /api/user HTTP/1.1\r\nHost: esc.test\r\nConnection: close\r\n${token}\r\n\r\n`)
      await Promise.race([once(socket, 'close'), wait(10_000)])
      if (text.startsWith('HTTP/1.1 200')) served += 1
    }
    clearInterval(refill)
    for (const socket of held) socket.destroy()
    assert.equal(served, 30)
  })
})

// The listener as the network meets it: bytes on connections, written by hand, because a client library would mend or refuse them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { nodeListener } from '../../src/http/index.ts'
import { hostsOf } from '../../src/programs/admission.ts'
import { type Listener, listen, parserLimits } from '../../src/programs/listen.ts'
import { createWorld, type World } from './world.ts'

const env = '/api/esc/environments/acme/web/dev'

/** Resolves when a connection is over, however it came to that. */
function closed(socket: Socket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()))
}

/** What came back on one connection until the server ended it, or for so long. */
interface Said {
  readonly text: string
  readonly status: number
  readonly body: Record<string, unknown>
  readonly milliseconds: number
}

describe('S-54: a connection', () => {
  let world: World
  let server: Listener
  let tight: Listener
  const isOurHost = hostsOf(['esc.test'])
  const take: Parameters<typeof listen>[0]['take'] = nodeListener((request, connection) =>
    world.app.answer(request, connection),
  )
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', {
      body: { project: 'web', name: 'dev' },
    })
    server = await listen({ host: '127.0.0.1', port: 0, isOurHost, take })
    tight = await listen({
      host: '127.0.0.1',
      port: 0,
      isOurHost,
      take,
      timeouts: {
        headersTimeout: 300,
        requestTimeout: 700,
        keepAliveTimeout: 300,
        connectionsCheckingInterval: 50,
      },
      connections: { most: 30, mostPerAddress: 10, readMilliseconds: 300 },
    })
  })
  after(async () => {
    await Promise.all([server.close(), tight.close()])
    await world.close()
  })

  const open = async ({ port }: Listener, localAddress = '127.0.0.1'): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const untilEnd = async (socket: Socket, longestMilliseconds = 5_000): Promise<Said> => {
    const started = performance.now()
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
    })
    const ended = await Promise.race([
      closed(socket).then(() => true),
      wait(longestMilliseconds, false, { ref: false }),
    ])
    socket.destroy()
    assert.ok(ended, `the connection stays open after ${text.slice(0, 300)}`)
    const start = text.indexOf('\r\n\r\n') + 4
    const body = /\{.*\}/s.exec(text.slice(start))?.[0]
    return {
      text,
      status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
      body: body === undefined ? {} : (JSON.parse(body) as Record<string, unknown>),
      milliseconds: performance.now() - started,
    }
  }
  const send = async (listener: Listener, head: string, ...more: string[]): Promise<Said> => {
    const socket = await open(listener)
    socket.write(head)
    for (const part of more) socket.write(part)
    return await untilEnd(socket)
  }
  const head = (request: string, ...lines: string[]) =>
    `${[`${request} HTTP/1.1`, 'Host: esc.test', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`
  const isRefusal = (said: Said, status: number) => {
    assert.equal(said.status, status, said.text.slice(0, 400))
    assert.equal(said.body['code'], status)
    assert.equal(typeof said.body['message'], 'string')
    assert.ok(said.text.length < 2_000)
  }

  test('has 10 s for its headers, 30 s for a request and 15 s between requests', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout, connectionsCheckingInterval } = parserLimits
    assert.deepEqual([headersTimeout, requestTimeout, keepAliveTimeout], [10_000, 30_000, 15_000])
    assert.ok(connectionsCheckingInterval <= 1_000)
  })

  const tooLarge: readonly [string, () => string, number][] = [
    ['a URL of more than 8 KiB', () => head(`GET /${'x'.repeat(8_200)}`), 414],
    ['a URL of more than the parser takes', () => head(`GET /${'x'.repeat(60_000)}`), 414],
    ['headers of more than 16 KiB', () => head('GET /livez', `X-A: ${'y'.repeat(16_400)}`), 431],
    ['headers of more than the parser takes', () => head('GET /livez', `X-A: ${'y'.repeat(60_000)}`), 431],
    [
      '101 headers',
      () => head('GET /livez', ...Array.from({ length: 99 }, (_, index) => `X-${index}: 1`)),
      431,
    ],
    ['101 headers of one name', () => head('GET /livez', ...Array.from({ length: 99 }, () => 'X-A: 1')), 431],
    [
      'a body that says it has 100 MB, of nobody',
      () => head(`PATCH ${env}`, 'Content-Length: 100000000'),
      413,
    ],
    ['a body in an unknown encoding', () => owned(`PATCH ${env}`, 'values: {}', 'Content-Encoding: br'), 415],
    ['JSON of 65 levels', () => owned('POST /api/user/tokens', '['.repeat(65) + ']'.repeat(65)), 400],
    ['JSON of 10,002 members', () => owned('POST /api/user/tokens', `[${'0,'.repeat(10_001)}0]`), 400],
    [
      'JSON that parses to more than eight times its bytes',
      () => owned('POST /api/user/tokens', `[${'[],'.repeat(3_000)}[]]`),
      400,
    ],
  ]
  const owned = (request: string, body: string, ...lines: string[]) =>
    head(
      request,
      `Authorization: token ${world.tokens.ada}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...lines,
    ) + body
  for (const [what, bytes, status] of tooLarge) {
    test(`with ${what} gets ${status}, in JSON`, async () => isRefusal(await send(server, bytes()), status))
  }

  test('with as much as is allowed is served', async () => {
    const fields = Array.from({ length: 97 }, (_, index) => `X-${index}: 1`)
    assert.equal((await send(server, head('GET /livez', ...fields))).status, 200)
    assert.equal((await send(server, head('GET /livez', `X-A: ${'y'.repeat(16_000)}`))).status, 200)
    assert.equal((await send(server, head(`GET /livez?x=${'y'.repeat(8_000)}`))).status, 200)
  })

  test('with a body of 100 MB in chunks gets 413 long before its end', async () => {
    const socket = await open(server)
    socket.write(
      head(`PATCH ${env}`, `Authorization: token ${world.tokens.ada}`, 'Transfer-Encoding: chunked'),
    )
    let sentBytes = 0
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const pump = (async () => {
      while (!socket.destroyed && sentBytes < 100_000_000) {
        sentBytes += 65_536
        if (!socket.write(chunk))
          await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed(socket)])
      }
    })()
    const said = await untilEnd(socket)
    await pump
    isRefusal(said, 413)
    assert.ok(sentBytes < 30_000_000, String(sentBytes))
  })

  const chunked = (chunks: string) =>
    `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`
  const smuggled: readonly [string, string][] = [
    [
      'a length and chunks',
      `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'two lengths',
      `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    ],
    ['a length with a sign', `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nContent-Length: +5\r\n\r\nhello`],
    [
      'chunks that are not last',
      `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    ],
    [
      'a size that is no number',
      `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n`,
    ],
    ['a folded header', 'GET /livez HTTP/1.1\r\nHost: esc.test\r\nX-A: 1\r\n 2\r\n\r\n'],
    ['a bare line feed in a header', 'GET /livez HTTP/1.1\r\nHost: esc.test\r\nX-A: 1\nX-B: 2\r\n\r\n'],
    ['a bare carriage return in a header', 'GET /livez HTTP/1.1\r\nHost: esc.test\r\nX-A: 1\rX-B: 2\r\n\r\n'],
    ['bare line feeds only', 'GET /livez HTTP/1.1\nHost: esc.test\n\n'],
    ['a NUL in a header', 'GET /livez HTTP/1.1\r\nHost: esc.test\r\nX-A: 1\0\r\n\r\n'],
    ['a blank before a colon', 'GET /livez HTTP/1.1\r\nHost: esc.test\r\nX-A : 1\r\n\r\n'],
    ['no host in HTTP/1.0', 'GET /livez HTTP/1.0\r\n\r\n'],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET /livez HTTP/1.1\r\nHost: esc.test\r\nHost: evil.test\r\nConnection: close\r\n\r\n'],
    [
      'two hosts that are the same',
      'GET /livez HTTP/1.1\r\nHost: esc.test\r\nHost: esc.test\r\nConnection: close\r\n\r\n',
    ],
    ['another version', 'GET /livez HTTP/3.0\r\nHost: esc.test\r\n\r\n'],
    ['a size of a chunk beyond any', chunked('FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n')],
    ['a size of a chunk below zero', chunked('-1\r\n{}\r\n0\r\n\r\n')],
    ['an extension of a chunk without end', chunked(`2;${'a'.repeat(40_000)}\r\n{}\r\n0\r\n\r\n`)],
    ['chunks behind bare line feeds', chunked('2\n{}\n0\n\n')],
    [
      'a coding that only looks like chunked',
      `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nTransfer-Encoding: xchunked\r\n\r\n`,
    ],
    [
      'chunked and another coding',
      `PATCH ${env} HTTP/1.1\r\nHost: esc.test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ],
    ['the words that begin HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a target for servers as a whole', 'OPTIONS * HTTP/1.1\r\nHost: esc.test\r\n\r\n'],
    ['a host with a user', 'GET /livez HTTP/1.1\r\nHost: esc.test@evil.test\r\n\r\n'],
    ['an absolute target of another host', 'GET http://evil.test/livez HTTP/1.1\r\nHost: esc.test\r\n\r\n'],
    ['no words of HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc'],
  ]
  for (const [what, bytes] of smuggled) {
    test(`with ${what} gets 400, and nothing behind it is read`, async () => {
      const said = await send(server, bytes, 'GET /readyz HTTP/1.1\r\nHost: esc.test\r\n\r\n')
      isRefusal(said, 400)
      assert.equal(said.text.split('HTTP/1.1 ').length, 2, said.text)
    })
  }

  test('that asks for a tunnel gets 405, and nothing is connected to', async () => {
    const said = await send(
      server,
      'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: esc.test\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
    )
    isRefusal(said, 405)
    assert.equal(said.text.split('HTTP/1.1 ').length, 2)
  })

  test('that would change to HTTP/2 or to a socket is answered in HTTP/1.1; TRACE shows nobody their headers', async () => {
    for (const upgrade of ['h2c', 'websocket']) {
      const said = await send(server, head('GET /livez', `Upgrade: ${upgrade}`, 'HTTP2-Settings: AAMA'))
      assert.equal(said.status, 200, said.text)
    }
    const traced = await send(server, head('TRACE /livez', 'Cookie: secret'))
    isRefusal(traced, 405)
    assert.ok(!traced.text.includes('secret'))
  })

  test('in the words of HTTP/0.9 gets no page', async () => {
    isRefusal(await send(tight, 'GET /livez\r\n'), 408)
  })

  test('with a thousand requests at once gets a thousand answers in their order', async () => {
    const paths = ['/livez', '/nothing/here']
    const requests = Array.from(
      { length: 1_000 },
      (_, turn) =>
        `GET ${paths[turn % 2]} HTTP/1.1\r\nHost: esc.test\r\n${turn === 999 ? 'Connection: close\r\n' : ''}\r\n`,
    )
    const socket = await open(server)
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
    })
    socket.write(requests.join(''))
    await closed(socket)
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    assert.equal(statuses.length, 1_000)
    assert.ok(statuses.every((status, turn) => status === (turn % 2 === 0 ? '200' : '404')))
  })

  test('to a host that is not configured gets 421', async () => {
    const to = (host: string, path: string) =>
      send(
        server,
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: token ${world.tokens.ada}\r\n\r\n`,
      )
    isRefusal(await to('evil.test', '/api/user'), 421)
    isRefusal(await to('evil.test', '/no/such/route'), 421)
    assert.equal((await to('ESC.test:8443', '/api/user')).status, 200)
    assert.equal((await to('10.0.0.9', '/livez')).status, 200)
    const absolute = `GET http://esc.test${env} HTTP/1.1\r\nHost: esc.test\r\nConnection: close\r\nAuthorization: token ${world.tokens.ada}\r\n\r\n`
    assert.equal((await send(server, absolute)).status, 200)
  })

  test('that expects what is not known gets 417', async () => {
    isRefusal(await send(server, head('GET /livez', 'Expect: a-miracle')), 417)
  })

  test('whose headers do not come to an end gets 408', async () => {
    const socket = await open(tight)
    socket.write('GET /livez HTTP/1.1\r\nHost: esc.test\r\n')
    const drip = setInterval(() => socket.write('X-A: 1\r\n'), 50)
    const said = await untilEnd(socket)
    clearInterval(drip)
    isRefusal(said, 408)
    assert.ok(said.milliseconds < 2_000)
  })

  test('whose body does not come to an end is given up, with 408', async () => {
    const socket = await open(tight)
    socket.write(
      head(`PATCH ${env}`, `Authorization: token ${world.tokens.ada}`, 'Content-Length: 100000').replace(
        'Connection: close\r\n',
        '',
      ),
    )
    const drip = setInterval(() => socket.write('#'), 50)
    const said = await untilEnd(socket)
    clearInterval(drip)
    isRefusal(said, 408)
    assert.ok(said.milliseconds < 3_000)
  })

  test('that asks for nothing more is ended', async () => {
    const socket = await open(tight)
    socket.write('GET /livez HTTP/1.1\r\nHost: esc.test\r\n\r\n')
    const said = await untilEnd(socket)
    assert.equal(said.status, 200)
    // Node adds a second of its own to what it told the client.
    assert.ok(said.milliseconds < 3_000, String(said.milliseconds))
  })

  test('that does not read its answers is cut off', async () => {
    const socket = await open(tight)
    socket.pause()
    const request = `GET /api/esc/openapi.json HTTP/1.1\r\nHost: esc.test\r\n\r\n`
    socket.write(request.repeat(100))
    await Promise.race([closed(socket), wait(100)])
    const cut = await Promise.race([
      closed(socket).then(() => true),
      (async () => {
        for (let turn = 0; turn < 100; turn += 1) {
          await wait(100)
          // The peer's end shows at the next write.
          if (!socket.destroyed) socket.write('G')
        }
        return false
      })(),
    ])
    assert.ok(cut)
  })

  test('is one of 10 of an address here; others are not kept out by them', async () => {
    const held = await Promise.all(Array.from({ length: 10 }, () => open(tight, '127.0.0.2')))
    const eleventh = await untilEnd(await open(tight, '127.0.0.2'))
    isRefusal(eleventh, 429)
    assert.match(eleventh.text, /\r\nRetry-After: 1\r\n/)
    const other = await open(tight, '127.0.0.3')
    other.write(head('GET /livez'))
    assert.equal((await untilEnd(other)).status, 200)
    for (const socket of held) socket.destroy()
    await wait(50)
    const again = await open(tight, '127.0.0.2')
    again.write(head('GET /livez'))
    assert.equal((await untilEnd(again)).status, 200)
  })

  test('is one of 30 of all here: whoever has few gets the place of one that asks for nothing, of whoever has most', async () => {
    const addresses = ['127.0.0.4', '127.0.0.5', '127.0.0.6']
    const held = await Promise.all(
      addresses.flatMap((address) => Array.from({ length: 10 }, () => open(tight, address))),
    )
    for (let turn = 0; turn < 20; turn += 1) {
      const other = await open(tight, `127.0.1.${turn + 1}`)
      other.write(head('GET /livez'))
      assert.equal((await untilEnd(other)).status, 200)
    }
    await wait(50)
    const left = held.filter((socket) => !socket.closed).length
    assert.ok(left >= 28, `${left} of 30 are left, one gone for whoever came at one time`)
    for (const socket of held) socket.destroy()
    await wait(50)
  })

  test('S-71: that is never idle does not hold up the end: it hears with an answer that it ends', async () => {
    const busy = await listen({ host: '127.0.0.1', port: 0, isOurHost, take })
    const answers: { readonly connection: string | undefined; readonly late: boolean }[] = []
    let stopping = false
    const client = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      try {
        for (;;) {
          const late = stopping
          const request = get({ port: busy.port, path: '/livez', headers: { host: 'esc.test' }, agent })
          const [response] = (await once(request, 'response')) as [IncomingMessage]
          response.resume()
          await once(response, 'end')
          answers.push({ connection: response.headers.connection, late })
        }
      } catch (error) {
        agent.destroy()
        return String((error as NodeJS.ErrnoException).code)
      }
    }
    const clients = Array.from({ length: 4 }, client)
    while (answers.length < 8) await wait(5)
    stopping = true
    const started = performance.now()
    await busy.close()
    assert.ok(performance.now() - started < 5_000)
    assert.ok(answers.some(({ connection }) => connection === 'close'))
    assert.ok(answers.every(({ connection, late }) => !late || connection === 'close'))
    // Those who came anew found nobody; a connection that was never taken is reset.
    for (const code of await Promise.all(clients)) assert.match(code, /^ECONN(REFUSED|RESET)$/)
  })
})

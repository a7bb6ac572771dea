import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { createNodeTransport } from './node-transport.ts'
import { TransportError } from './transport.ts'

async function serving<T>(
  answer: RequestListener,
  work: (url: string, server: Server) => Promise<T>,
): Promise<T> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const get = (url: string) => ({ method: 'GET', url, headers: { 'x-test': 'yes' } })

test('a request and its answer arrive whole, and the connection is not kept', async () => {
  const answer: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      response.writeHead(201, { 'X-Answer': 'a' })
      response.end(
        JSON.stringify([
          method,
          url,
          headers['x-test'],
          headers.connection,
          Buffer.concat(chunks).toString('hex'),
        ]),
      )
    })
  }
  await serving(answer, async (url) => {
    const body = Uint8Array.of(0, 255, 10)
    const response = await createNodeTransport()({
      method: 'PATCH',
      url: `${url}/a%20b?c=d`,
      headers: { 'x-test': 'yes' },
      body,
    })
    assert.equal(response.status, 201)
    assert.equal(response.headers['x-answer'], 'a')
    assert.deepEqual(JSON.parse(Buffer.from(response.body).toString()), [
      'PATCH',
      '/a%20b?c=d',
      'yes',
      'close',
      '00ff0a',
    ])
  })
})

test('redirects are handed back, not followed', async () => {
  const answer: RequestListener = (_, response) =>
    response.writeHead(302, { location: 'https://other.test/' }).end()
  await serving(answer, async (url) => {
    const { status, headers } = await createNodeTransport()(get(url))
    assert.deepEqual([status, headers['location']], [302, 'https://other.test/'])
  })
})

test('when nobody listens, the error says so and names the server', async () => {
  const url = await serving(
    (_, response) => response.end(),
    async (used) => used,
  )
  await assert.rejects(createNodeTransport()(get(url)), (error: TransportError) => {
    assert.ok(error instanceof TransportError)
    assert.equal(error.code, 'ECONNREFUSED')
    assert.equal(error.message, `could not reach ${url}: nothing is listening there; is the server running?`)
    return true
  })
})

test('a server that never answers runs into the time limit', async () => {
  await serving(
    () => {},
    async (url) => {
      const transport = createNodeTransport({ timeoutMilliseconds: 50 })
      await assert.rejects(transport(get(url)), {
        code: 'ETIMEDOUT',
        message: `could not reach ${url}: no answer within 0.05 s`,
      })
    },
  )
})

test('an answer that breaks off is an error', async () => {
  const answer: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setTimeout(() => response.destroy(), 10)
  }
  await serving(answer, async (url) => {
    await assert.rejects(createNodeTransport()(get(url)), TransportError)
  })
})

test('an answer beyond the limit is cut off', async () => {
  const answer: RequestListener = (_, response) => response.end('x'.repeat(2000))
  await serving(answer, async (url) => {
    await assert.rejects(createNodeTransport({ limitBytes: 1000 })(get(url)), { code: 'ETOOBIG' })
  })
})

test('a proxy gets the absolute form, and its password in a header of its own', async () => {
  const answer: RequestListener = (request, response) => {
    response.end(JSON.stringify([request.url, request.headers.host, request.headers['proxy-authorization']]))
  }
  await serving(answer, async (url) => {
    const proxy = new URL(url)
    proxy.username = 'ada'
    proxy.password = 'p%40ss'
    const { body } = await createNodeTransport({ proxy: () => proxy })(get('http://esc.test:3720/api/user'))
    assert.deepEqual(JSON.parse(Buffer.from(body).toString()), [
      'http://esc.test:3720/api/user',
      'esc.test:3720',
      `Basic ${Buffer.from('ada:p@ss').toString('base64')}`,
    ])
  })
})

test('a proxy that refuses a tunnel is named with its answer', async () => {
  const server = createTcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    await assert.rejects(createNodeTransport({ proxy: () => proxy })(get('https://esc.test/')), {
      message: `could not reach https://esc.test through the proxy ${proxy.host}: it answered 407`,
    })
  } finally {
    server.close()
  }
})

test('only http and https are spoken', async () => {
  await assert.rejects(createNodeTransport()(get('ftp://esc.test/')), { code: 'EPROTOCOL' })
})

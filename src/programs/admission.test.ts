import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { hostsOf } from './admission.ts'
import { listen, webListener } from './listen.ts'

const listening = async (use: (ask: (...lines: string[]) => Promise<string>) => Promise<void>) => {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    isOurHost: hostsOf(['esc.example.com']),
    take: webListener((request) => new Response(`asked ${new URL(request.url).pathname}`)),
  })
  const ask = async (...lines: string[]) => {
    const socket = connect(listener.port, '127.0.0.1')
    let said = ''
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1')
    })
    socket.end([...lines, 'Connection: close', '', ''].join('\r\n'))
    await once(socket, 'close')
    return said
  }
  try {
    await use(ask)
  } finally {
    await listener.close()
  }
}

describe('S-54: a request', () => {
  test('that two readers could understand differently is refused, in the shape of every refusal', async () => {
    await listening(async (ask) => {
      const cases: readonly [string[], RegExp][] = [
        [['GET /a HTTP/1.1'], /no Host header/],
        [['GET /a HTTP/1.1', 'Host: localhost', 'Host: evil.example'], /more than one Host/],
        [['GET /a HTTP/1.1', 'Host: localhost', 'host: localhost'], /more than one Host/],
        [['GET /a HTTP/1.1', 'Host: a@localhost'], /not a host and a port/],
        [['GET /a HTTP/1.1', 'Host: localhost, evil.example'], /not a host and a port/],
        [['GET http://evil.example/a HTTP/1.1', 'Host: localhost'], /another host/],
        [['GET http://u:p@localhost/a HTTP/1.1', 'Host: localhost'], /neither a path nor/],
        [['GET ftp://localhost/a HTTP/1.1', 'Host: localhost'], /neither a path nor/],
        [['OPTIONS * HTTP/1.1', 'Host: localhost'], /neither a path nor/],
        [['GET \\a HTTP/1.1', 'Host: localhost'], /neither a path nor|not valid HTTP/],
        [
          ['POST /a HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: gzip, chunked', '', '0', ''],
          /only transfer coding/,
        ],
        [
          [
            'POST /a HTTP/1.1',
            'Host: localhost',
            'Transfer-Encoding: chunked',
            'Content-Length: 3',
            '',
            '0',
            '',
          ],
          /not valid/,
        ],
        [['GET /a HTTP/1.1', 'Host: localhost', 'X-A: b', ' folded'], /not valid/],
      ]
      for (const [lines, why] of cases) {
        const said = await ask(...lines)
        assert.match(said, /^HTTP\/1\.1 400 /, lines.join('|'))
        assert.match(said, why, lines.join('|'))
        const [, body = ''] = said.split('\r\n\r\n')
        assert.equal((JSON.parse(body.split('\n')[0]!) as { code: number }).code, 400)
      }
    })
  })

  test('goes on by every name that is ours, and by no other', async () => {
    await listening(async (ask) => {
      for (const host of [
        'localhost:3720',
        '127.0.0.1',
        '10.1.2.3:80',
        '[::1]:3720',
        'ESC.example.com',
        'esc.example.com.',
        'openesc',
        'a.localhost',
      ])
        assert.match(await ask('GET /a HTTP/1.1', `Host: ${host}`), /^HTTP\/1\.1 200 /, host)
      assert.match(await ask('GET http://localhost/a HTTP/1.1', 'Host: localhost'), /asked \/a/)
      for (const host of [
        'evil.example',
        'esc.example.com.evil.example',
        '127.0.0.1.nip.io',
        'localhost.evil.example',
      ])
        assert.match(
          await ask('GET /a HTTP/1.1', `Host: ${host}`),
          /^HTTP\/1\.1 421 [\s\S]*--allowed-host/,
          host,
        )
    })
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AnswerReader } from './answer-reader.ts'
import { TransportError } from './transport.ts'

/** The answer that bytes give when they come in pieces of a size; null when it is not whole. */
function read(text: string, { size = 1e9, method = 'GET', limit = 1e6 } = {}) {
  const reader = new AnswerReader(method, limit)
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += size) {
    const answer = reader.take(bytes.subarray(at, at + size))
    if (answer !== null) return { ...answer, body: Buffer.from(answer.body).toString('latin1') }
  }
  const last = reader.end()
  return last && { ...last, body: Buffer.from(last.body).toString('latin1') }
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n'

test('an answer is the same in whatever pieces it comes', () => {
  const texts = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: 1\r\na:  2 \r\n\r\nhello',
    `${chunked}5;name=value\r\nhello\r\nA\r\n, 10 bytes\r\n0\r\nTrailer: x\r\n\r\n`,
    'HTTP/1.0 503 \r\nx: y\r\n\r\nuntil the end',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 201\r\ncontent-length: 0\r\n\r\n',
  ]
  const bodies = ['hello', 'hello, 10 bytes', 'until the end', '']
  for (const [index, text] of texts.entries()) {
    const whole = read(text)
    assert.equal(whole?.body, bodies[index])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => assert.deepEqual(read(text, { size }), whole)),
    )
  }
  assert.deepEqual({ ...read(texts[0]!)?.headers }, { 'content-length': '5', a: '1, 2' })
})

test('answers that have no body end with their head', () => {
  assert.equal(read('HTTP/1.1 204 No Content\r\n\r\n')?.status, 204)
  assert.equal(read('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n', { method: 'HEAD' })?.body, '')
})

test('an answer that breaks off is none', () => {
  for (const text of [
    '',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell',
    `${chunked}5\r\nhello\r\n`,
  ])
    assert.equal(read(text), null, text)
})

test('what two readers could read differently is refused', () => {
  const refused = [
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\na: 1\r\n folded\r\n\r\n',
    'HTTP/1.1 200 OK\r\na : 1\r\n\r\n',
    `${chunked}0x5\r\nhello\r\n`,
    `${chunked}-1\r\n`,
    `${chunked}5\r\nhelloworld\r\n`,
  ]
  for (const text of refused) assert.throws(() => read(text), { code: 'EBADANSWER' }, text)
})

test('heads, lines and bodies beyond their limits are refused as they come', () => {
  assert.throws(() => read(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(70_000)}`), { code: 'ETOOBIG' })
  assert.throws(() => read(`${chunked}${'0'.repeat(70_000)}`), { code: 'EBADANSWER' })
  for (const head of [
    'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    `${chunked}b\r\n`,
  ])
    assert.throws(() => read(`${head}hello world`, { limit: 10 }), { code: 'ETOOBIG' }, head)
})

test('bytes that are no answer never do more than be refused', () => {
  const pieces = fc.constantFrom(
    'HTTP/1.1 200 OK',
    '\r\n',
    '\r\n\r\n',
    'content-length: 3',
    'transfer-encoding: chunked',
    '3',
    '0',
    'abc',
    ':',
    ' ',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
      try {
        read(parts.join(''), { size })
      } catch (error) {
        assert.ok(error instanceof TransportError)
      }
    }),
  )
})

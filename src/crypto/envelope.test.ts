import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBase64 } from '../value/index.ts'
import { decodeEnvelope, encodeEnvelope } from './envelope.ts'

const rotate = (text: string): Uint8Array => new TextEncoder().encode(text).map((byte) => (byte + 128) & 0xff)

test('a known ciphertext has its known envelope', () => {
  assert.equal(encodeEnvelope(rotate('hunter2')), 'ZXNjeAAAAAHo9e705fKyKo30VQ==')
  assert.deepEqual(decodeEnvelope('ZXNjeAAAAAHo9e705fKyKo30VQ=='), rotate('hunter2'))
})

const hex = (text: string): string => encodeBase64(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const refusals: readonly (readonly [string, string, string])[] = [
  ['text that is no base64', '<not base64>', 'illegal base64 data at input byte 0'],
  ['base64 that ends early', 'ZXNjeA', 'illegal base64 data at input byte 4'],
  ['only the magic', encodeBase64(new TextEncoder().encode('escx')), 'EOF'],
  ['a ciphertext of three bytes', encodeEnvelope(Uint8Array.of(1, 2, 3)), 'EOF'],
  // The checksum of the first is right for its bytes, that of the second for version 0.
  ['a wrong magic', hex('65736379 00000001 01020304 602c2e19'), 'invalid header'],
  ['version 0', hex('65736378 00000000 01020304 4a3713ea'), 'unsupported version'],
]

for (const [what, text, message] of refusals) {
  test(`${what} is refused: ${message}`, () => {
    assert.throws(() => decodeEnvelope(text), { name: 'DecodeError', message })
  })
}

test('a changed ciphertext byte is an invalid checksum', () => {
  const bytes = Buffer.from(encodeEnvelope(rotate('hunter2')), 'base64')
  bytes[8]! ^= 0xff
  assert.throws(() => decodeEnvelope(encodeBase64(bytes)), { message: 'invalid checksum' })
})

test('a changed first byte is an invalid header', () => {
  const bytes = Buffer.from(encodeEnvelope(rotate('hunter2')), 'base64')
  bytes[0]! ^= 0xff
  assert.throws(() => decodeEnvelope(encodeBase64(bytes)), { message: 'invalid header' })
})

test('any ciphertext of four bytes or more round-trips', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4 }), (bytes) =>
      assert.deepEqual(decodeEnvelope(encodeEnvelope(bytes)), bytes),
    ),
  )
})

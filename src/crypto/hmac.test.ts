import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hmacSha256 } from './hmac.ts'

test('the second example of RFC 4231 comes out', () => {
  const mac = hmacSha256(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'))
  assert.equal(
    Buffer.from(mac).toString('hex'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('any key and text give what the platform gives for them', () => {
  const bytes = fc.uint8Array({ maxLength: 140 })
  fc.assert(
    fc.property(bytes, bytes, (key, text) => {
      assert.deepEqual(Buffer.from(hmacSha256(key, text)), createHmac('sha256', key).update(text).digest())
    }),
  )
})

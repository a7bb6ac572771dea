import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byteLength, compareBytes, decodeUtf8, encodeUtf8, rejoinUtf8 } from './utf8.ts'

test('bytes that are not UTF-8 survive decoding and encoding', () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf0, 0x9f, 0x98)
  assert.equal(decodeUtf8(bytes), 'a\udcffé\udced\udca0\udc80\udcc0\udcaf\udcf0\udc9f\udc98')
  assert.deepEqual(encodeUtf8(decodeUtf8(bytes)), bytes)
})

test('a byte order mark is a character like any other', () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa')
})

test('a surrogate that stands for no byte is encoded as U+FFFD', () => {
  assert.deepEqual(encodeUtf8('\ud800'), Uint8Array.of(0xef, 0xbf, 0xbd))
})

test('stray bytes that meet in a concatenation become the character they spell', () => {
  assert.equal(rejoinUtf8('\udcc3' + '\udca9'), 'é')
})

test('any bytes round-trip', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = decodeUtf8(bytes)
      assert.deepEqual(encodeUtf8(text), bytes)
      assert.equal(byteLength(text), bytes.length)
    }),
  )
})

test('the order of strings is the order of their bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (a, b) => {
      assert.equal(Math.sign(compareBytes(decodeUtf8(a), decodeUtf8(b))), Buffer.compare(a, b))
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
  assert.ok(compareBytes('\uffff', '😀') < 0)
})

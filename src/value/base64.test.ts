import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64, encodeBase64 } from './base64.ts'

const bad: readonly (readonly [string, number])[] = [
  ['*', 0],
  ['ab*d', 2],
  ['=abc', 0],
  ['a=bc', 1],
  ['ab=', 3],
  ['ab=c', 2],
  ['ab=\n', 4],
  ['ab=\nc', 3],
  ['ab==c', 4],
  ['abc=d', 4],
  ['abc==', 4],
  ['abcda', 4],
  ['abcdab', 4],
  ['abcdabc', 4],
  ['a\nb\nc', 2],
  ['ab-_', 2],
  ['é', 0],
]

for (const [text, at] of bad) {
  test(`${JSON.stringify(text)} is illegal at byte ${at}`, () => {
    assert.throws(() => decodeBase64(text), {
      name: 'DecodeError',
      message: `illegal base64 data at input byte ${at}`,
    })
  })
}

test('line breaks are skipped anywhere, spare bits are accepted', () => {
  assert.deepEqual(decodeBase64('\nYW\r\nI=\n'), Uint8Array.of(0x61, 0x62))
  assert.deepEqual(decodeBase64('YR=\r\n='), Uint8Array.of(0x61))
  assert.deepEqual(decodeBase64(''), new Uint8Array())
})

test('any bytes round-trip', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes)),
  )
})

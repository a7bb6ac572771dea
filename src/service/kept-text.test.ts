import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeSession, sessionTextOf, valueTextAt } from '../evaluator/index.ts'
import type { ExportedValue } from '../value/index.ts'
import { packText, unpackText } from './kept-text.ts'

const place = { line: 1, column: 2, byte: 3 }
const secretOf = (value: string): ExportedValue => ({
  value,
  secret: true,
  trace: { def: { environment: 'acme/env', begin: place, end: place } },
})
const textOf = (values: readonly string[]) =>
  sessionTextOf({
    properties: Object.fromEntries(values.map((value, index) => [`key${index}`, secretOf(value)])),
    schema: {},
    executionContext: { schema: {} },
  })

test('a result is kept in a fraction of its bytes and read back whole', () => {
  const text = textOf(Array.from({ length: 100 }, (_, index) => `value ${index}`))
  const kept = packText(text)
  assert.ok(kept.length * 4 < text.whole.length, `${kept.length} of ${text.whole.length} bytes`)
  const read = unpackText(kept)!
  assert.deepEqual(Buffer.from(read.whole), Buffer.from(text.whole))
  assert.equal(read.head, text.head)
  assert.equal(valueTextAt(read, 'key7'), valueTextAt(text, 'key7'))
})

test('the length of what is kept does not tell a secret from another one of about its length', () => {
  const lengths = ['hunter2', 'hunter2hunter2', 'correct horse battery staple'].map(
    (secret) => packText(textOf(['public', secret])).length,
  )
  assert.deepEqual(lengths, [1_024, 1_024, 1_024])
})

test('what an older program kept is read, and bytes of no form are not', () => {
  const text = textOf(['a'])
  assert.deepEqual(Buffer.from(unpackText(encodeSession(text))!.whole), Buffer.from(text.whole))
  assert.equal(unpackText(Buffer.from('{"properties":{}}')), null)
  assert.equal(unpackText(new Uint8Array(0)), null)
})

import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { systemRandom } from './random.ts'
import { chunkOpener, chunkSealer } from './sealed-chunks.ts'

const key = { id: 'k', secret: createSecretKey(Buffer.alloc(32, 7)) }
const head = Buffer.from('head')
const sealAll = (texts: readonly string[]) => {
  const seal = chunkSealer(key, head)
  return texts.map((text, index) => seal(Buffer.from(text), index === texts.length - 1))
}
const openAll = (chunks: readonly Uint8Array[], under = key, bound = head) => {
  const open = chunkOpener(under, bound)
  return chunks.map((chunk, index) => Buffer.from(open(chunk, index === chunks.length - 1)).toString())
}

test('chunks open in their order, whole, under their key and head only', () => {
  const texts = ['one', 'two', '', 'four']
  const sealed = sealAll(texts)
  assert.deepEqual(openAll(sealed), texts)
  const [a, b, c, d] = sealed as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const damaged = (chunk: Uint8Array) => {
    const other = Buffer.from(chunk)
    other[Math.floor(other.length / 2)]! ^= 1
    return other
  }
  const wrong: readonly (readonly Uint8Array[])[] = [
    [a, b, c],
    [a],
    [b, a, c, d],
    [a, c, d],
    [a, b, b, c, d],
    [a, b, c, d, d],
    [a, damaged(b), c, d],
    [a, b, c, d.subarray(0, 10)],
  ]
  for (const chunks of wrong) assert.throws(() => openAll(chunks), { code: 'VALUE_INTEGRITY' })
  assert.throws(() => openAll(sealed, { id: 'k', secret: createSecretKey(Buffer.from(systemRandom(32))) }))
  assert.throws(() => openAll(sealed, key, Buffer.from('other')))
})

import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { encodePlace } from './aad.ts'
import { systemRandom } from './random.ts'
import { type Key, seal, sealingKeyId, unseal } from './seal.ts'

const integrity = { code: 'VALUE_INTEGRITY' }
const key = (id: string, fill = 1): Key => ({ id, secret: createSecretKey(new Uint8Array(32).fill(fill)) })
const text = (value: string) => new TextEncoder().encode(value)

describe('sealing', () => {
  it('S-01: opens what it sealed, under a fresh nonce each time', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.string()), (plaintext, place) => {
        const sealed = seal(key('k'), place, plaintext, systemRandom)
        assert.deepEqual(Uint8Array.from(unseal(key('k'), place, sealed)), plaintext)
        assert.notDeepEqual(seal(key('k'), place, plaintext, systemRandom), sealed)
      }),
    )
  })

  it('S-02: opens nowhere but in its place', () => {
    const place = ['secret', 'org-1', 'project-1', 'env-1', 'values.db.password', '7']
    const sealed = seal(key('k'), place, text('x'), systemRandom)
    for (let field = 0; field < place.length; field += 1) {
      const other = place.map((value, index) => (index === field ? `${value}2` : value))
      assert.throws(() => unseal(key('k'), other, sealed), integrity)
    }
    for (const other of [[], place.slice(0, -1), [...place, ''], place.toReversed()]) {
      assert.throws(() => unseal(key('k'), other, sealed), integrity)
    }
    assert.throws(() => unseal(key('k', 2), place, sealed), integrity)
    assert.throws(() => unseal(key('k2'), place, sealed), integrity)
  })

  it('S-02: the encoding of places is injective', () => {
    const place = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', ':') }), { maxLength: 4 })
    fc.assert(
      fc.property(place, place, (a, b) => {
        const same = Buffer.compare(encodePlace(a), encodePlace(b)) === 0
        assert.equal(same, a.length === b.length && a.every((field, index) => field === b[index]))
      }),
      { numRuns: 2000 },
    )
    assert.notDeepEqual(encodePlace(['a', 'bc']), encodePlace(['ab', 'c']))
    assert.notDeepEqual(encodePlace(['a']), encodePlace(['a', '']))
  })

  it('R-24: every flipped bit and every cut is noticed', () => {
    const sealed = seal(key('k1'), ['p'], text('secret'), systemRandom)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Uint8Array.from(sealed)
      altered[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => unseal(key('k1'), ['p'], altered), integrity)
    }
    for (let length = 0; length < sealed.length; length += 1) {
      assert.throws(() => unseal(key('k1'), ['p'], sealed.subarray(0, length)), integrity)
    }
    assert.throws(() => unseal(key('k1'), ['p'], Buffer.concat([sealed, Buffer.alloc(1)])), integrity)
  })

  it('never throws anything but the refusal on bytes of any kind', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.throws(() => unseal(key('k'), [], bytes), integrity)
      }),
    )
  })

  it('names the key that sealed', () => {
    assert.equal(sealingKeyId(seal(key('d_1'), [], text(''), systemRandom)), 'd_1')
  })

  it('S-08: a key prints nothing of itself', () => {
    const bytes = Buffer.from('canary-canary-canary-canary-1234')
    const canary: Key = { id: 'k', secret: createSecretKey(bytes) }
    for (const printed of [inspect(canary, { depth: 9, showHidden: true }), JSON.stringify(canary)]) {
      assert.equal(/canary|63616e617279|Y2FuYXJ5/i.test(printed), false)
    }
  })
})

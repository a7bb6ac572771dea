import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from './random.ts'
import { type Key, seal } from './seal.ts'
import {
  bondValue,
  checkBond,
  sealingRevision,
  sealValue,
  unsealValue,
  type ValuePlace,
} from './value-seal.ts'

const integrity = { code: 'VALUE_INTEGRITY' }
const key = (id: string, fill = 1): Key => ({ id, secret: createSecretKey(new Uint8Array(32).fill(fill)) })
const hush = new TextEncoder().encode('hush')
const place: ValuePlace = {
  organizationId: 'o-1',
  projectId: 'p-1',
  environmentId: 'e-1',
  path: ['values', 'db', 0, 'password'],
}

/** The same place with one field changed, each in turn. */
const elsewhere: readonly ValuePlace[] = [
  { ...place, organizationId: 'o-2' },
  { ...place, projectId: 'p-2' },
  { ...place, environmentId: 'e-2' },
  { ...place, path: ['values', 'db', 0, 'password2'] },
  { ...place, path: ['values', 'db', 1, 'password'] },
  { ...place, path: ['values', 'db', '0', 'password'] },
  { ...place, path: ['values', 'db', '[0', 'password'] },
  { ...place, path: ['values', 'db', 0] },
  { ...place, path: [] },
]

describe('sealing of values', () => {
  it('S-02: a value opens in its place alone: organization, project, environment, path, revision, key', () => {
    const sealed = sealValue(key('d'), place, 7, hush, systemRandom)
    assert.deepEqual(Uint8Array.from(unsealValue(key('d'), place, sealed)), hush)
    assert.equal(sealingRevision(sealed), 7)
    for (const other of elsewhere) assert.throws(() => unsealValue(key('d'), other, sealed), integrity)
    assert.throws(() => unsealValue(key('d', 2), place, sealed), integrity)
    assert.throws(() => unsealValue(key('d2'), place, sealed), integrity)
    const relabelled = Uint8Array.from(sealed)
    relabelled[2 + 'd'.length + 3]! = 8
    assert.equal(sealingRevision(relabelled), 8)
    assert.throws(() => unsealValue(key('d'), place, relabelled), integrity)
  })

  it('S-02: a value is tied to the revision that holds it, and to no other value or place', () => {
    const sealed = sealValue(key('d'), place, 3, hush, systemRandom)
    const bond = bondValue(key('d'), place, 9, sealed, systemRandom)
    checkBond(key('d'), place, 9, sealed, bond)
    assert.throws(() => checkBond(key('d'), place, 8, sealed, bond), integrity)
    for (const other of elsewhere) assert.throws(() => checkBond(key('d'), other, 9, sealed, bond), integrity)
    const older = sealValue(key('d'), place, 2, hush, systemRandom)
    assert.throws(() => checkBond(key('d'), place, 9, older, bond), integrity)
    assert.throws(() => checkBond(key('d'), place, 9, sealed, sealed), integrity)
  })

  it('S-02: no two places and revisions are taken for one another', () => {
    const unit = fc.constantFrom('a', '.', '[', ']', '0', '\0')
    const step = fc.oneof(fc.string({ unit, maxLength: 3 }), fc.nat(2))
    const arbitrary = fc.record({
      organizationId: fc.string({ unit, maxLength: 2 }),
      projectId: fc.string({ unit, maxLength: 2 }),
      environmentId: fc.string({ unit, maxLength: 2 }),
      path: fc.array(step, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(arbitrary, fc.nat(2), arbitrary, (a, revision, b) => {
        const sealed = sealValue(key('d'), a, revision, hush, systemRandom)
        const same = JSON.stringify(a) === JSON.stringify(b)
        const open = () => unsealValue(key('d'), b, sealed)
        if (same) open()
        else assert.throws(open, integrity)
      }),
    )
  })

  it('R-24: every flipped bit of a value is noticed', () => {
    const sealed = sealValue(key('d'), place, 7, hush, systemRandom)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Uint8Array.from(sealed)
      altered[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => unsealValue(key('d'), place, altered), integrity)
    }
  })

  it('tells the form before from its own, which opens nothing of it', () => {
    const former = seal(key('d'), ['secret', 'o-1', 'e-1'], hush, systemRandom)
    assert.equal(sealingRevision(former), null)
    assert.throws(() => unsealValue(key('d'), place, former), integrity)
    assert.throws(() => sealingRevision(Uint8Array.of(3, 0)), integrity)
  })
})

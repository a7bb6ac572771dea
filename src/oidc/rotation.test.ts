import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { dueSteps, type KeyLife, type RotationPolicy, rotationPolicy, stepped } from './rotation.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const policy = rotationPolicy(3600)

/** Keys that exist at a moment, moved by the same steps as a store would. */
function simulate(life: RotationPolicy) {
  let keys: readonly KeyLife[] = []
  let made = 0
  return {
    get keys() {
      return keys
    },
    step(nowMs: number) {
      for (const step of dueSteps(keys, nowMs, life)) {
        if (step.do === 'create') {
          made += 1
          const activatedMs = step.state === 'active' ? nowMs : null
          const key = { kid: `k${made}`, state: step.state, publishedMs: nowMs, activatedMs, retiredMs: null }
          keys = [...keys, key]
        } else if (step.do === 'remove') keys = keys.filter((key) => key.kid !== step.kid)
        else keys = keys.map((key) => (key.kid === step.kid ? stepped(key, step, nowMs) : key))
      }
    },
    remove(kid: string) {
      keys = keys.filter((key) => key.kid !== kid)
    },
    active: () => keys.filter((key) => key.state === 'active'),
  }
}

describe('S-32: key rotation', () => {
  it('a new issuer signs at once and has a second key published', () => {
    const issuer = simulate(policy)
    issuer.step(0)
    assert.deepEqual(
      issuer.keys.map((key) => [key.kid, key.state]),
      [
        ['k1', 'active'],
        ['k2', 'pending'],
      ],
    )
    issuer.step(0)
    assert.equal(issuer.keys.length, 2)
  })

  it('a key signs for 90 days, then the pending one takes over and the old one stays published', () => {
    const issuer = simulate(policy)
    issuer.step(0)
    issuer.step(90 * day - 1)
    assert.equal(issuer.active()[0]?.kid, 'k1')
    issuer.step(90 * day)
    assert.deepEqual(
      issuer.keys.map((key) => [key.kid, key.state]),
      [
        ['k1', 'retired'],
        ['k2', 'active'],
        ['k3', 'pending'],
      ],
    )
    issuer.step(90 * day + policy.keepMs - 1)
    assert.equal(issuer.keys.length, 3)
    issuer.step(90 * day + policy.keepMs)
    assert.deepEqual(
      issuer.keys.map((key) => key.kid),
      ['k2', 'k3'],
    )
  })

  it('a retired key outlasts the longest token and a day of caching', () => {
    assert.ok(policy.keepMs >= day + hour + 10 * minute)
    assert.ok(policy.publishAheadMs >= day)
  })

  it('a pending key that is not yet a day old does not take over', () => {
    const issuer = simulate({ ...policy, activeMs: hour })
    issuer.step(0)
    issuer.step(day - 1)
    assert.equal(issuer.active()[0]?.kid, 'k1')
    issuer.step(day)
    assert.equal(issuer.active()[0]?.kid, 'k2')
  })

  it('an active period of 0 leaves rotating to people', () => {
    const issuer = simulate(rotationPolicy(3600, 0))
    issuer.step(0)
    issuer.step(10_000 * day)
    assert.equal(issuer.active()[0]?.kid, 'k1')
  })

  it('when the active key is gone the pending one takes over at once', () => {
    const issuer = simulate(policy)
    issuer.step(0)
    issuer.remove('k1')
    issuer.step(minute)
    assert.deepEqual(
      issuer.keys.map((key) => [key.kid, key.state]),
      [
        ['k2', 'active'],
        ['k3', 'pending'],
      ],
    )
  })

  it('at every moment every unexpired token verifies, also by a set fetched up to a day before', () => {
    const gap = fc.integer({ min: 1, max: 40 * 24 * 60 })
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (gaps, activeDays) => {
        const issuer = simulate(rotationPolicy(3600, activeDays))
        const snapshots: { readonly atMs: number; readonly kids: readonly string[] }[] = []
        const tokens: { readonly kid: string; readonly iatMs: number }[] = []
        let nowMs = 0
        for (const minutes of [0, ...gaps]) {
          nowMs += minutes * minute
          // Between two ticks nothing changes, so what was published before the step stands until now.
          if (snapshots.length > 0) snapshots.push({ atMs: nowMs - 1, kids: snapshots.at(-1)!.kids })
          issuer.step(nowMs)
          assert.equal(issuer.active().length, 1)
          assert.ok(issuer.keys.length <= 10)
          snapshots.push({ atMs: nowMs, kids: issuer.keys.map((key) => key.kid) })
          tokens.push({ kid: issuer.active()[0]!.kid, iatMs: nowMs })
          checkCaches(tokens, snapshots)
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** A set fetched at any moment in the day before a token is used must hold its key; nothing is fetched before the first. */
function checkCaches(
  tokens: readonly { readonly kid: string; readonly iatMs: number }[],
  snapshots: readonly { readonly atMs: number; readonly kids: readonly string[] }[],
): void {
  for (const { kid, iatMs } of tokens.slice(-3)) {
    for (const { atMs, kids } of snapshots) {
      const mayBeUsed = atMs >= iatMs - day && atMs <= iatMs + hour
      if (mayBeUsed)
        assert.ok(kids.includes(kid), `${kid} minted at ${iatMs}, set of ${atMs}: ${kids.join()}`)
    }
  }
}

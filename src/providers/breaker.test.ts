import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CallEnd, type CallTarget, createBreakers, TargetClosed } from './breaker.ts'

const started = Date.parse('2026-11-24T14:00:00Z')
const target: CallTarget = { organization: 'acme', kind: 'gcp-login', host: 'sts.googleapis.com' }

/** Breakers over a clock that the test moves. */
function scene() {
  let now = 0
  const breakers = createBreakers({
    monotonicMs: () => now,
    clock: () => new Date(started + now),
    chance: () => 0.5,
  })
  let made = 0
  const call = async (end: CallEnd, at = target) =>
    await breakers.guard(
      at,
      async () => {
        made += 1
      },
      () => end,
    )
  return {
    breakers,
    call,
    calls: async (end: CallEnd, count: number, at = target) => {
      for (let turn = 0; turn < count; turn += 1) await call(end, at)
    },
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    made: () => made,
  }
}

describe('R-14: a breaker', () => {
  test('R-14: closes at half of 20 calls within 10 s, and says which target, since when, and when it is tried again', async () => {
    const { breakers, call, calls, made, pass } = scene()
    await calls('answered', 10)
    await calls('failed', 9)
    pass(1_500)
    assert.equal(breakers.closed(), 0)
    await call('failed')
    assert.equal(breakers.closed(), 1)
    pass(1_000)
    await assert.rejects(call('answered'), (error: TargetClosed) => {
      assert.ok(error instanceof TargetClosed)
      assert.equal(
        error.message,
        'gcp-login: sts.googleapis.com is not called since 2026-11-24T14:00:01Z: 10 of 20 calls within 10 s failed',
      )
      assert.match(error.detail, /^try: again after 2026-11-24T14:00:06Z/)
      return true
    })
    assert.equal(made(), 20)
  })

  test('stays open for fewer calls, for fewer failures, and for what lies more than 10 s back', async () => {
    const few = scene()
    await few.calls('failed', 19)
    assert.equal(few.breakers.closed(), 0)
    const seldom = scene()
    await seldom.calls('answered', 100)
    await seldom.calls('failed', 99)
    assert.equal(seldom.breakers.closed(), 0)
    const old = scene()
    await old.calls('failed', 19)
    old.pass(10_000)
    await old.calls('failed', 19)
    assert.equal(old.breakers.closed(), 0)
  })

  test('does not count what the caller gave up', async () => {
    const { breakers, calls } = scene()
    await calls('none', 100)
    assert.equal(breakers.closed(), 0)
  })

  test('R-14: one call probes after 5 s, then after twice as long, up to 60 s; one that is answered opens it', async () => {
    const { breakers, call, calls, made, pass } = scene()
    await calls('failed', 20)
    for (const pause of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      pass(pause - 1)
      await assert.rejects(call('failed'), TargetClosed)
      pass(1)
      const before = made()
      await call('failed')
      assert.equal(made(), before + 1)
      await assert.rejects(call('failed'), TargetClosed)
    }
    pass(60_000)
    await call('answered')
    assert.equal(breakers.closed(), 0)
    await calls('failed', 19)
    assert.equal(breakers.closed(), 0, 'what was before is forgotten')
  })

  test('lets one probe through at a time; one that was given up decides nothing', async () => {
    const { breakers, call, calls, pass } = scene()
    await calls('failed', 20)
    pass(5_000)
    let finish = () => {}
    const probe = breakers.guard(
      target,
      () => new Promise<void>((resolve) => (finish = resolve)),
      () => 'none',
    )
    await assert.rejects(call('answered'), TargetClosed)
    finish()
    await probe
    assert.equal(breakers.closed(), 1)
    await call('answered')
    assert.equal(breakers.closed(), 0)
  })

  test('R-14: is one for each organization, kind of call and host', async () => {
    const { call, calls } = scene()
    await calls('failed', 20)
    await call('answered', { ...target, organization: 'other' })
    await call('answered', { ...target, kind: 'webhook' })
    await call('answered', { ...target, host: 'oauth2.googleapis.com' })
    await assert.rejects(call('answered'), TargetClosed)
  })

  test('R-14: of the calls of 10 s at most a tenth are retries, beside the two of a call that comes alone', async () => {
    const { breakers, calls, pass } = scene()
    const granted = (count: number) =>
      Array.from({ length: count }, () => breakers.retryIn(target, 1)).filter((wait) => wait !== null).length
    assert.equal(granted(10), 2)
    await calls('answered', 100)
    assert.equal(granted(50), 8)
    pass(10_000)
    assert.equal(granted(10), 2)
  })

  test('R-14: the third failure is the last, and waits are spread up to 2 s', async () => {
    const { breakers } = scene()
    assert.deepEqual(
      [1, 2, 3].map((attempt) => breakers.retryIn(target, attempt)),
      [100, 200, null],
    )
    assert.equal(scene().breakers.retryIn(target, 3), null)
  })
})

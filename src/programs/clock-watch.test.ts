import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEvent } from '../service/index.ts'
import type { Store } from '../store/index.ts'
import { createClockWatch } from './clock-watch.ts'

function watchWith(theirsMs: number) {
  const clock = { now: 1_000_000, monotonic: 0, theirs: theirsMs }
  const events: LogEvent[] = []
  const store = { clockMs: async () => clock.theirs } as unknown as Store
  const watch = createClockWatch({
    store,
    nowMs: () => clock.now,
    monotonicMs: () => clock.monotonic,
    log: (event) => events.push(event),
  })
  return { clock, events, watch }
}

test('R-19: a clock five seconds away is warned of once, one a minute away signs nothing, and both end by themselves', async () => {
  const { clock, events, watch } = watchWith(1_000_000)
  await watch.measure()
  watch.requireAgreement()
  assert.equal(events.length, 0)
  clock.now += 6_000
  await watch.measure()
  await watch.measure()
  assert.deepEqual(events, [
    { level: 'warn', event: 'clock-skew', reference: 'the database', aheadMs: 6_000 },
  ])
  watch.requireAgreement()
  clock.now = 1_094_000
  await watch.measure()
  assert.throws(() => watch.requireAgreement(), {
    code: 'CLOCK_SKEW',
    message: 'clock_skew: this host is 94 s ahead of the database',
  })
  clock.now = 906_000
  await watch.measure()
  assert.throws(() => watch.requireAgreement(), /this host is 94 s behind the database/)
  clock.now = 1_000_000
  await watch.measure()
  watch.requireAgreement()
})

test('R-19: what STS’s clock said is forgotten after a minute, so that the next token asks again', () => {
  const { clock, watch } = watchWith(0)
  watch.noteAnswer('STS', new Date(clock.now - 100_000).toUTCString(), 20)
  assert.throws(() => watch.requireAgreement(), /s ahead of STS/)
  clock.monotonic += 61_000
  watch.requireAgreement()
  watch.noteAnswer('STS', 'yesterday', 20)
  watch.noteAnswer('STS', new Date(0).toUTCString(), 5_000)
  assert.equal(watch.offsets().size, 0)
})

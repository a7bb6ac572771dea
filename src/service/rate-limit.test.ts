import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRateLimiter, createWindowLimiter } from './rate-limit.ts'

test('S-55: a burst is let through, then so many a second, each caller for itself', () => {
  let now = 0
  const take = createRateLimiter({ perSecond: 2, burst: 3, nowMs: () => now })
  const lets = (key: string) => {
    try {
      take(key)
      return true
    } catch (error) {
      assert.equal((error as { code: string }).code, 'RATE_LIMITED')
      return false
    }
  }
  assert.deepEqual(
    [1, 2, 3, 4].map(() => lets('a')),
    [true, true, true, false],
  )
  assert.ok(lets('b'))
  now = 500
  assert.deepEqual(
    [1, 2].map(() => lets('a')),
    [true, false],
  )
  now = 60_000
  assert.deepEqual(
    [1, 2, 3, 4].map(() => lets('a')),
    [true, true, true, false],
  )
})

test('S-55: a window never holds more than its number, wherever it begins', () => {
  let now = 0
  const take = createWindowLimiter(
    { most: 60, milliseconds: 60_000, nowMs: () => now },
    'tokens a minute',
    'minted here',
  )
  const taken: number[] = []
  for (; now < 300_000; now += 700) {
    try {
      take('a')
      taken.push(now)
    } catch (error) {
      assert.match((error as Error).message, /more than 60 tokens a minute minted here/)
    }
  }
  for (const start of taken) {
    assert.ok(taken.filter((at) => at >= start && at < start + 60_000).length <= 60)
  }
  assert.ok(taken.length >= 290)
  take('b')
})

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

test('S-55: `Retry-After` is exact: a second earlier is too early, and asking too early costs nothing', () => {
  let now = 0
  const secondsLeft = (take: (key: string) => void) => {
    try {
      take('a')
      return 0
    } catch (error) {
      return (error as { retryAfterSeconds: number }).retryAfterSeconds
    }
  }
  const bucket = createRateLimiter({ perSecond: 0.25, burst: 2, nowMs: () => now })
  assert.deepEqual([secondsLeft(bucket), secondsLeft(bucket), secondsLeft(bucket)], [0, 0, 4])
  for (; now < 4_000; now += 10) assert.equal(secondsLeft(bucket), Math.ceil((4_000 - now) / 1_000))
  assert.equal(secondsLeft(bucket), 0)
  now = 0
  const window = createWindowLimiter({ most: 1, milliseconds: 60_000, nowMs: () => now }, 'pings', 'here')
  assert.deepEqual([secondsLeft(window), secondsLeft(window)], [0, 60])
  now = 30_500
  assert.equal(secondsLeft(window), 30)
  now = 60_000
  assert.equal(secondsLeft(window), 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRateLimiter } from './rate-limit.ts'

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

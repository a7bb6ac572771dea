import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCount, atMost, between, checkCount, exactly } from './argument-count.ts'

test('a wrong number of arguments is refused with what is accepted and what came', () => {
  assert.throws(() => checkCount(exactly(3), 2), { message: 'accepts 3 arg(s), received 2' })
  assert.throws(() => checkCount(exactly(0), 1), { message: 'accepts 0 arg(s), received 1' })
  assert.throws(() => checkCount(between(1, 3), 0), { message: 'accepts between 1 and 3 arg(s), received 0' })
  assert.throws(() => checkCount(atMost(1), 2), { message: 'accepts at most 1 arg(s), received 2' })
})

test('a right number passes', () => {
  for (const [count, received] of [
    [exactly(2), 2],
    [between(1, 3), 3],
    [atMost(1), 0],
    [anyCount, 99],
  ] as const) {
    assert.doesNotThrow(() => checkCount(count, received))
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDuration, hours, parseDuration, toSeconds } from './duration.ts'

const cases: readonly (readonly [string, string])[] = [
  ['2h', '2h0m0s'],
  ['1h30m', '1h30m0s'],
  ['90s', '1m30s'],
  ['1.5s', '1.5s'],
  ['.5h', '30m0s'],
  ['300ms', '300ms'],
  ['1us', '1µs'],
  ['1µs', '1µs'],
  ['0', '0s'],
  ['-1m', '-1m0s'],
  ['+3600s', '1h0m0s'],
  ['2540400h10m10.000000000s', '2540400h10m10s'],
]

test('durations are read and written as Go does', () => {
  for (const [text, wanted] of cases) assert.equal(formatDuration(parseDuration(text)), wanted, text)
})

test('a text that is no duration is refused with its reason', () => {
  const reason = (text: string) => {
    try {
      parseDuration(text)
      return 'accepted'
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.equal(reason(''), 'time: invalid duration ""')
  assert.equal(reason('x'), 'time: invalid duration "x"')
  assert.equal(reason('10'), 'time: missing unit in duration "10"')
  assert.equal(reason('1d'), 'time: unknown unit "d" in duration "1d"')
  assert.equal(reason('1constructor'), 'time: unknown unit "constructor" in duration "1constructor"')
  assert.equal(reason('.s'), 'time: invalid duration ".s"')
  assert.equal(reason('9999999999h'), 'time: invalid duration "9999999999h"')
})

test('what is written reads back as the same duration', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (nanoseconds) => {
      assert.equal(parseDuration(formatDuration({ nanoseconds })).nanoseconds, nanoseconds)
    }),
  )
})

test('seconds are whole', () => {
  assert.equal(toSeconds(hours(25)), 90_000)
  assert.equal(toSeconds(parseDuration('1999ms')), 1)
})

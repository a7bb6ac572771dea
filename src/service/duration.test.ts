import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { longestSessionMilliseconds, parseDuration, sessionMilliseconds } from './duration.ts'

const rows: readonly [string, number | null][] = [
  ['2h0m0s', 7_200_000],
  ['1h30m', 5_400_000],
  ['15m', 900_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1.s', 1_000],
  ['100ms', 100],
  ['1µs', 0.001],
  ['1μs', 0.001],
  ['1us', 0.001],
  ['1ns', 0.000001],
  ['+1h', 3_600_000],
  ['-1h', -3_600_000],
  ['0', 0],
  ['', null],
  ['+', null],
  ['1', null],
  ['h', null],
  ['.h', null],
  ['1h 2m', null],
  ['1d', null],
  ['1H', null],
  ['1e3s', null],
  ['1,5h', null],
]

for (const [text, milliseconds] of rows) {
  test(`the duration ${JSON.stringify(text)} has ${milliseconds} milliseconds`, () => {
    assert.equal(parseDuration(text), milliseconds)
  })
}

test('reading any text never throws, and whole units add up', () => {
  fc.assert(fc.property(fc.string(), (text) => parseDuration(text) === null || true))
  fc.assert(
    fc.property(fc.nat(99), fc.nat(59), fc.nat(59), (h, m, s) => {
      assert.equal(parseDuration(`${h}h${m}m${s}s`), (h * 3_600 + m * 60 + s) * 1_000)
    }),
  )
})

test('S-22: a session lives an hour unless asked otherwise, and four at most unless the operator says more', () => {
  assert.equal(sessionMilliseconds(undefined), 3_600_000)
  assert.equal(sessionMilliseconds('1000h'), longestSessionMilliseconds)
  assert.equal(sessionMilliseconds('1000h', 86_400_000), 86_400_000)
  for (const bad of ['0s', '-1s', 'x', `${'9'.repeat(400)}h`]) {
    assert.throws(() => sessionMilliseconds(bad), /invalid duration/)
  }
})

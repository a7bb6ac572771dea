import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatFloat } from './format-float.ts'

const cases: readonly (readonly [number, string])[] = [
  [1, '1'],
  [3.14, '3.14'],
  [1000, '1000'],
  [100000, '100000'],
  [1000000, '1e+06'],
  [1234567.5, '1.2345675e+06'],
  [123456.75, '123456.75'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [1e21, '1e+21'],
  [1e100, '1e+100'],
  [5e-324, '5e-324'],
  [-2.5, '-2.5'],
  [0, '0'],
  [-0, '-0'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [Number.NaN, 'NaN'],
]

for (const [double, text] of cases) {
  test(`${Object.is(double, -0) ? '-0' : double} prints as ${text}`, () =>
    assert.equal(formatFloat(double), text))
}

test('every double reads back from its text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) =>
      assert.ok(Object.is(Number(formatFloat(double)), double)),
    ),
  )
})

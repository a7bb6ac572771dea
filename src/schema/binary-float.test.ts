import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BinaryFloat, compareBinaryFloats, isMultipleOf, parseBinaryFloat } from './binary-float.ts'

const float = (text: string): BinaryFloat => parseBinaryFloat(text)!

test('what is a multiple is decided with 64 bits, rounded to nearest even', () => {
  assert.ok(isMultipleOf(float('0.3'), float('0.1')))
  assert.ok(isMultipleOf(float('1.1'), float('1e-7')))
  assert.ok(isMultipleOf(float('4'), float('2')))
  assert.ok(isMultipleOf(float('-6'), float('1.5')))
  assert.ok(isMultipleOf(float('0'), float('7')))
  assert.ok(!isMultipleOf(float('3'), float('2')))
  assert.ok(!isMultipleOf(float('0.35'), float('0.1')))
})

test('nothing is a multiple of zero', () => {
  assert.ok(!isMultipleOf(float('0'), float('0')))
  assert.ok(!isMultipleOf(float('5'), float('0')))
})

test('integers that differ below 64 bits are told apart, those that a double would merge', () => {
  assert.ok(compareBinaryFloats(float('9007199254740993'), float('9007199254740992')) > 0)
  assert.ok(compareBinaryFloats(float('18446744073709551615'), float('18446744073709551614')) > 0)
  assert.equal(compareBinaryFloats(float('36893488147419103233'), float('36893488147419103232')), 0)
})

test('signs, zeros and infinities order as numbers do', () => {
  const order = ['-Inf', '-1e400', '-2', '-0.5', '0', '1e-400', '0.5', '2', '1e400', '+Inf']
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) {
      assert.equal(Math.sign(compareBinaryFloats(float(a), float(b))), Math.sign(i - j), `${a} ${b}`)
    }
  }
  assert.equal(compareBinaryFloats(float('-0'), float('0')), 0)
})

test('huge exponents cost nothing', () => {
  const start = performance.now()
  assert.ok(compareBinaryFloats(float('1e999999999'), float('1e999999998')) > 0)
  assert.ok(compareBinaryFloats(float('1e99999999999999999999'), float('1e999999998')) > 0)
  assert.equal(compareBinaryFloats(float('1e-99999999999999999999'), float('0')), 0)
  assert.ok(performance.now() - start < 20_000)
})

test('what is no number parses as none', () => {
  for (const text of ['NaN', '', '.', 'abc', '1e', '0x10']) assert.equal(parseBinaryFloat(text), null)
})

test('doubles compare as they do in JavaScript', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(double, double, (a, b) => {
      assert.equal(
        Math.sign(compareBinaryFloats(float(String(a)), float(String(b)))),
        a < b ? -1 : a > b ? 1 : 0,
      )
    }),
  )
})

test('integers divide as integers do', () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n })
  const divisor = fc.bigInt({ min: 1n, max: 1000n })
  fc.assert(
    fc.property(integer, divisor, (a, b) => {
      if (a % b === 0n) assert.ok(isMultipleOf(float(String(a)), float(String(b))))
      else if (a < 2n ** 40n && a > -(2n ** 40n)) assert.ok(!isMultipleOf(float(String(a)), float(String(b))))
    }),
  )
})

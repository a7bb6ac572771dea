import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quote } from './quote.ts'

test('quotes, backslashes and named controls are escaped by name', () => {
  assert.equal(quote('a"b\\c'), '"a\\"b\\\\c"')
  assert.equal(quote('\x07\b\f\n\r\t\v'), '"\\a\\b\\f\\n\\r\\t\\v"')
})

test('other controls are escaped as bytes, other unprintable code points as u or U', () => {
  assert.equal(quote('\0\x1b\x7f'), '"\\x00\\x1b\\x7f"')
  assert.equal(quote('\u0080\u00a0\u2028\ufeff\u{e0001}'), '"\\u0080\\u00a0\\u2028\\ufeff\\U000e0001"')
})

test('printable Unicode stays as it is', () => {
  assert.equal(quote('héllo 世界 😀 \ufffd'), '"héllo 世界 😀 \ufffd"')
})

test('a stray byte prints as that byte', () => {
  assert.equal(quote('a\udcffb\udc80'), '"a\\xffb\\x80"')
  assert.equal(quote('\ud800'), '"\\ufffd"')
})

test('quoting never throws and always gives one line of printable text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) }),
      (text) => {
        const quoted = quote(text)
        assert.ok(quoted.isWellFormed())
        assert.doesNotMatch(quoted, /[\x00-\x1f\x7f]/)
      },
    ),
  )
})

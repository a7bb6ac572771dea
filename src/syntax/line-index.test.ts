import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineIndex } from './line-index.ts'

const byteAt = (text: string, line: number, column: number) =>
  new LineIndex(Buffer.from(text)).position(line, column).byte

test('on an ASCII line the byte follows the column, beyond its end too', () => {
  assert.equal(byteAt('ab\ncd\n', 2, 2), 4)
  assert.equal(byteAt('ab\ncd\n', 1, 40), 39)
})

test('on other lines columns are cells, up to the end of the line', () => {
  assert.equal(byteAt('世a\n', 1, 2), 3)
  assert.equal(byteAt('世a\n', 1, 3), 3)
  assert.equal(byteAt('世a\n', 1, 4), 4)
  assert.equal(byteAt('世a\n', 1, 40), 4)
  assert.equal(byteAt('é\u0301x\n', 1, 2), 4)
})

test('an ASCII line is counted in columns whatever the other lines hold', () => {
  assert.equal(byteAt('世\nab\n', 2, 9), 12)
})

test('the last line has no bytes', () => {
  assert.equal(byteAt('a\nbc', 2, 2), 0)
  assert.equal(byteAt('a\n', 2, 1), 0)
  assert.equal(byteAt('', 1, 1), 0)
})

test('only line feeds end lines', () => {
  assert.equal(byteAt('a\rb\u2028c\nd\n', 2, 1), 8)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createColors } from './colors.ts'

test('a painted text ends its style', () => {
  assert.equal(createColors(true).red('no'), '\x1b[31mno\x1b[39m')
})

test('an outer style goes on after an inner one of its kind', () => {
  const { red, green } = createColors(true)
  assert.equal(red(`a ${green('b')} c`), '\x1b[31ma \x1b[32mb\x1b[39m\x1b[31m c\x1b[39m')
})

test('colours that are off add nothing', () => {
  const colors = createColors(false)
  assert.equal(colors.isColorSupported, false)
  assert.equal(colors.bold(7), '7')
})

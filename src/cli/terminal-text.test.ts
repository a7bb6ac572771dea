import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeControls } from './terminal-text.ts'

test('what a terminal would obey is shown instead (S-65)', () => {
  assert.equal(escapeControls('\x1b]0;title\x07'), '\\x1b]0;title\\x07')
  assert.equal(escapeControls('a\rb\x9bc\x7f'), 'a\\x0db\\x9bc\\x7f')
  assert.equal(escapeControls('\u202eevil\u200b'), '\\u202eevil\\u200b')
})

test('tabs, newlines and ordinary text stay (S-65)', () => {
  assert.equal(escapeControls('a\tb\nä日😀'), 'a\tb\nä日😀')
})

test('colours stay only when they are asked to (S-65)', () => {
  assert.equal(escapeControls('\x1b[31mred\x1b[0m'), '\\x1b[31mred\\x1b[0m')
  assert.equal(
    escapeControls('\x1b[31mred\x1b[0m\x1b[2J', { keepColors: true }),
    '\x1b[31mred\x1b[0m\\x1b[2J',
  )
})

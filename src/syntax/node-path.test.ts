import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indexPath, joinKey } from './node-path.ts'

test('keys that are names follow a point, others stand in brackets', () => {
  assert.equal(joinKey('', 'values'), 'values')
  assert.equal(joinKey('values', '_a1'), 'values._a1')
  assert.equal(joinKey('values', 'with-hyphen'), 'values["with-hyphen"]')
  assert.equal(joinKey('', '1'), '["1"]')
  assert.equal(joinKey('values.b', `\${a}`), `values.b["\${a}"]`)
})

test('in brackets only the quote is escaped', () => {
  assert.equal(joinKey('a', 'x"y\\z\n'), 'a["x\\"y\\z\n"]')
})

test('an empty key adds nothing', () => {
  assert.equal(joinKey('a', ''), 'a')
})

test('elements are counted in brackets', () => {
  assert.equal(indexPath('imports', 0), 'imports[0]')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitCommand } from './editor.ts'

test('an editor command is split at blanks, double quotes hold together', () => {
  assert.deepEqual(splitCommand('code -w'), ['code', '-w'])
  assert.deepEqual(splitCommand('  a   b '), ['a', 'b'])
  assert.deepEqual(splitCommand('"/opt/my editor" -x'), ['/opt/my editor', '-x'])
  assert.deepEqual(splitCommand('e --other-flag="a\\"b"'), ['e', '--other-flag=a"b'])
  assert.deepEqual(splitCommand('e ""'), ['e', ''])
  assert.deepEqual(splitCommand(''), [])
})

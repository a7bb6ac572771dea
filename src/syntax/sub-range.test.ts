import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeYaml } from './decode.ts'
import { subRange } from './sub-range.ts'

function stringNode(text: string) {
  const { node } = decodeYaml('e', Buffer.from(text))
  const value = node?.kind === 'object' ? node.entries[0]!.value : null
  assert.ok(value?.kind === 'string')
  return value
}

test('a part of plain text has a range of its own', () => {
  assert.deepEqual(subRange(stringNode(`a: x \${b}\n`), 2, 6), {
    environment: 'e',
    begin: { line: 1, column: 6, byte: 5 },
    end: { line: 1, column: 10, byte: 9 },
  })
})

test('columns advance by cells, bytes by bytes', () => {
  const range = subRange(stringNode(`a: 世\${b}\n`), 3, 7)
  assert.deepEqual(
    [range?.begin, range?.end],
    [
      { line: 1, column: 6, byte: 6 },
      { line: 1, column: 10, byte: 10 },
    ],
  )
})

test('each byte of a character that is cut in two takes a column of its own', () => {
  const range = subRange(stringNode('a: ${丅}\n'), 2, 4)
  assert.deepEqual(
    [range?.begin, range?.end],
    [
      { line: 1, column: 6, byte: 5 },
      { line: 1, column: 8, byte: 7 },
    ],
  )
})

test('quoted, tagged and block text has no parts', () => {
  for (const text of [`a: "\${b}"\n`, `a: !!str \${b}\n`, `a: |\n  \${b}\n`]) {
    assert.equal(subRange(stringNode(text), 0, 1), null, text)
  }
})

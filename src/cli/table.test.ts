import assert from 'node:assert/strict'
import { test } from 'node:test'
import { displayWidth, renderTable } from './table.ts'

test('a table has upper-case headers, and numbers on the right', () => {
  assert.equal(
    renderTable(
      [{ header: 'name' }, { header: 'revision', numeric: true }],
      [
        ['stable', '4'],
        ['x', '12'],
      ],
    ),
    [
      '┌────────┬──────────┐',
      '│ NAME   │ REVISION │',
      '├────────┼──────────┤',
      '│ stable │        4 │',
      '│ x      │       12 │',
      '└────────┴──────────┘',
      '',
    ].join('\n'),
  )
})

test('wide and combining characters count as the cells they take', () => {
  assert.equal(displayWidth('abc'), 3)
  assert.equal(displayWidth('日本'), 4)
  assert.equal(displayWidth('e\u0301'), 1)
  const table = renderTable([{ header: 'n' }], [['日本'], ['ab']])
  assert.ok(table.includes('│ 日本 │') && table.includes('│ ab   │'))
})

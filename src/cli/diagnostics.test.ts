import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireDiagnostic } from '../client/index.ts'
import { renderLong, sortDiagnostics } from './diagnostics.ts'

const at = (environment: string, line: number, column: number, endLine = line, endColumn = column + 1) => ({
  environment,
  begin: { line, column, byte: 0 },
  end: { line: endLine, column: endColumn, byte: 0 },
})
const text = { environment: 'web/dev', source: Buffer.from('imports:\n  - c\nvalues:\n  a: b\n') }

test('findings are shown without a place first, then by environment, line and column', () => {
  const found: WireDiagnostic[] = [
    { summary: 'd', range: at('web/dev', 2, 1) },
    { summary: 'c', range: at('web/dev', 1, 9) },
    { summary: 'b', range: at('web/dev', 1, 2) },
    { summary: 'a', range: at('shared', 9, 9) },
    { summary: 'none' },
  ]
  assert.deepEqual(
    sortDiagnostics(found).map((finding) => finding.summary),
    ['none', 'a', 'b', 'c', 'd'],
  )
})

test('a finding quotes its line with the number to the left', () => {
  assert.equal(
    renderLong([{ summary: 'not found', range: at('web/dev', 2, 5) }], text),
    'Error: not found\n\n  on web/dev line 2:\n   2:   - c\n\n',
  )
})

test('a finding over several lines quotes them all, but not the one it ends before', () => {
  assert.equal(
    renderLong([{ summary: 's', range: at('web/dev', 3, 1, 5, 1) }], text),
    'Error: s\n\n  on web/dev line 3:\n   3: values:\n   4:   a: b\n\n',
  )
})

test('a finding in another text says that its source is not at hand', () => {
  assert.equal(
    renderLong([{ summary: 's', range: at('shared/base', 7, 1) }], text),
    'Error: s\n\n  on shared/base line 7:\n  (source code not available)\n\n',
  )
})

test('a warning says so, and detail follows', () => {
  assert.equal(
    renderLong([{ summary: 's', severity: 'warning', detail: 'try this' }], text),
    'Warning: s\n\ntry this\n\n',
  )
})

test('of a line that is very long the beginning is shown', () => {
  const source = Buffer.from(`a: ${'x'.repeat(500)}\nb: [\n`)
  const at = { line: 1, column: 4, byte: 3 }
  const range = { environment: 'p/e', begin: at, end: at }
  assert.equal(
    renderLong([{ summary: 's', range }], { environment: 'p/e', source }),
    `Error: s\n\n  on p/e line 1:\n   1: a: ${'x'.repeat(197)}…\n\n`,
  )
  assert.equal(
    renderLong([{ summary: 's', detail: 'at p/e:2:4' }], { environment: 'p/e', source }),
    'Error: s\n\n  on p/e line 2:\n   2: b: [\n         ^\n\n',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Diagnostic } from '../diag/index.ts'
import type { StringNode } from '../syntax/index.ts'
import { formatInterpolation } from './access-text.ts'
import type { Accessor } from './expression.ts'
import { parseInterpolation } from './interpolation.ts'

function nodeOf(value: string): StringNode {
  const begin = { line: 1, column: 1, byte: 0 }
  const length = Buffer.byteLength(value)
  const range = { environment: 'e', begin, end: { line: 1, column: 1 + length, byte: length } }
  return { kind: 'string', value, subRanges: true, range, path: 'values.x' }
}

function show(accessor: Accessor): string {
  if (accessor.kind === 'name') return `.${accessor.key}`
  return accessor.kind === 'key' ? `["${accessor.key}"]` : `[${accessor.index}]`
}

function parse(value: string) {
  const diagnostics: Diagnostic[] = []
  const parts = parseInterpolation(nodeOf(value), diagnostics)
  return {
    parts: parts.map(({ text, access }) =>
      access === null ? text : `${text}<${access.accessors.map(show).join('')}>`,
    ),
    ranges: parts.flatMap(({ access }) => access?.accessors ?? []).map(({ range }) => span(range)),
    faults: diagnostics.map(({ range, summary }) => `${span(range)} ${summary}`),
  }
}

function span(range: Diagnostic['range']): string {
  return range === null ? 'none' : `${range.begin.byte}-${range.end.byte}`
}

test('dollars are text unless they open a reference, and a doubled dollar is one', () => {
  assert.deepEqual(parse('a $5 $$${b} $$').parts, ['a $5 $<.b>', ' $'])
  assert.deepEqual(parse('$${x}').parts, ['${x}'])
  assert.deepEqual(parse('').parts, [])
  assert.deepEqual(parse('plain').parts, ['plain'])
})

test('a reference is names and subscripts, each with its range in bytes', () => {
  const { parts, ranges, faults } = parse('é ${a.b["c\\"d"][3]e}')
  assert.deepEqual(parts, ['é <.a.b["c"d"][3].e>'])
  assert.deepEqual(ranges, ['5-6', '6-8', '8-16', '16-19', '19-20'])
  assert.deepEqual(faults, [])
})

test('an empty reference is a name without text, left for evaluation to report', () => {
  const { parts, ranges, faults } = parse('${}')
  assert.deepEqual([parts, ranges, faults], [['<.>'], ['2-3'], []])
})

for (const [text, parts, faults] of [
  ['${', ['<.>'], ["2-2 missing closing brace '}' in interpolation"]],
  ['${a', ['<.a>'], ["3-3 missing closing brace '}' in interpolation"]],
  ['${a b}', ['<.a>', ' b}'], ["3-3 missing closing brace '}' in interpolation"]],
  ['${a.}', ['<.a.>'], ['3-4 property name must not be empty']],
  ['${a[}', ['<.a[""]>'], ['4-4 numeric subscript must be a positive base-10 integer']],
  ['${a[1}', ['<.a[1]>'], ["3-5 subscript is missing closing bracket ']'"]],
  [
    '${a["b}',
    ['<.a["b}"]>'],
    [
      "4-7 key subscript is missing closing quote '\"'",
      "3-7 subscript is missing closing bracket ']'",
      "7-7 missing closing brace '}' in interpolation",
    ],
  ],
  ['${a[""]}', ['<.a[""]>'], ['4-6 key subscript must not be empty']],
  ['${a[x]}', ['<.a["x"]>'], ['4-5 numeric subscript must be a positive base-10 integer']],
  [
    '${a[9223372036854775808]}',
    ['<.a["9223372036854775808"]>'],
    ['4-23 numeric subscript must be a positive base-10 integer'],
  ],
  ['${a[-1][+2]}', ['<.a[-1][2]>'], []],
  [
    '${[0]}',
    ['<[0]>'],
    ['2-4 the first accessor must be a property name or key subscript, not a numeric subscript'],
  ],
] as const) {
  test(`the text ${text} keeps what can be read and says what is wrong`, () => {
    const got = parse(text)
    assert.deepEqual(got.parts, parts)
    // The empty number after `[` is followed by the missing bracket.
    const wanted = text === '${a[}' ? [...faults, "3-4 subscript is missing closing bracket ']'"] : faults
    assert.deepEqual(got.faults, wanted)
  })
}

test('a byte that Latin-1 reads as a space ends a name, even inside a character', () => {
  // The bytes of `à` are c3 a0.
  const { faults } = parse('${à}')
  assert.deepEqual(faults, ["3-3 missing closing brace '}' in interpolation"])
})

test('without ranges for parts a fault covers the whole node', () => {
  const diagnostics: Diagnostic[] = []
  parseInterpolation({ ...nodeOf('x ${'), subRanges: false }, diagnostics)
  assert.equal(span(diagnostics[0]!.range), '0-4')
})

test('no text makes the scanner throw, and well-formed text can be written back', () => {
  const piece = fc.constantFrom(
    '$',
    '$$',
    '${',
    '}',
    '.',
    '[',
    ']',
    '"',
    '\\',
    ' ',
    'a',
    '0',
    '-1',
    'é',
    'à',
    '😀',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      const diagnostics: Diagnostic[] = []
      const parts = parseInterpolation(nodeOf(text), diagnostics)
      if (diagnostics.length > 0) return
      const again = formatInterpolation(parts)
      const reread: Diagnostic[] = []
      const written = parseInterpolation(nodeOf(again), reread)
      assert.equal(formatInterpolation(written), again)
      assert.deepEqual(reread, [])
    }),
    { numRuns: 500 },
  )
})

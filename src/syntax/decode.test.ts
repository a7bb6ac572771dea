import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertLinear } from '../../tests/growth.ts'
import { formatRange, type Range } from '../diag/index.ts'
import { decodeYaml } from './decode.ts'
import type { SyntaxNode } from './syntax-node.ts'

const decode = (text: string) => decodeYaml('e', Buffer.from(text))

const bytes = ({ begin, end }: Range) => `${begin.byte}-${end.byte}`

/** The nodes of a text in order, keys marked with `!`, each with its range. */
function ranges(text: string, show: (range: Range) => string = formatRange): string[] {
  const lines: string[] = []
  const visit = (node: SyntaxNode | null, mark = '') => {
    if (node === null) return
    const content =
      node.kind === 'string' ? JSON.stringify(node.value) : node.kind === 'number' ? node.text : node.kind
    lines.push(`${content}${mark} ${show(node.range)}`)
    if (node.kind === 'array') for (const element of node.elements) visit(element)
    if (node.kind !== 'object') return
    for (const { key, value } of node.entries) {
      visit(key, '!')
      visit(value)
    }
  }
  visit(decode(text).node)
  return lines
}

// The language specification, §2.4 and §2.5.
const placed: readonly (readonly [title: string, text: string, ranges: readonly string[]])[] = [
  [
    'a mapping ends with its last value, quotes do not count',
    'a: "foo"\nb: \'x\'\n',
    ['object 1:1-2:5', '"a"! 1:1-1:2', '"foo" 1:4-1:7', '"b"! 2:1-2:2', '"x" 2:4-2:5'],
  ],
  [
    'closing brackets are not covered',
    'a: [x, [y] ]\n',
    ['object 1:1-1:10', '"a"! 1:1-1:2', 'array 1:4-1:10', '"x" 1:5-1:6', 'array 1:8-1:10', '"y" 1:9-1:10'],
  ],
  [
    'an empty collection has no length',
    '- [ ]\n- {}\n',
    ['array 1:1-2:3', 'array 1:3-1:3', 'object 2:3-2:3'],
  ],
  [
    'an empty value stands behind its indicator',
    'a:\nb: \n',
    ['object 1:1-2:3', '"a"! 1:1-1:2', 'null 1:3-1:3', '"b"! 2:1-2:2', 'null 2:3-2:3'],
  ],
  ['an empty item stands behind its dash', '  - \n', ['array 1:3-1:4', 'null 1:4-1:4']],
  [
    'inside braces an empty value stands at the next token',
    '{x, y: , z: \n  }\n',
    [
      'object 1:1-2:3',
      '"x"! 1:2-1:3',
      'null 1:3-1:3',
      '"y"! 1:5-1:6',
      'null 1:8-1:8',
      '"z"! 1:10-1:11',
      'null 2:3-2:3',
    ],
  ],
  [
    'a pair inside brackets starts at its key or its question mark',
    '[a: , b: c, ? d]\n',
    [
      'array 1:1-1:16',
      'object 1:2-1:3',
      '"a"! 1:2-1:3',
      'null 1:3-1:3',
      'object 1:7-1:11',
      '"b"! 1:7-1:8',
      '"c" 1:10-1:11',
      'object 1:13-1:16',
      '"d"! 1:15-1:16',
      'null 1:16-1:16',
    ],
  ],
  [
    'an explicit key without a value has it at the next key',
    '? k\n? l\n: v\n',
    ['object 1:1-3:4', '"k"! 1:3-1:4', 'null 2:1-2:1', '"l"! 2:3-2:4', '"v" 3:3-3:4'],
  ],
  [
    'an explicit key with an empty value has it behind the colon',
    '? k\n:\n',
    ['object 1:1-2:2', '"k"! 1:3-1:4', 'null 2:2-2:2'],
  ],
  [
    'a mapping starts at its question mark',
    '- ? k\n  : v\n',
    ['array 1:1-2:6', 'object 1:3-2:6', '"k"! 1:5-1:6', '"v" 2:5-2:6'],
  ],
  [
    'a node starts at its anchor or tag',
    'a: &x foo\nb: !t\n  c: d\n',
    [
      'object 1:1-3:7',
      '"a"! 1:1-1:2',
      '"foo" 1:4-1:7',
      '"b"! 2:1-2:2',
      'object 2:4-3:7',
      '"c"! 3:3-3:4',
      '"d" 3:6-3:7',
    ],
  ],
  [
    'an anchor in front of a key starts mapping and key',
    '&x a: b\n',
    ['object 1:1-1:8', '"a"! 1:1-1:2', '"b" 1:7-1:8'],
  ],
  [
    'an anchor alone is where the value starts',
    'a: &x\n',
    ['object 1:1-1:4', '"a"! 1:1-1:2', 'null 1:4-1:4'],
  ],
  [
    'a literal block ends in its start column',
    'a: |\n  x\n  y\nb: 1\n',
    ['object 1:1-4:5', '"a"! 1:1-1:2', '"x\\ny\\n" 1:4-3:4', '"b"! 4:1-4:2', '1 4:4-4:5'],
  ],
  ['a stripped literal block ends behind its last line', '|-\n  x\n  yz\n', ['"x\\nyz" 1:1-2:3']],
  [
    'folded and multi-line text ends on the line it starts',
    '- >-\n  x\n  y\n- x\n  y\n',
    ['array 1:1-4:6', '"x y" 1:3-1:6', '"x y" 4:3-4:6'],
  ],
  [
    'a tagged plain scalar counts its tag, a quoted one does not',
    '- !!str xy\n- !!str "xy"\n- ! xy\n',
    ['array 1:1-3:5', '"xy" 1:3-1:11', '"xy" 2:3-2:5', '"xy" 3:3-3:5'],
  ],
  ['numbers end with their source text', 'a: 0x10\n', ['object 1:1-1:8', '"a"! 1:1-1:2', '16 1:4-1:8']],
  [
    'columns count code points, ends count bytes',
    '😀: 世界\n',
    ['object 1:1-1:10', '"😀"! 1:1-1:5', '"世界" 1:4-1:10'],
  ],
]

for (const [title, text, wanted] of placed) {
  test(`positions: ${title}`, () => assert.deepEqual(ranges(text), wanted))
}

test('bytes are 0 on the last line only when it has no line break', () => {
  assert.deepEqual(ranges('a: b\nc: d', bytes), ['object 0-0', '"a"! 0-1', '"b" 3-4', '"c"! 0-0', '"d" 0-0'])
  assert.deepEqual(ranges('a: b\n', bytes), ['object 0-4', '"a"! 0-1', '"b" 3-4'])
})

test('a byte order mark takes bytes but no column', () => {
  assert.deepEqual(ranges('\ufeffa: b\n'), ['object 1:1-1:5', '"a"! 1:1-1:2', '"b" 1:4-1:5'])
  assert.deepEqual(ranges('\ufeffa: b\nc: d\n', bytes).slice(3), ['"c"! 8-9', '"d" 11-12'])
})

test('bytes of lines that are not ASCII are found by cells', () => {
  // `b` is the 5th code point; four cells from the start of the line are the two wide characters.
  assert.deepEqual(ranges('世界: b\n', bytes), ['object 0-7', '"世界"! 0-8', '"b" 6-7'])
})

test('paths join keys and indexes, a key has the path of its value', () => {
  const { node } = decode('values:\n  fn::x: [a, {"b c": 1}]\n  "": 2\n')
  const paths: string[] = []
  const visit = (inner: SyntaxNode | null) => {
    if (inner === null) return
    paths.push(inner.path)
    if (inner.kind === 'array') inner.elements.forEach(visit)
    if (inner.kind === 'object') for (const { key, value } of inner.entries) [key, value].forEach(visit)
  }
  visit(node)
  const call = 'values["fn::x"]'
  assert.deepEqual(paths, [
    '',
    'values',
    'values',
    call,
    call,
    `${call}[0]`,
    `${call}[1]`,
    `${call}[1]["b c"]`,
    `${call}[1]["b c"]`,
    'values',
    'values',
  ])
})

const refused: readonly (readonly [text: string, errors: readonly string[]])[] = [
  ['a: &x 1\nb: *x\n', ['2:4-2:5 b: alias nodes are not supported']],
  ['a: &long 1\n*long : 2\n', ['2:1-2:5 long: alias nodes are not supported']],
  ['<<: &x {a: 1}\nb: {<<: *x}\n', ['2:9-2:10 b["<<"]: alias nodes are not supported']],
  ['1: x\n', ['1:1-1:2 ["1"]: mapping keys must be strings']],
  [
    'a: {true: x, ~: y, 1.5: z}\n',
    [
      '1:5-1:9 a.true: mapping keys must be strings',
      '1:14-1:15 a["~"]: mapping keys must be strings',
      '1:20-1:23 a["1.5"]: mapping keys must be strings',
    ],
  ],
  ['a:\n  [b]: x\n', ['2:3-2:5 a: mapping keys must be strings']],
  ['? - a\n: b\n', ['1:3-1:6 : mapping keys must be strings']],
  ['a: !!int x\n', ['1:4-1:11 a: yaml: cannot decode !!str `x` as a !!int']],
  ['a: !!binary "?"\n', ['1:4-1:5 a: yaml: !!binary value contains invalid base64 data']],
  ['"1": a\n2001-01-01: b\n<<: c\nyes: d\n', []],
]

for (const [text, errors] of refused) {
  test(`${JSON.stringify(text)} has ${errors.length === 0 ? 'no errors' : `the errors ${errors.join('; ')}`}`, () => {
    const found = decode(text).diagnostics.map(
      ({ range, path, summary }) => `${formatRange(range!)} ${path}: ${summary}`,
    )
    assert.deepEqual(found, errors)
  })
}

test('what is refused leaves null, the rest of the tree stays', () => {
  const { node } = decode('a: &x 1\nb: [*x, 2]\n3: c\n')
  assert.ok(node?.kind === 'object')
  const [, second, third] = node.entries
  assert.ok(second?.value?.kind === 'array')
  assert.deepEqual(
    second.value.elements.map((element) => element?.kind ?? null),
    [null, 'number'],
  )
  assert.equal(third?.key, null)
  assert.equal(third?.value?.kind, 'string')
})

test('malformed text gives one error without a range, with its place, and no tree', () => {
  const { node, tree, diagnostics } = decode('values: [\n')
  assert.deepEqual([node, tree], [null, null])
  assert.deepEqual(diagnostics, [
    {
      severity: 'error',
      summary: 'yaml: line 1: did not find expected node content',
      detail: '',
      range: null,
      path: '',
      place: { environment: 'e', line: 2, column: 1 },
    },
  ])
})

test('a document that is empty, all comments or null has no node and no error', () => {
  for (const text of ['', '# c\n', 'null\n', '~', '--- \n...\n']) {
    const { node, diagnostics } = decode(text)
    assert.deepEqual([node, diagnostics], [null, []], JSON.stringify(text))
  }
})

test('duplicate keys and keys named like object members are ordinary entries', () => {
  const { node } = decode('__proto__: 1\nconstructor: 2\n__proto__: 3\n')
  assert.ok(node?.kind === 'object')
  assert.deepEqual(
    node.entries.map(({ key }) => key?.value),
    ['__proto__', 'constructor', '__proto__'],
  )
})

test('only untagged plain strings on one line have ranges of their parts', () => {
  const { node } = decode('- a\n- "a"\n- !!str a\n- a\n  b\n- |\n  a\n- ! a\n')
  assert.ok(node?.kind === 'array')
  const found = node.elements.map((element) => element?.kind === 'string' && element.subRanges)
  assert.deepEqual(found, [true, false, false, true, false, true])
})

test('decoding never throws, and ranges do not end before they begin', () => {
  const part = fc.constantFrom(
    'a',
    'é',
    '世',
    '😀',
    '1',
    ': ',
    ':',
    '- ',
    '\n',
    '\n  ',
    ' ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '|\n',
    '&x ',
    '*x',
    '!t ',
    '? ',
    '#',
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const visit = (node: SyntaxNode | null) => {
        if (node === null) return
        const { begin, end } = node.range
        assert.ok(end.line > begin.line || (end.line === begin.line && end.column >= begin.column))
        if (node.kind === 'array') node.elements.forEach(visit)
        if (node.kind === 'object') for (const { key, value } of node.entries) [key, value].forEach(visit)
      }
      visit(decode(parts.join('')).node)
    }),
    { numRuns: 2000 },
  )
})

test('S-42 the time for a line of many wide characters in many nodes grows with their number', () => {
  const text = (n: number) => `[${'世, '.repeat(n / 2)}${'x, '.repeat(n / 2)}]\n\n`
  const { node } = decode(text(100_000))
  assert.equal(node?.kind === 'array' && node.elements.length, 100_000)
  assertLinear(text, decode, 40_000)
})

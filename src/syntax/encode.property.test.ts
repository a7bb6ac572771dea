import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeYaml } from './encode.ts'
import { mappingNode, plainNode, sequenceNode, stringNode } from './make-node.ts'
import { normalizeTree } from './normalize.ts'
import { parseYaml } from './parse.ts'
import { resolveScalar } from './scalar.ts'
import { reencodeYaml } from './seal.ts'
import type { YamlNode } from './yaml-node.ts'

const awkward = fc.constantFrom(
  '',
  ' ',
  '~',
  'null',
  'true',
  'no',
  '0x10',
  '1_000',
  '1e3',
  '.5',
  '-',
  '- x',
  'a: b',
  '#x',
  'a #b',
  '@a',
  '"',
  "'",
  '\\',
  'a\nb',
  'a\n\nb',
  'a\n',
  'a\n\n',
  '\n',
  '\na',
  ' a\nb',
  'a\n b\nc',
  'a\nb\n c\n',
  'a \nb',
  '\t',
  'a\tb',
  '\ta\nb',
  '---',
  '...',
  '--- a',
  '<<',
  '2020-01-01',
  '1:30',
  '\u0007',
  '\u2028',
  '\u0085',
  '\ufeff',
  '😀',
  '世界',
  '__proto__',
  'fn::secret',
  '{',
  '[a',
  ']',
  'a,b',
  '?',
  '? x',
  ':',
  '*a',
  '&a',
  '!x',
  '%x',
  '`',
  '| ',
  '>',
  'x'.repeat(130),
)
const text = fc.oneof(
  awkward,
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', ':', '#', '-'), maxLength: 12 }),
)
const style = fc.constantFrom(
  '' as const,
  'plain' as const,
  'single' as const,
  'double' as const,
  'literal' as const,
  'folded' as const,
)
const string = fc
  .tuple(text, style)
  .map(([value, wanted]) => stringNode(value, wanted === 'plain' ? '' : wanted))
const scalar: fc.Arbitrary<YamlNode> = fc.oneof(
  string,
  fc.constantFrom('', 'null', '~', '5', '0x10', 'true', '1_000').map(plainNode),
)

const nested = fc.letrec<{ node: YamlNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc
      .tuple(fc.array(tie('node'), { maxLength: 3 }), fc.boolean())
      .map(([items, flow]) => ({ ...sequenceNode(items), flow })),
    fc
      .tuple(fc.array(fc.tuple(string, tie('node')), { maxLength: 3 }), fc.boolean())
      .map(([pairs, flow]) => ({ ...mappingNode(pairs.map(([key, value]) => ({ key, value }))), flow })),
  ),
})).node
const tree = nested.map((value) => mappingNode([{ key: stringNode('root'), value }]))

/** What the tree says, without how it looks. */
function dataOf(node: YamlNode): unknown {
  switch (node.kind) {
    case 'mapping':
      return { pairs: node.pairs.map(({ key, value }) => [dataOf(key), dataOf(value)]) }
    case 'sequence':
      return { items: node.items.map(dataOf) }
    case 'scalar':
      return resolveScalar(node)
    default:
      return null
  }
}

function parsed(source: string): YamlNode {
  const { tree, problem } = parseYaml(new TextEncoder().encode(source))
  assert.ok(tree, `${problem} in ${JSON.stringify(source)}`)
  return tree
}

for (const indent of [2, 3, 4]) {
  test(`what is printed with indent ${indent} reads as what was printed`, () => {
    fc.assert(
      fc.property(tree, (node) => {
        const printed = encodeYaml(node, { indent })
        assert.deepEqual(dataOf(parsed(printed)), dataOf(node), printed)
      }),
      { numRuns: 400 },
    )
  })
}

test('the normal form says the same, and printing it again changes nothing', () => {
  fc.assert(
    fc.property(tree, (node) => {
      const printed = reencodeYaml(node)
      assert.deepEqual(dataOf(parsed(printed)), dataOf(normalizeTree(node)), printed)
      assert.equal(reencodeYaml(parsed(printed)), printed)
    }),
    { numRuns: 400 },
  )
})

// Pieces of YAML that fit together often enough to be read.
const pieces = fc.constantFrom(
  ...[
    'a',
    'b',
    'c: ',
    'd:\n',
    '- ',
    '-\n',
    '? ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '\n',
    '\n  ',
    '\n    ',
    '  ',
    '# x\n',
    ' # y\n',
    '"q"',
    "'r'",
  ],
  ...[
    '|\n',
    '>\n',
    '|+\n',
    '>-\n',
    '>+\n',
    '|2\n',
    '&n ',
    '*n',
    '!t ',
    '!!str ',
    '! ',
    '5',
    'null',
    '~',
    '---\n',
    '\t',
    '\n- ',
    '\nk: ',
  ],
  ...['\n  k: ', '\n  - ', 'é', '😀', '::', '"a\n  b"', "'a\n\n  b'", '\\', '"__proto__": '],
)

test('whatever reads, prints as a text that reads the same, in both forms', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 16 }), (parts) => {
      const { tree } = parseYaml(new TextEncoder().encode(parts.join('')))
      fc.pre(tree !== null && tree.kind !== 'nothing')
      const wrap = (node: YamlNode): YamlNode => mappingNode([{ key: stringNode('root'), value: node }])
      const normalized = normalizeTree(wrap(tree))
      assert.deepEqual(dataOf(parsed(encodeYaml(normalized, { indent: 2 }))), dataOf(normalized))
      assert.deepEqual(dataOf(parsed(encodeYaml(wrap(tree), { indent: 4 }))), dataOf(wrap(tree)))
    }),
    { numRuns: 1000 },
  )
})

const head = fc.constantFrom('', '# above', '# one\n# two')
const line = fc.constantFrom('', '# behind')

/** Nested block collections with comments where people write them: above entries and behind scalars. */
const commented = fc.letrec<{ node: YamlNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('a', 'b c', 'x\ny\n').map((value) => stringNode(value)),
    fc
      .array(fc.tuple(tie('node'), head, line), { minLength: 1, maxLength: 3 })
      .map((items) => sequenceNode(items.map(([item, above, behind]) => withComments(item, above, behind)))),
    fc
      .array(fc.tuple(fc.constantFrom('k', 'l', '__proto__'), tie('node'), head, line), {
        minLength: 1,
        maxLength: 3,
      })
      .map((pairs) =>
        mappingNode(
          pairs.map(([key, value, above, behind]) => ({
            key: withComments(stringNode(key), above, ''),
            value: withComments(value, '', behind),
          })),
        ),
      ),
  ),
})).node

function withComments(node: YamlNode, above: string, behind: string): YamlNode {
  return { ...node, comments: { head: above, line: node.kind === 'scalar' ? behind : '', foot: '' } }
}

test('comments above entries and behind scalars stay there', () => {
  fc.assert(
    fc.property(commented, fc.constantFrom(2, 4), (node, indent) => {
      const root = mappingNode([{ key: stringNode('root'), value: node }])
      const printed = encodeYaml(root, { indent })
      assert.equal(encodeYaml(parsed(printed), { indent }), printed)
    }),
    { numRuns: 400 },
  )
})

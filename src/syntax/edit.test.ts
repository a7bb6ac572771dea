import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsePropertyPath } from '../value/index.ts'
import { deleteAt, getAt, setAt } from './edit.ts'
import { encodeYaml } from './encode.ts'
import { mappingNode, nothingNode, sequenceNode, stringNode } from './make-node.ts'
import { parseYaml } from './parse.ts'
import { resolveScalar } from './scalar.ts'
import type { YamlNode } from './yaml-node.ts'

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join('')

function parsed(source: string): YamlNode {
  const { tree, problem } = parseYaml(new TextEncoder().encode(source))
  assert.ok(tree, problem ?? '')
  return tree
}

const print = (tree: YamlNode): string => encodeYaml(tree, { indent: 4 })
const set = (source: string, path: string, value: string): string =>
  print(setAt(parsed(source), parsePropertyPath(path), parsed(value)))
const unset = (source: string, path: string): string =>
  print(deleteAt(parsed(source), parsePropertyPath(path)))

const sets: readonly (readonly [
  what: string,
  source: string,
  path: string,
  value: string,
  printed: string,
])[] = [
  ['a scalar keeps its comments', '# h\na: b # l\n', 'a', 'c', '# h\na: c # l\n'],
  ['a double-quoted scalar keeps its quotes', 'a: "b"\n', 'a', '5', 'a: "5"\n'],
  ['a single-quoted scalar keeps its quotes', "a: 'b'\n", 'a', 'true', "a: 'true'\n"],
  ['a literal stays a literal', 'a: |\n  b\n', 'a', '5', 'a: |-\n    5\n'],
  ['a plain scalar stays plain', 'a: b\n', 'a', '"c d"', 'a: c d\n'],
  ['a string that looks like a number is quoted again', 'a: b\n', 'a', '"5"', 'a: "5"\n'],
  ['a string that cannot be plain gets single quotes', 'a: b\n', 'a', '"[c"', "a: '[c'\n"],
  ['a string with control characters gets double quotes', 'a: b\n', 'a', '"c\\x01"', 'a: "c\\x01"\n'],
  ['a string of several lines becomes a literal', 'a: b\n', 'a', '"c\\nd"', 'a: |-\n    c\n    d\n'],
  ['an empty string is quoted', 'a: b\n', 'a', '""', 'a: ""\n'],
  ['a number stays a number', 'a: b\n', 'a', '0x10', 'a: 0x10\n'],
  ['a tag comes with the value', 'a: !x b\n', 'a', '!y c', 'a: !y c\n'],
  ['an old tag goes', 'a: !x b\n', 'a', 'c', 'a: c\n'],
  ['a string tag is no more than quotes', 'a: b\n', 'a', '!!str 5', 'a: "5"\n'],
  ['a flow list stays flow', 'a: [b] # l\n', 'a', '- c\n- d\n', 'a: [c, d] # l\n'],
  ['a flow mapping stays flow with a list in it', 'a: {b: c}\n', 'a', '- d\n', 'a: [d]\n'],
  ['a block list stays block', 'a:\n- b\n', 'a', '[c, [d]]', 'a:\n    - c\n    - [d]\n'],
  ['a scalar turns into a block', 'a: b\n', 'a', '{c: {d: e}}', 'a:\n    c: {d: e}\n'],
  [
    'a comment behind a scalar stays on the line of the key',
    'a: b # l\nc: d\n',
    'a',
    '{e: f}',
    'a: # l\n    e: f\nc: d\n',
  ],
  [
    'a comment behind an item stays on the line of the dash',
    '- a # l\n- b\n',
    '[0]',
    '{c: d}',
    '- # l\n  c: d\n- b\n',
  ],
  ['a block turns into a scalar', 'a:\n  b: c\n', 'a', '"d"', 'a: d\n'],
  ['a new key goes to the end', 'a: b\n# foot\n', 'c', 'd', 'a: b\n# foot\n\nc: d\n'],
  ['a new key in a flow mapping stays in flow', 'a: {b: c}\n', 'a.d', 'e', 'a: {b: c, d: e}\n'],
  ['an empty flow mapping opens into a block', 'a: {}\n', 'a.b', 'c', 'a:\n    b: c\n'],
  ['an empty flow list stays in flow', 'a: []\n', 'a[0]', 'c', 'a: [c]\n'],
  ['a new value loses its outermost flow', 'a: b\n', 'c', '{d: [e, "f"]}', 'a: b\nc:\n    d: [e, "f"]\n'],
  ['a new empty collection stays empty', 'a: b\n', 'c', '{}', 'a: b\nc: {}\n'],
  ['a new scalar loses its quotes', 'a: b\n', 'c', "'d'", 'a: b\nc: d\n'],
  ['a new quoted yes is plain', 'a: b\n', 'c', '"yes"', 'a: b\nc: yes\n'],
  ['the comment of a new value is not taken', 'a: b\n', 'c', 'd # e', 'a: b\nc: d\n'],
  ['an item is appended', 'a:\n- b\n', 'a[1]', 'c', 'a:\n    - b\n    - c\n'],
  ['an item is replaced', 'a:\n- b # l\n', 'a[0]', 'c', 'a:\n    - c # l\n'],
  ['missing containers are made', '', 'a["b.c"][0].d', '1', 'a:\n    b.c:\n        - d: 1\n'],
  ['a key that looks like a number is quoted', 'a: b\n', '["5"]', 'c', 'a: b\n"5": c\n'],
  ['the first of two equal keys is taken', 'a: 1\na: 2\n', 'a', '3', 'a: 3\na: 2\n'],
  [
    'prototype names are ordinary keys',
    'a: b\n',
    '__proto__.constructor',
    'c',
    'a: b\n__proto__:\n    constructor: c\n',
  ],
  ['the empty path replaces the root', 'a: b\n', '', '[c]', '- c\n'],
  [
    'what is not touched keeps its quotes and comments',
    '# h\na: "1.5" # l\nb: 1\n',
    'b',
    '2',
    '# h\na: "1.5" # l\nb: 2\n',
  ],
]

for (const [what, source, path, value, printed] of sets) {
  test(`setting: ${what}`, () => assert.equal(set(source, path, value), printed))
}

const refusals: readonly (readonly [source: string, path: string, message: string])[] = [
  ['a: [b]\n', 'a.c', 'a.c: key for an array must be an int'],
  ['a: [b]\n', 'a[2]', 'a[2]: array index out of range'],
  ['a: [b]\n', 'a[-1]', 'a[-1]: array index out of range'],
  ['a: {b: c}\n', 'a[0].d', 'a[0]: key for a map must be a string'],
  ['a: b\n', 'a.c.d', 'a.c: expected an array or an object'],
  ['a: null\n', 'a["x y"]', 'a["x y"]: expected an array or an object'],
  ['a:\n', 'a.b', 'a.b: expected an array or an object'],
]

for (const [source, path, message] of refusals) {
  test(`${JSON.stringify(source)} has no room for ${path}: ${message}`, () => {
    assert.throws(() => set(source, path, 'x'), { code: 'PATH_MISMATCH', message })
    assert.throws(() => unset(source, path), { code: 'PATH_MISMATCH', message })
  })
}

const deletions: readonly (readonly [what: string, source: string, path: string, printed: string])[] = [
  ['a key goes with the comment above it', 'a: 1\n# h\nb: 2 # l\nc: 3\n', 'b', 'a: 1\nc: 3\n'],
  ['the last key leaves an empty mapping', 'a:\n  b: c\n', 'a.b', 'a: {}\n'],
  ['the last item leaves an empty list', 'a:\n- b\n', 'a[0]', 'a: []\n'],
  ['an item goes', 'a: [b, c, d]\n', 'a[1]', 'a: [b, d]\n'],
  ['a missing key changes nothing', 'a: b\n', 'c', 'a: b\n'],
  ['a missing key on the way changes nothing', 'a: b\n', 'c.d', 'a: b\n'],
  ['an empty document stays empty', '', 'a.b', ''],
]

for (const [what, source, path, printed] of deletions) {
  test(`deleting: ${what}`, () => assert.equal(unset(source, path), printed))
}

test('an item behind the last cannot be deleted, nor can the root', () => {
  assert.throws(() => unset('a: [b]\n', 'a[1]'), { message: 'a[1]: array index out of range' })
  assert.throws(() => deleteAt(parsed('a: b\n'), []), { message: 'path must contain at least one element' })
})

test('a mapping that was emptied is a block again when it is filled', () => {
  const emptied = deleteAt(parsed('values: {example1: abc}\n'.replace('{', '\n  ').replace('}', '')), [
    'values',
    'example1',
  ])
  assert.equal(print(emptied), 'values: {}\n')
  assert.equal(print(setAt(emptied, ['values', 'example2'], parsed('xyz'))), 'values:\n    example2: xyz\n')
  const reread = parsed(print(emptied))
  assert.equal(print(setAt(reread, ['values', 'example2'], parsed('xyz'))), 'values:\n    example2: xyz\n')
})

test('a new value takes the comment of the old one, and a comment may be given to a key', () => {
  const tree = setAt(parsed('foo: bar # line comment\nbaz: qux\n'), ['foo'], parsed('42'))
  assert.ok(tree.kind === 'mapping')
  const [first, second] = tree.pairs
  const key = { ...second!.key, comments: { head: 'head comment', line: '', foot: '' } }
  const commented = { ...tree, pairs: [first!, { ...second!, key }] }
  assert.equal(print(commented), lines('foo: 42 # line comment', '# head comment', 'baz: qux'))
})

test('a node is found by key text and index, and nowhere else', () => {
  const tree = parsed('a:\n  - b: c\n  - &x d\ne: {__proto__: f}\n')
  const found = (path: string): string | null => {
    const node = getAt(tree, parsePropertyPath(path))
    return node === null ? null : encodeYaml(node, { indent: 2 })
  }
  assert.equal(found('a[0].b'), 'c\n')
  assert.equal(found('a[0]'), 'b: c\n')
  assert.equal(found('e.__proto__'), 'f\n')
  for (const path of ['a.b', 'a[2]', 'a[-1]', 'e[0]', 'constructor', 'a[0].b.c'])
    assert.equal(found(path), null)
})

test('edits leave the given tree alone', () => {
  const tree = parsed('a: {b: c}\nd: e\n')
  const before = print(tree)
  const edited = setAt(tree, ['a', 'b'], stringNode('x'))
  deleteAt(tree, ['a', 'b'])
  assert.equal(print(tree), before)
  assert.equal(edited.kind === 'mapping' && edited.pairs[1], tree.kind === 'mapping' && tree.pairs[1])
})

const element = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'with space', '5'), fc.constant(0))

test('what was set is got, and gone when deleted', () => {
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 4 }), fc.string(), (path, text) => {
      const tree = setAt(nothingNode, path, stringNode(text))
      const reread = parsed(print(tree))
      const found = getAt(reread, path)
      assert.deepEqual(found?.kind === 'scalar' && resolveScalar(found), { kind: 'string', value: text })
      assert.equal(getAt(deleteAt(reread, path), path), null)
    }),
    { numRuns: 300 },
  )
})

test('the order of lists and keys survives a replacement', () => {
  const tree = mappingNode(['b', 'a'].map((key) => ({ key: stringNode(key), value: sequenceNode([]) })))
  assert.equal(print(setAt(tree, ['a'], stringNode('x'))), lines('b: []', 'a: x'))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseYaml } from './parse.ts'
import type { YamlNode } from './yaml-node.ts'

function parse(text: string): YamlNode {
  const { tree, problem } = parseYaml(Buffer.from(text))
  assert.equal(problem, null)
  return tree!
}

/** The comments of a tree as lines `place: head | line | foot`; `k!` is the key `k` itself. */
function comments(node: YamlNode, at = ''): string[] {
  const { head, line, foot } = node.comments
  const own =
    head + line + foot === '' ? [] : [`${at || 'root'}: ${head} | ${line} | ${foot}`.replaceAll('\n', '/')]
  if (node.kind === 'sequence')
    return [...own, ...node.items.flatMap((item, i) => comments(item, `${at}[${i}]`))]
  if (node.kind !== 'mapping') return own
  const ofPairs = node.pairs.flatMap(({ key, value }) => {
    const name = key.kind === 'scalar' ? `${at}.${key.value}` : `${at}.?`
    return [...comments(key, `${name}!`), ...comments(value, name)]
  })
  return [...own, ...ofPairs]
}

const attached: readonly (readonly [title: string, text: string, comments: readonly string[]])[] = [
  [
    'a scalar keeps what stands around it, the document the rest',
    '# one\n\n# two\n\n# three\ntrue # four\n# five\n\n# six\n',
    ['root: # three | # four | # five'],
  ],
  [
    'a pair keeps its head and foot on the key and the line on the value',
    '# a1\n# a2\na: 1 # line\n# f1\n# f2\n\n# b\nb: 2\n',
    ['.a!: # a1/# a2 |  | # f1/# f2', '.a:  | # line | ', '.b!: # b |  | '],
  ],
  ['items keep head, line and foot', '# h\n- a # l\n# f\n\n- b\n', ['[0]: # h | # l | # f']],
  [
    'a comment behind a key of a block belongs to the key',
    'a: # l\n  - x # x\n',
    ['.a!:  | # l | ', '.a[0]:  | # x | '],
  ],
  [
    'a run of comments without an empty line is the head of what follows',
    'a: 1\n# h\nb: 2\n',
    ['.b!: # h |  | '],
  ],
  ['a comment between empty lines is a head', 'a: 1\n\n# h\n\nb: 2\n', ['.b!: # h |  | ']],
  [
    'a dedented comment is a foot',
    'a:\n  b: 1\n  # fb\n\n# h\nc: 2\n',
    ['.a.b!:  |  | # fb', '.c!: # h |  | '],
  ],
  ['a comment behind a dash is the head of the item', '- # c\n  k: v\n', ['[0].k!: # c |  | ']],
  [
    'above a dash it is the collection’s head',
    '- a\n# c\n- # d\n  k: v\n',
    ['[1]: # c |  | ', '[1].k!: # d |  | '],
  ],
  [
    'flow collections keep lines of entries, the last foot and the line behind',
    'a: [ # lost\n  x, # x\n  y # y\n  # foot\n] # a\n',
    ['.a:  | # a | ', '.a[0]:  | # x | ', '.a[1]:  | # y | # foot'],
  ],
  ['a block scalar keeps the comment behind its header', 'a: | # l\n  x\n', ['.a:  | # l | ']],
  [
    'CR LF is one line break',
    '# h\r\na: 1 # l\r\n# f\r\n\r\nb: 2\r\n',
    ['.a!: # h |  | # f', '.a:  | # l | '],
  ],
]

for (const [title, text, wanted] of attached) {
  test(`comments: ${title}`, () => assert.deepEqual(comments(parse(text)), wanted))
}

test('styles, flow and content are kept', () => {
  const tree = parse("a: x\nb: 'x'''\nc: \"x\\n\"\nd: |\n  x\ne: >-\n  x\n  y\nf: [x]\ng: {x: y}\n")
  assert.ok(tree.kind === 'mapping')
  const shapes = tree.pairs.map(({ value }) =>
    value.kind === 'scalar' ? [value.style, value.value] : [value.kind, 'flow' in value && value.flow],
  )
  assert.deepEqual(shapes, [
    ['plain', 'x'],
    ['single', "x'"],
    ['double', 'x\n'],
    ['literal', 'x\n'],
    ['folded', 'x y'],
    ['sequence', true],
    ['mapping', true],
  ])
})

const contents: readonly (readonly [text: string, value: string])[] = [
  ['a\n b\n\n c\n', 'a b\nc'],
  ['"a\n  b\n\n  c"', 'a b\nc'],
  ['"a\\\n   b"', 'ab'],
  ['"\\x41\\u00e9\\U0001F600\\_\\L\\e"', 'Aé😀\xa0\u2028\x1b'],
  ["'a''b'", "a'b"],
  ['|\n  a\n   b\n\n', 'a\n b\n'],
  ['|+\n  a\n\n', 'a\n\n'],
  ['|-\n  a\n', 'a'],
  ['|2\n   a\n', ' a\n'],
  ['>\n  a\n  b\n\n  c\n   d\n  e\n', 'a b\nc\n d\ne\n'],
  ['|\n', ''],
  ['a#b', 'a#b'],
  ['http://x', 'http://x'],
  ['-x', '-x'],
  ['a\r\n b\r\n', 'a b'],
]

for (const [text, value] of contents) {
  test(`${JSON.stringify(text)} has the content ${JSON.stringify(value)}`, () => {
    const tree = parse(text)
    assert.equal(tree.kind === 'scalar' && tree.value, value)
  })
}

const tags: readonly (readonly [text: string, tag: string])[] = [
  ['!!str x', '!!str'],
  ['!foo x', '!foo'],
  ['! x', '!'],
  ['!<tag:yaml.org,2002:int> 1', '!!int'],
  ['!<foo> 1', 'foo'],
  ['!a%C3%A9 x', '!aé'],
  ['%TAG !e! tag:example.com:\n---\n!e!x y', 'tag:example.com:x'],
]

for (const [text, tag] of tags) {
  test(`the tag of ${JSON.stringify(text)} is ${tag}`, () => assert.equal(parse(text).tag, tag))
}

test('anchors and aliases keep their names', () => {
  const tree = parse('- &x !t a\n- !t &y b\n- *x\n')
  assert.ok(tree.kind === 'sequence')
  assert.deepEqual(
    tree.items.map((item) => [item.kind, item.anchor, item.tag, item.kind === 'alias' ? item.name : '']),
    [
      ['scalar', 'x', '!t', ''],
      ['scalar', 'y', '!t', ''],
      ['alias', '', '', 'x'],
    ],
  )
})

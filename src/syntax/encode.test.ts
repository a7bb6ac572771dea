import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeYaml } from './encode.ts'
import { mappingNode, nothingNode, stringNode } from './make-node.ts'
import { parseYaml } from './parse.ts'
import { reencodeYaml } from './seal.ts'
import type { YamlNode } from './yaml-node.ts'

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join('')

function parsed(source: string): YamlNode {
  const { tree, problem } = parseYaml(new TextEncoder().encode(source))
  assert.ok(tree, problem ?? '')
  return tree
}

/** The normal form, indent 2. Printing it again must change nothing. */
function normal(source: string): string {
  const text = reencodeYaml(parsed(source))
  assert.equal(reencodeYaml(parsed(text)), text, 'the normal form is stable')
  return text
}

const values: readonly (readonly [what: string, source: string, printed: string])[] = [
  ['nothing is null', '', 'null'],
  ['an explicit null keeps its text', '~', '~'],
  ['a number keeps its text', '0x10', '0x10'],
  ['an underscored number keeps its text', '1_000', '1_000'],
  ['a boolean keeps its text', 'True', 'True'],
  ['a quoted float turns to single quotes', '"1.5"', "'1.5'"],
  ['a signed number turns to single quotes', '"+1"', "'+1'"],
  ['a float without digits before the point turns to single quotes', '".5"', "'.5'"],
  ['a float without digits behind the point turns to single quotes', '"5."', "'5.'"],
  ['an exponent turns to single quotes', '"1e3"', "'1e3'"],
  ['digits with underscores turn to single quotes', '"1_000"', "'1_000'"],
  ['a name of no number turns to single quotes', '"NaN"', "'NaN'"],
  ['a name of infinity turns to single quotes', '"-Infinity"', "'-Infinity'"],
  ['a plain name of infinity turns to single quotes', 'inf', "'inf'"],
  ['a hexadecimal float turns to single quotes', '"0x1p-2"', "'0x1p-2'"],
  ['a literal float turns to single quotes', '|-\n  12', "'12'"],
  ['quoted true turns to single quotes', '"true"', "'true'"],
  ['quoted False keeps its quotes', '"False"', '"False"'],
  ['quoted yes keeps its quotes', '"yes"', '"yes"'],
  ['quoted null keeps its quotes', '"null"', '"null"'],
  ['a quoted hexadecimal integer keeps its quotes', '"0x10"', '"0x10"'],
  ['a quoted binary integer keeps its quotes', '"0b11"', '"0b11"'],
  ['a number out of range keeps its quotes', '"1e400"', '"1e400"'],
  ['a hexadecimal float out of range keeps its quotes', '"0x1p1024"', '"0x1p1024"'],
  ['a YAML infinity keeps its quotes', '".inf"', '".inf"'],
  ['doubled underscores keep their quotes', '"1__0"', '"1__0"'],
  ['trailing underscores keep their quotes', '"1_"', '"1_"'],
  ['single quotes stay', "'a ''b'''", "'a ''b'''"],
  ['double quotes stay', '"a \\"b\\" \\\\ /"', '"a \\"b\\" \\\\ /"'],
  ['needless double quotes stay', '"abc"', '"abc"'],
  ['double-quoted lines are joined', '"a\n  b\n\n  c"', '"a b\\nc"'],
  ['plain lines are joined', 'a\n  b', 'a b'],
  ['plain paragraphs become a literal', 'a\n\n  b', '|-\n  a\n  b'],
  ['a tab needs double quotes', "'a\tb'", '"a\\tb"'],
  ['control characters are escaped', '"\\0\\a\\b\\e\\x01\\r"', '"\\0\\a\\b\\e\\x01\\r"'],
  ['line separators are escaped', '"\\L\\P\\N"', '"\\L\\P\\N"'],
  ['a character beyond the BMP is escaped', 'a 😀', '"a \\U0001F600"'],
  ['a private character is printed', '"\\uE000"', '"\uE000"'],
  ['a byte order mark is escaped', '"\\uFEFF"', '"\\uFEFF"'],
  ['other characters stay', '"é世\\_"', '"é世\u00a0"'],
  ['a flow list has one blank behind each comma', '[ a,b ,\n  "c" ]', '[a, b, "c"]'],
  ['a flow mapping too', '{ a: b ,c: [ ] , d: { } }', '{a: b, c: [], d: {}}'],
  ['missing values in flow are null', '{x, y: }', '{x: null, y: null}'],
  [
    'colons, commas, brackets and question marks in flow are quoted',
    "{'fn::a': \"b\", 'c,d': 'e?f', g: '[h]'}",
    "{'fn::a': \"b\", 'c,d': 'e?f', g: '[h]'}",
  ],
  ['a plain text with a colon is quoted in flow', '["x", a::b]', '["x", \'a::b\']'],
  ['a pair in a list becomes a mapping', '[a: 1, b]', '[{a: 1}, b]'],
  ['a literal keeps its sign: clip', '|\n  a\n  b\n', '|\n  a\n  b'],
  ['a literal keeps its sign: strip', '|-\n  a\n  b\n', '|-\n  a\n  b'],
  ['a needless keep becomes clip', '|+\n  a', '|\n  a'],
  ['a literal that begins with a blank has a digit', '|4\n        a\n    b\n', '|2\n      a\n  b'],
  ['a literal that begins with a newline has a digit', '|\n\n  a\n', '|2\n\n  a'],
  ['an empty literal is empty quotes', '|', '""'],
  ['a folded text keeps its style', '>-\n  a\n  b\n\n  c\n', '>-\n  a b\n\n  c'],
  ['a folded text keeps lines that begin with a blank', '>-\n  a\n    b\n  c\n', '>-\n  a\n    b\n  c'],
  ['a single-quoted text of several lines stays', "'a\n\n  b'", "'a\n\n  b'"],
  ['a core tag stays', '!!str x', '!!str x'],
  ['a core tag on a number stays', '!!float 1', '!!float 1'],
  ['a core tag on a quoted number stays', '!!int "3"', '!!int "3"'],
  ['a verbatim core tag is shortened', '!<tag:yaml.org,2002:str> x', '!!str x'],
  ['a string tag before a number becomes quotes', '!!str 12', "'12'"],
  ['a string tag before true becomes quotes', '!!str true', "'true'"],
  ['a custom tag becomes a string tag', '!foo null', '!!str null'],
  ['a custom tag before a hexadecimal number too', '!foo 0x10', '!!str 0x10'],
  ['a custom tag keeps the quotes', '!foo ""', '!!str ""'],
  ['a custom tag with nothing behind it', '!foo', '!!str'],
  ['a custom tag before a number becomes quotes', '!foo 42', "'42'"],
  ['a binary tag becomes a string tag', '!!binary aGk=', '!!str aGk='],
  ['a bare exclamation mark goes', '! x', 'x'],
  ['a custom tag on a list stays', '!foo [a]', '!foo [a]'],
  ['a core tag on a mapping stays', '!!map {a: b}', '!!map {a: b}'],
  ['an anchor goes', '&x y', 'y'],
]

for (const [what, source, printed] of values) {
  test(`re-encoding: ${what}`, () => {
    assert.equal(normal(`key: ${source}\n`), `key: ${printed}\n`)
  })
}

test('keys follow the rules of values', () => {
  assert.equal(
    normal('"1.5": a\n"x": b\n12 a: c\n"null": d\n!foo e: f\n? g\n: h\n'),
    lines("'1.5': a", '"x": b', '12 a: c', '"null": d', '!!str e: f', 'g: h'),
  )
})

test('an explicit key stays explicit when it spans lines or is too long', () => {
  assert.equal(normal('? |\n  a\n  b\n: c\n'), lines('? |', '  a', '  b', ': c'))
  const long = 'k'.repeat(128)
  assert.equal(normal(`? ${long}\n: v\n`), `${long}: v\n`)
  assert.equal(normal(`? ${long}k\n: v\n`), `? ${long}k\n: v\n`)
})

test('sequences are indented below their key and nest behind their dash', () => {
  assert.equal(
    normal('imports:\n- a\n- - b\n  -\n    - c\n- k: v\n  l:\n  - w\n'),
    lines('imports:', '  - a', '  - - b', '    - - c', '  - k: v', '    l:', '      - w'),
  )
})

test('an empty item among the others is null', () => {
  assert.equal(
    normal('a:\n- b\n-\n- c\n-\nd: e\n'),
    lines('a:', '  - b', '  - null', '  - c', '  - null', 'd: e'),
  )
})

test('with step 4 the value of a key goes to the next multiple, an item behind its dash', () => {
  const tree = parsed('a:\n  - x: 1\n    y:\n      - 2\n      - - 3\n        - 4: 5\n')
  assert.equal(
    encodeYaml(tree, { indent: 4 }),
    lines('a:', '    - x: 1', '      y:', '        - 2', '        - - 3', '          - 4: 5'),
  )
  const blocks = parsed('a:\n- |\n  x\n- b: |\n    y\n')
  assert.equal(
    encodeYaml(blocks, { indent: 4 }),
    lines('a:', '    - |', '      x', '    - b: |', '        y'),
  )
})

test('the digit of a block scalar counts from its parent, whatever the step', () => {
  const tree = parsed('- |2\n    x\n- a: |2\n      y\n')
  assert.equal(encodeYaml(tree, { indent: 4 }), lines('- |2', '    x', '- a: |2', '      y'))
})

test('only the first document counts, its markers and line ends are lost', () => {
  assert.equal(normal('---\r\na: b\r\n...\r\nc: d\r\n'), 'a: b\n')
  assert.equal(normal('%YAML 1.1\n---\na: b\n'), 'a: b\n')
})

test('aliases become null', () => {
  assert.equal(normal('a: &x b\nc: *x\n'), lines('a: b', 'c: null'))
})

test('comments stay where they are: above, behind and below', () => {
  const text = lines(
    '# above a',
    'a: b # behind b',
    '# above c',
    '# and more',
    'c: # behind c',
    '  # above d',
    '  d:',
    '    - e # behind e',
    '    # above f',
    '    - f',
    'g: [h, i] # behind the list',
    'j: | # behind the sign',
    '  text',
    '# at the end',
  )
  assert.equal(normal(text), text)
})

test('comments inside flow collections break their lines', () => {
  const text = lines(
    'a: [1, # one',
    '  # above two',
    '  2, # two',
    '  # below',
    ']',
    'b: {',
    '  # above',
    '  x: 1, # x',
    '  y: 2,',
    '  # below',
    '}',
  )
  assert.equal(normal(text), text)
})

test('a comment above a value on a line of its own stays, below the value or inside it', () => {
  assert.equal(normal('a:\n  # why\n  b\nc: d\n'), lines('a: b', '# why', 'c: d'))
  assert.equal(normal('a:\n  # why\n  b\n# c\nc: d\n'), lines('a: b', '# why', '# c', 'c: d'))
  assert.equal(normal('a:\n  # why\n  [1, 2]\n'), lines('a: [', '  # why', '  1, 2]'))
})

test('blank lines go, but one follows a foot comment', () => {
  assert.equal(
    normal('a: 1\n\n\nb: 2\n# below b\n\n\nc:\n\n  d: 3\n  # below d\n\ne: f\n'),
    lines('a: 1', 'b: 2', '# below b', '', 'c:', '  d: 3', '  # below d', 'e: f'),
  )
})

test('one blank line follows a folded text that is not the last', () => {
  assert.equal(normal('a: >\n  x\n  y\nb: >\n  z\n'), lines('a: >', '  x y', '', 'b: >', '  z'))
})

test('a comment behind an empty dash moves below the null', () => {
  assert.equal(normal('a:\n  - # why\n  - b\n'), lines('a:', '  - null', '  # why', '  - b'))
})

test('the comment of the document, above a blank line, is lost', () => {
  assert.equal(normal('# document\n\na: b\n'), 'a: b\n')
})

test('the empty document prints as nothing', () => {
  assert.equal(encodeYaml(nothingNode, { indent: 2 }), '')
  assert.equal(encodeYaml(mappingNode([]), { indent: 2 }), '{}\n')
})

test('outside of the normal form, quotes, anchors and missing values stay as they are', () => {
  const text = lines('a: "1.5"', 'b: &x !foo c', 'd:', 'e: *x', 'f: []')
  assert.equal(encodeYaml(parsed(text), { indent: 2 }), text)
  assert.equal(encodeYaml(parsed('{x: , y: }'), { indent: 2 }), '{x: null, y: null}\n')
})

test('a made string is plain, or quoted where it would read as something else', () => {
  const print = (text: string) =>
    encodeYaml(mappingNode([{ key: stringNode('k'), value: stringNode(text) }]), { indent: 2 })
  assert.equal(print('a b'), 'k: a b\n')
  for (const text of ['5', 'null', '', 'true', '2020-01-01', '<<', '.5'])
    assert.equal(print(text), `k: "${text}"\n`)
  assert.equal(print('- a'), "k: '- a'\n")
  assert.equal(print('a\nb\n'), 'k: |\n  a\n  b\n')
})

test('keys of every name stay ordinary keys', () => {
  const text = lines('__proto__: a', 'constructor:', '  __proto__: {toString: b}')
  assert.equal(normal(text), text)
})

test('a hundred thousand keys take no time to speak of', () => {
  const text = Array.from({ length: 100_000 }, (_, i) => `key${i}: value ${i} # comment`).join('\n')
  const tree = parsed(`${text}\n`)
  const start = performance.now()
  assert.equal(reencodeYaml(tree), `${text}\n`)
  assert.ok(performance.now() - start < 20_000)
})

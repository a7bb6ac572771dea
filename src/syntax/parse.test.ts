import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertLinear } from '../../tests/growth.ts'
import { parseYaml } from './parse.ts'

const problemOf = (text: string, options?: { maxDepth: number }) =>
  parseYaml(Buffer.from(text), options).problem

// The table of the language specification, §2.7.
const malformed: readonly (readonly [text: string, problem: string])[] = [
  ['a: [1\nb: 2\n', "line 1: did not find expected ',' or ']'"],
  ['a: {x: 1\nb: 2\n', "line 1: did not find expected ',' or '}'"],
  ['a: [1, 2\n', "line 1: did not find expected ',' or ']'"],
  ['a: [1, 2', "line 1: did not find expected ',' or ']'"],
  ['a: "abc\n', 'line 2: found unexpected end of stream'],
  ["a: 'abc\n  def\n", 'line 3: found unexpected end of stream'],
  ['a: b: c\n', 'mapping values are not allowed in this context'],
  ['a: 1\n b: 2\n', 'line 2: mapping values are not allowed in this context'],
  ['a: foo\n  bar: baz\n', 'line 2: mapping values are not allowed in this context'],
  ['a:\n  b: 1\n c: 2\n', 'line 2: did not find expected key'],
  ['a: 1\n- b\n', 'line 1: did not find expected key'],
  ['a: "x" y\n', 'did not find expected key'],
  ['- a\nb: c\n', "line 1: did not find expected '-' indicator"],
  ['a:\n  - b\n  c: d\n', "line 1: did not find expected '-' indicator"],
  ['a: 1\nb\n', "line 2: could not find expected ':'"],
  ['a: 1\n{b: 1\n', "line 2: could not find expected ':'"],
  ['a: @x\n', 'found character that cannot start any token'],
  ['a: `x\n', 'found character that cannot start any token'],
  ['a: %x\n', 'found character that cannot start any token'],
  ['a:\n\tb: 1\n', 'line 2: found character that cannot start any token'],
  ['a: - b\n', 'block sequence entries are not allowed in this context'],
  ['a: ? b\n', 'mapping keys are not allowed in this context'],
  ['a: ]\n', 'did not find expected node content'],
  ['values: [\n', 'line 1: did not find expected node content'],
  ['a:\n  b: [\n', 'line 2: did not find expected node content'],
  ['a:\n  b: [1,\n', 'line 2: did not find expected node content'],
  ['"a\\q"', 'found unknown escape character'],
  ['"\\x1"', 'did not find expected hexdecimal number'],
  ['"\\ud800"', 'found invalid Unicode character escape code'],
  ['"\\U00110000"', 'found invalid Unicode character escape code'],
  ['a: "x\n---\n', 'line 2: found unexpected document indicator'],
  ['a: >x\n', 'did not find expected comment or line break'],
  ['a: >0\n', 'found an indentation indicator equal to 0'],
  ['a: |\n\tx\n', 'line 2: found a tab character where an indentation space is expected'],
  ['a: b\n\tc\n', 'line 2: found a tab character that violates indentation'],
  ['a: !<foo\n', "did not find the expected '>'"],
  ['a: !e!foo b\n', 'found undefined tag handle'],
  ['a: &\n', 'did not find expected alphabetic or numeric character'],
  ['a: *x\n', "unknown anchor 'x' referenced"],
  ['a: 1\n\n\nb: *x\n', "unknown anchor 'x' referenced"],
  ['%YAML 1.2\n---\na: 1\n', 'found incompatible YAML document'],
  ['%YAML 1.1\n%YAML 1.1\n---\n', 'line 1: found duplicate %YAML directive'],
  ['%YAML 1.1\nfoo\n', 'line 1: did not find expected <document start>'],
  ['%FOO\n---\na: 1\n', 'found unknown directive name'],
  ['a: \x01\n', 'control characters are not allowed'],
  ['a: 1\n\n\0', 'control characters are not allowed'],
]

for (const [text, problem] of malformed) {
  test(`${JSON.stringify(text)} is malformed: ${problem}`, () => {
    assert.equal(problemOf(text), `yaml: ${problem}`)
  })
}

const badBytes: readonly (readonly [
  bytes: readonly number[],
  problem: string,
  line: number,
  column: number,
])[] = [
  [[0x61, 0xff], 'invalid leading UTF-8 octet', 1, 2],
  [[0x80], 'invalid leading UTF-8 octet', 1, 1],
  [[0x0a, 0x61, 0xc3], 'incomplete UTF-8 octet sequence', 2, 2],
  [[0xc3, 0x28, 0x0a], 'invalid trailing UTF-8 octet', 1, 1],
  [[0xc3, 0xa9, 0xc0, 0x80], 'invalid length of a UTF-8 sequence', 1, 2],
  [[0xed, 0xa0, 0x80], 'invalid Unicode character', 1, 1],
  [[0x01, 0xff], 'control characters are not allowed', 1, 1],
  [[0x0d, 0x0a, 0xf0, 0x9f, 0x98, 0x80, 0x07], 'control characters are not allowed', 2, 2],
  [[0xff, 0xfe, 0x61], 'incomplete UTF-16 character', 1, 1],
]

for (const [bytes, problem, line, column] of badBytes) {
  test(`S-43: the bytes ${Buffer.from(bytes).toString('hex')} are refused at ${line}:${column}: ${problem}`, () => {
    const place = { line, column }
    assert.deepEqual(parseYaml(Uint8Array.from(bytes)), { tree: null, problem: `yaml: ${problem}`, place })
  })
}

for (const [text, place] of [
  ['a: [1\nb: 2\n', '2:2'],
  ['a: "abc\n', '2:1'],
  ['a: b: c\n', '1:5'],
  ['a:\n  b: 1\n c: 2\n', '3:2'],
  ['a: 世界 @ {\n  b: *x\n', '2:4'],
  ['a: 😀\nb: *x\n', '2:4'],
  ['{', '1:2'],
  ['values:\n  a: [1', '2:8'],
] as const) {
  test(`S-43: ${JSON.stringify(text)} ceases to be YAML at ${place}`, () => {
    const { place: got } = parseYaml(Buffer.from(text))
    assert.equal(got && `${got.line}:${got.column}`, place)
  })
}

const accepted: readonly (readonly [title: string, text: string])[] = [
  ['a broken second document', 'a: 1\n---\nb: ['],
  ['an unfinished scalar in a second document', 'a: 1\n---\n"x'],
  ['anything behind the end of a document', 'a: 1\n...\n@'],
  ['a bracket behind a flow root', '{a: b}}\n'],
  ['version 1.1', '%YAML 1.1\n---\na: 1\n'],
  ['a byte order mark', '\ufeffa: 1\n'],
  ['a tab behind a value', 'a:\t1\t# c\n'],
  ['JSON with escaped slashes', '{"a":"\\/"}'],
]

for (const [title, text] of accepted) {
  test(`no problem is found in ${title}`, () => assert.equal(problemOf(text), null))
}

test('UTF-16 is read when a byte order mark says so', () => {
  const { tree } = parseYaml(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('ö', 'utf16le')]))
  assert.equal(tree?.kind === 'scalar' && tree.value, 'ö')
})

test('an empty text and one of comments have no node', () => {
  for (const text of ['', '\n', '# only\n', '\ufeff']) {
    assert.equal(parseYaml(Buffer.from(text)).tree?.kind, 'nothing', JSON.stringify(text))
  }
})

test('S-42 depth 128 passes and 129 is refused, in flow, in blocks and in both', () => {
  const flow = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const block = (depth: number) => `${'- '.repeat(depth)}x`
  const mixed = (depth: number) => '- '.repeat(depth / 2) + flow(depth - Math.floor(depth / 2))
  for (const nested of [flow, block, mixed]) {
    assert.equal(problemOf(nested(128)), null)
    assert.equal(problemOf(nested(129)), 'yaml: exceeded max depth of 128')
  }
  assert.equal(problemOf('[[[]]]', { maxDepth: 2 }), 'yaml: exceeded max depth of 2')
})

test('S-42 the depth ceiling holds without overflowing the stack', () => {
  const pairs = (depth: number) => `${'[a: '.repeat(depth)}1${']'.repeat(depth)}`
  assert.equal(problemOf(pairs(1000), { maxDepth: 1000 }), null)
  assert.equal(problemOf('['.repeat(5000), { maxDepth: 10_000 }), 'yaml: exceeded max depth of 1000')
})

const large: readonly (readonly [title: string, text: (n: number) => string])[] = [
  ['brackets', (n) => '['.repeat(n)],
  ['keys', (n) => Array.from({ length: n / 10 }, (_, i) => `k${i}: v\n`).join('')],
  ['items on a line', (n) => `[${'x, '.repeat(n / 10)}]`],
  ['plain text', (n) => `a: ${'x '.repeat(n / 2)}\n`],
  ['quoted text', (n) => `a: "${'\\n x'.repeat(n / 4)}"\n`],
  ['lines of plain text', (n) => `a:\n${'  x y\n'.repeat(n / 10)}`],
  ['comments', (n) => `a: 1\n${'# c\n\n'.repeat(n / 10)}b: 1\n`],
  ['empty lines', (n) => `a: 1\n${'\n'.repeat(n)}`],
  ['unmatched braces', (n) => '}'.repeat(n)],
]

for (const [title, text] of large) {
  test(`S-42 the time for ${title} grows with their number`, () => {
    assertLinear((n) => Buffer.from(text(n)), parseYaml, 1_000_000)
  })
}

const yamlish = fc
  .array(
    fc.constantFrom(
      ...'abn01:-?,[]{}#&*!|>\'"%@` \t\n\r\\~<=.',
      '\n  ',
      '\n- ',
      ': ',
      '---\n',
      '...\n',
      '\u2028',
      '😀',
      '\ufeff',
    ),
  )
  .map((parts) => parts.join(''))

test('parsing gives a tree or a problem for any text, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
      const { tree, problem } = parseYaml(Buffer.from(text))
      assert.equal(tree === null, problem !== null)
    }),
    { numRuns: 3000 },
  )
})

test('parsing never throws for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const { tree, problem } = parseYaml(bytes)
      assert.equal(tree === null, problem !== null)
    }),
    { numRuns: 2000 },
  )
})

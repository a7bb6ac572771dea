import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeless } from '../diag/index.ts'
import { type ExportedValue, NumberText, parseJson, recordOf } from '../value/index.ts'
import { applyPatches } from './apply-patches.ts'
import { encodeYaml } from './encode.ts'
import { mappingNode, stringNode } from './make-node.ts'
import { yamlFromPlain, yamlFromValue } from './yaml-from-value.ts'

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join('')
const trace = { def: rangeless('') }
const of = (
  value: NonNullable<ExportedValue['value']> | null,
  flags: Partial<ExportedValue> = {},
): ExportedValue => (value === null ? { trace, ...flags } : { value, trace, ...flags })
const record = (entries: Record<string, ExportedValue>, flags: Partial<ExportedValue> = {}): ExportedValue =>
  of(recordOf(Object.entries(entries)), flags)
const secret = { secret: true } as const
const print = (value: ExportedValue): string => encodeYaml(yamlFromValue(record({ v: value })), { indent: 4 })

test('keys are sorted, numbers become strings, null and unknown null', () => {
  const value = record({
    b: of(new NumberText('5')),
    a: of(true),
    c: of(null),
    d: of('x', { unknown: true }),
    e: of([of('z')]),
  })
  assert.equal(
    print(value),
    lines('v:', '    a: true', '    b: "5"', '    c: null', '    d: null', '    e:', '        - z'),
  )
})

test('a secret string is wrapped, any other secret becomes the JSON of what it holds', () => {
  assert.equal(print(of('s', secret)), lines('v:', '    fn::secret: s'))
  assert.equal(
    print(record({ b: of('x', secret), a: of(new NumberText('5')) }, secret)),
    lines('v:', '    fn::fromJSON:', `        fn::secret: '{"a":5,"b":"x"}'`),
  )
  assert.equal(
    print(of(new NumberText('5'), secret)),
    lines('v:', '    fn::fromJSON:', '        fn::secret: "5"'),
  )
  assert.equal(print(of(null, secret)), lines('v:', '    fn::fromJSON:', '        fn::secret: "null"'))
})

const quoted = [
  '',
  'null',
  '~',
  'true',
  'FALSE',
  '5',
  '-1',
  '0x10',
  '1_000',
  '1e3',
  '.5',
  '.inf',
  '2020-01-01',
  '1:30',
  'y',
  'N',
  'yes',
  'No',
  'ON',
  'off',
  '<<',
  'a\tb',
  'a\u0001',
  '😀',
]
for (const text of quoted) {
  test(`${JSON.stringify(text)} stands in double quotes`, () => {
    assert.match(print(of(text)), /^v: ".*"\n$/)
  })
}

for (const text of ['- x', 'a: b', '#x', '@a', ' x', 'x ', '[', '*a', "'a"]) {
  test(`${JSON.stringify(text)} stands in single quotes`, () => {
    assert.equal(print(of(text)), `v: '${text.replaceAll("'", "''")}'\n`)
  })
}

for (const text of ['a b', 'NaN', 'infinity', '1e400', 'yEs', "it's", 'a#b', '世界']) {
  test(`${JSON.stringify(text)} stays plain`, () => assert.equal(print(of(text)), `v: ${text}\n`))
}

test('several lines are a literal', () => {
  assert.equal(print(of('a\nb\n')), lines('v: |', '    a', '    b'))
  assert.equal(print(of('a\nb')), lines('v: |-', '    a', '    b'))
})

test('keys are quoted like values', () => {
  assert.equal(
    print(record({ '5': of('a'), yes: of('b'), __proto__x: of('c') })),
    lines('v:', '    "5": a', '    __proto__x: c', '    "yes": b'),
  )
  assert.equal(
    encodeYaml(yamlFromPlain(parseJson('{"__proto__":{"a":1}}')), { indent: 2 }),
    lines('__proto__:', '  a: "1"'),
  )
})

test('numbers of a plain value are numbers when asked for', () => {
  assert.equal(
    encodeYaml(yamlFromPlain(parseJson('{"a":[1.10,null]}'), { numbers: 'number' }), { indent: 3 }),
    lines('a:', '   - 1.10', '   - null'),
  )
})

const definition = lines(
  'values:',
  '  a: # the rotated one',
  '    fn::rotate::swap:',
  '      inputs: {}',
  '      state: {a: "5", b: x} # comment',
  '  b: "1.5"',
)
const utf8 = new TextDecoder()

test('a patch keeps the flow style and the comment of the state, and leaves the rest alone', () => {
  const patches = [
    {
      docPath: 'values.a["fn::rotate::swap"].state',
      replacement: record({ a: of(new NumberText('5')), b: of('x', secret) }),
    },
  ]
  assert.equal(
    utf8.decode(applyPatches(new TextEncoder().encode(definition), patches)),
    lines(
      'values:',
      '    a: # the rotated one',
      '        fn::rotate::swap:',
      '            inputs: {}',
      `            state: {a: "5", b: {'fn::secret': x}} # comment`,
      '    b: "1.5"',
    ),
  )
})

test('several lines in flow stand in double quotes', () => {
  const patches = [
    { docPath: 'values.a["fn::rotate::swap"].state', replacement: record({ key: of('a\nb\n') }) },
  ]
  assert.match(
    utf8.decode(applyPatches(new TextEncoder().encode(definition), patches)),
    /state: \{key: "a\\nb\\n"\} # comment\n/,
  )
})

test('a state that is not there is added', () => {
  const source = lines('values:', '  a:', '    fn::rotate::swap:', '      inputs: {}')
  const patches = [
    { docPath: 'values.a["fn::rotate::swap"].state', replacement: record({ a: of('x', secret) }) },
  ]
  assert.equal(
    utf8.decode(applyPatches(new TextEncoder().encode(source), patches)),
    lines(
      'values:',
      '    a:',
      '        fn::rotate::swap:',
      '            inputs: {}',
      '            state:',
      '                a:',
      '                    fn::secret: x',
    ),
  )
})

test('a patch for malformed text, or for no place, is refused', () => {
  const patch = (docPath: string) => [{ docPath, replacement: of('x') }]
  const apply = (source: string, docPath: string) =>
    applyPatches(new TextEncoder().encode(source), patch(docPath))
  assert.throws(() => apply('a: [', 'a'), { code: 'REQUEST_INVALID' })
  assert.throws(() => apply('a: b\n', 'a.c'), {
    code: 'PATH_MISMATCH',
    message: 'a.c: expected an array or an object',
  })
})

test('a made key is quoted where it must be', () => {
  assert.equal(
    encodeYaml(mappingNode([{ key: stringNode('a: b'), value: stringNode('c') }]), { indent: 2 }),
    "'a: b': c\n",
  )
})

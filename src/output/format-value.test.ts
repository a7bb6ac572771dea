import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Range, rangeless } from '../diag/index.ts'
import { parseYaml, resolveScalar } from '../syntax/index.ts'
import { type ExportedValue, NumberText, recordOf } from '../value/index.ts'
import { type FormatOptions, formatValue } from './format-value.ts'
import { outputFormats, parseOutputFormat, refuseProcessFormat } from './output-format.ts'

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join('')
const trace = { def: rangeless('') }
const of = (
  value: NonNullable<ExportedValue['value']> | null,
  flags: Partial<ExportedValue> = {},
): ExportedValue => (value === null ? { trace, ...flags } : { value, trace, ...flags })
const record = (entries: readonly (readonly [string, ExportedValue])[]): ExportedValue =>
  of(recordOf(entries))
const options: FormatOptions = {
  redact: false,
  writeFile: (name, content) => `/tmp/${name}-${content.length}`,
}
const variables = (entries: readonly (readonly [string, ExportedValue])[]): ExportedValue =>
  record([['environmentVariables', record(entries)]])

const environment = record([
  ['b', of('a<b')],
  ['a', of([of(new NumberText('1.10')), of(null), of('s', { secret: true }), of('?', { unknown: true })])],
  [
    'environmentVariables',
    record([
      ['Z', of(new NumberText('3.14'))],
      ['N', of(null)],
      ['T', of(true)],
      ['S', of('two\nlines "quoted" \\', { secret: true })],
      ['U', of(null, { unknown: true })],
      ['LIST', of([])],
      ['MAP', record([])],
    ]),
  ],
  [
    'files',
    record([
      ['F2', of('abc')],
      ['F1', of('x', { secret: true })],
      ['NOT', of([])],
    ]),
  ],
])

test('json has sorted keys, two spaces and escaped markup', () => {
  const value = record([
    ['b', of('a<b')],
    ['a', of([of(new NumberText('1.10')), of('?', { unknown: true })])],
  ])
  const text = lines('{', '  "a": [', '    1.10,', '    "[unknown]"', '  ],', '  "b": "a\\u003cb"', '}')
  assert.equal(formatValue(value, 'json', options), text)
  assert.equal(formatValue(value, 'value:json', options), text)
  assert.equal(formatValue(of(null), 'json', options), 'null\n')
})

test('yaml has sorted keys and an indent of three, numbers are numbers, ambiguous strings quoted', () => {
  const value = record([
    [
      'm',
      record([
        ['n', of('yes')],
        ['k', of('1.5')],
      ]),
    ],
    ['l', of([of(new NumberText('1.10')), of(null), of('a\nb')])],
  ])
  const text = lines(
    'l:',
    '   - 1.10',
    '   - null',
    '   - |-',
    '     a',
    '     b',
    'm:',
    '   k: "1.5"',
    '   "n": "yes"',
  )
  assert.equal(formatValue(value, 'yaml', options), text)
  assert.equal(formatValue(value, 'value:yaml', options), text)
})

test('string is the text with one final newline', () => {
  assert.equal(formatValue(of('a'), 'string', options), 'a\n')
  assert.equal(formatValue(of('a\n'), 'string', options), 'a\n')
  assert.equal(formatValue(of(null), 'string', options), '\n')
  assert.equal(formatValue(of([of('a'), of(true)]), 'value:string', options), '"a","true"\n')
  assert.equal(
    formatValue(record([['e', record([['FOO', of('bar')]])]]), 'string', options),
    '"e"="\\"FOO\\"=\\"bar\\""\n',
  )
})

test('secrets are hidden when they are to be', () => {
  const hidden = { ...options, redact: true }
  const value = record([['s', of('hush', { secret: true })]])
  for (const format of ['json', 'yaml', 'string', 'detailed'] as const) {
    assert.doesNotMatch(formatValue(value, format, hidden), /hush/)
    assert.match(formatValue(value, format, hidden), /\[secret\]/)
  }
  assert.equal(
    formatValue(variables([['S', of('hush', { secret: true })]]), 'dotenv', hidden),
    'S="[secret]"\n',
  )
})

test('dotenv lists variables, then files with their paths, each sorted by name', () => {
  const text = lines(
    'N=""',
    'S="two\\nlines \\"quoted\\" \\\\"',
    'T="true"',
    'U="[unknown]"',
    'Z="3.14"',
    'F1="/tmp/F1-1"',
    'F2="/tmp/F2-3"',
  )
  assert.equal(formatValue(environment, 'dotenv', options), text)
  assert.equal(formatValue(environment, 'process:dotenv', options), text)
})

test('files are written in the order of their names', () => {
  const written: string[] = []
  const writeFile = (name: string): string => String(written.push(name))
  formatValue(environment, 'process:json', { ...options, writeFile })
  assert.deepEqual(written, ['F1', 'F2'])
})

test('shell exports the same names', () => {
  const value = variables([
    ['A', of('x "y" \\')],
    ['B', of('é')],
    ['C', of("it's $HOME `id` !")],
    ['D', of('1\n2')],
  ])
  assert.equal(
    formatValue(value, 'shell', options),
    lines(
      'export A="x \\"y\\" \\\\"',
      'export B="é"',
      "export C='it'\\''s $HOME `id` !'",
      "export D='1",
      "2'",
    ),
  )
})

test('a dotenv value that a reader would expand stands in single quotes', () => {
  assert.equal(formatValue(variables([['A', of('pa$$ `x` "y"')]]), 'dotenv', options), 'A=\'pa$$ `x` "y"\'\n')
})

const refused: readonly (readonly [string, 'dotenv' | 'shell', string])[] = [
  ['FOO;rm -rf ~', 'shell', 'x'],
  ['A B', 'shell', 'x'],
  ['A-B', 'shell', 'x'],
  ['A\nB', 'dotenv', 'x'],
  ['A', 'dotenv', "it's $HOME"],
  ['A', 'dotenv', '$HOME\n'],
  ['A', 'dotenv', '\0'],
  ['A', 'shell', '\0'],
]

for (const [name, format, value] of refused) {
  test(`${format} refuses ${JSON.stringify(name)} with ${JSON.stringify(value)}, without showing the value`, () => {
    assert.throws(
      () => formatValue(variables([[name, of(value)]]), format, options),
      (error: Error & { code?: string }) =>
        error.code === 'NOT_REPRESENTABLE' && !error.message.includes('HOME'),
    )
  })
}

test('process formats describe what a process gets', () => {
  const value = record([
    [
      'environmentVariables',
      record([
        ['A', of('x')],
        ['S', of('y', { secret: true })],
      ]),
    ],
    ['files', record([['F', of('abc')]])],
  ])
  assert.equal(
    formatValue(value, 'process:json', options),
    lines('{', '  "A": "x",', '  "F": "/tmp/F-3",', '  "S": "y"', '}'),
  )
  assert.equal(formatValue(value, 'process:yaml', options), lines('A: x', 'F: /tmp/F-3', 'S: "y"'))
  assert.deepEqual(JSON.parse(formatValue(value, 'process:json-detailed', options)), {
    A: { value: 'x' },
    F: { value: '/tmp/F-3' },
    S: { value: 'y', secret: true },
  })
  assert.equal(
    formatValue(value, 'process:shell', options),
    lines('export A="x"', 'export S="y"', 'export F="/tmp/F-3"'),
  )
})

test('an environment without variables gives nothing to a process', () => {
  for (const value of [
    of(null),
    of('x'),
    record([]),
    record([['environmentVariables', of('x')]]),
    of(null, { unknown: true }),
  ]) {
    assert.equal(formatValue(value, 'dotenv', options), '')
    assert.equal(formatValue(value, 'shell', options), '')
    assert.equal(formatValue(value, 'process:json', options), '{}\n')
  }
})

test('detailed keeps the order of members and leaves out what is null', () => {
  const position = { line: 1, column: 2, byte: 3 }
  const def: Range = { environment: '<yaml>', begin: position, end: position }
  const value: ExportedValue = {
    value: [of(null), of('s', { secret: true })],
    unknown: true,
    trace: { def, base: of('b') },
  }
  const zeros = '{"begin":{"line":0,"column":0,"byte":0},"end":{"line":0,"column":0,"byte":0}}'
  const text = formatValue(value, 'detailed', options)
  assert.equal(
    text.replaceAll(/\s/g, ''),
    `{"value":[{"trace":{"def":${zeros}}},{"value":"s","secret":true,"trace":{"def":${zeros}}}],"unknown":true,"trace":{"def":{"environment":"\\u003cyaml\\u003e","begin":{"line":1,"column":2,"byte":3},"end":{"line":1,"column":2,"byte":3}},"base":{"value":"b","trace":{"def":${zeros}}}}}`,
  )
  assert.ok(text.startsWith('{\n  "value": [\n    {\n      "trace": {\n'))
  assert.equal(formatValue(value, 'value:json-detailed', options), text)
})

test('every format has a name, and no other name is one', () => {
  for (const name of outputFormats) assert.equal(parseOutputFormat(name), name)
  assert.throws(() => parseOutputFormat('flat'), { message: 'unknown output format "flat"' })
})

test('process formats want a whole environment', () => {
  assert.throws(() => refuseProcessFormat('dotenv'), {
    message: "output format 'dotenv' may not be used with a property path",
  })
  assert.throws(() => refuseProcessFormat('process:json'), { code: 'OUTPUT_FORMAT_PATH' })
  refuseProcessFormat('value:json')
})

const name = fc.constantFrom('A', 'B_2', '_c')
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'ab \'"\\$`!\n\t\r#%é=;&|') }),
)

test('a shell gets every value back unchanged and runs nothing', () => {
  fc.assert(
    fc.property(name, text, (variable, value) => {
      fc.pre(!value.includes('\0'))
      const script = `${formatValue(variables([[variable, of(value)]]), 'shell', options)}printf '%s' "$${variable}"`
      const env = { PATH: '/nonexistent' }
      assert.equal(
        execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
        value,
      )
    }),
    { numRuns: 60 },
  )
})

test('yaml gives every string back unchanged', () => {
  fc.assert(
    fc.property(text, (value) => {
      const { tree } = parseYaml(
        new TextEncoder().encode(formatValue(record([['k', of(value)]]), 'yaml', options)),
      )
      const node = tree?.kind === 'mapping' ? tree.pairs[0]?.value : undefined
      assert.deepEqual(node?.kind === 'scalar' && resolveScalar(node), { kind: 'string', value })
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatRange } from '../diag/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import { loadDefinition } from './load.ts'

function load(text: string) {
  return loadDefinition('e', encodeUtf8(text))
}

/** The findings of loading `text`, as `[warning ]range path: message`. */
function findings(text: string): string[] {
  return load(text).diagnostics.map(({ severity, range, path, summary }) => {
    const mark = severity === 'warning' ? 'warning ' : ''
    return `${mark}${range === null ? '-' : formatRange(range)} ${path}: ${summary}`
  })
}

function table(title: string, rows: readonly (readonly [string, readonly string[]])[]): void {
  test(title, () => {
    for (const [text, wanted] of rows) assert.deepEqual(findings(text), wanted, text)
  })
}

test('a file without bytes is an empty definition, one without a document is an error', () => {
  assert.deepEqual(load('').diagnostics, [])
  assert.equal(load('').definition?.values, null)
  for (const text of ['# only a comment\n', '~\n', 'null\n']) {
    assert.deepEqual(findings(text), ['- : environment must be an object'], text)
  }
  assert.deepEqual(findings('- a\n'), ['1:1-1:4 : environment must be an object'])
})

test('text that is no YAML gives no definition', () => {
  const { definition, diagnostics } = load('a: [1\nb: 2\n')
  assert.equal(definition, null)
  assert.equal(diagnostics.length, 1)
})

test('known fields are found in any letter case', () => {
  const { definition, diagnostics } = load('IMPORTS: [a]\nValues: {x: 1}\nDe\u017fcription: text\n')
  assert.deepEqual(diagnostics, [])
  assert.equal(definition?.imports?.length, 1)
  assert.equal(definition?.values?.length, 1)
  assert.equal(definition?.description?.value, 'text')
})

table('the root record says what is unknown, repeated or of the wrong kind', [
  [
    'value: {}\n',
    [
      "warning 1:1-1:6 value: Field 'value' does not exist on Object 'environment'. Existing fields are: 'values', 'imports', 'description'",
    ],
  ],
  ['values: {}\nvalues: {a: 1}\n', ['warning 2:1-2:7 values: duplicate key "values"']],
  ['values:\n', ['1:8-1:8 values: values must be an object']],
  ['imports: a\n', ['1:10-1:11 imports: imports must be a list']],
  ['description: ${x}\n', ['1:14-1:18 description: description must be a string']],
])

table('imports are names, or one name with options', [
  ['imports: [a, b: {merge: false}, c: {MERGE: true, other: 1}]\n', []],
  ['imports: [1]\n', ['1:11-1:12 imports[0]: import must be a string or an object']],
  ['imports: [{a: {}, b: {}}]\n', ['1:11-1:22 imports[0]: import must have a single key']],
  ['imports: [a: yes]\n', ['1:14-1:17 imports[0].a: import must be an object']],
  ['imports: [a: {merge: yes}]\n', ['1:22-1:25 imports[0].a.merge: merge must be a boolean value']],
  [
    'imports: [a: {merge: true, merge: false}]\n',
    ['warning 1:28-1:33 imports[0].a.merge: duplicate key "merge"'],
  ],
])

table('calls stand alone, below the top level, under names that exist', [
  [
    'values:\n  fn::secret: x\n',
    ['2:3-2:13 values["fn::secret"]: builtin function call "fn::secret" not allowed at the top level'],
  ],
  ['values: {a: {fn::nope: 1}}\n', ["1:14-1:22 values.a: 'fn::' is a reserved prefix"]],
  ['values: {a: {FN::secret: 1}}\n', ["1:14-1:24 values.a: 'fn::' is a reserved prefix"]],
  [
    'values: {a: {fn::secret: x, b: 1}}\n',
    [
      '1:13-1:33 values.a: illegal call to builtin function: "fn::secret" must be the only key within its containing object',
    ],
  ],
])

table('builtins refuse arguments of the wrong shape', [
  [
    'values: {a: {fn::concat: 1}}\n',
    ['1:26-1:27 values.a["fn::concat"]: the argument to fn::concat must be an array of arrays'],
  ],
  [
    'values: {a: {fn::join: [x]}}\n',
    ['1:24-1:26 values.a["fn::join"]: the argument to fn::join must be a two-valued list'],
  ],
  [
    'values: {a: {fn::split: x}}\n',
    ['1:25-1:26 values.a["fn::split"]: the argument to fn::split must be a two-valued list'],
  ],
  [
    'values: {a: {fn::secret: "${b}"}}\n',
    ['1:26-1:30 values.a["fn::secret"]: secret values must be string literals'],
  ],
  [
    'values: {a: {fn::secret: {ciphertext: [x]}}}\n',
    ['1:26-1:41 values.a["fn::secret"]: secret values must be string literals'],
  ],
  [
    'values: {a: {fn::open: x}}\n',
    [
      "1:24-1:25 values.a[\"fn::open\"]: the argument to fn::open must be an object containing 'provider' and 'inputs'",
    ],
  ],
  [
    'values: {a: {fn::open: {provider: 1}}}\n',
    [
      '1:35-1:36 values.a["fn::open"].provider: provider name must be a string literal',
      '1:24-1:36 values.a["fn::open"]: missing provider inputs (\'inputs\')',
    ],
  ],
  [
    'values: {a: {fn::rotate: {inputs: {}, state: null}}}\n',
    [
      '1:26-1:50 values.a["fn::rotate"]: missing provider name (\'provider\')',
      '1:46-1:50 values.a["fn::rotate"].state: rotation state must be an object literal',
    ],
  ],
  [
    'values: {a: {fn::rotate::p: x}}\n',
    [
      "1:29-1:30 values.a[\"fn::rotate::p\"]: the argument to fn::rotate must be an object containing 'inputs' and 'state'",
    ],
  ],
  [
    'values: {a: {fn::validate: {schema: true}}}\n',
    ['1:28-1:41 values.a["fn::validate"]: missing required property \'value\''],
  ],
])

test('of a repeated key in an argument the last one counts', () => {
  const { definition } = load('values: {a: {fn::open: {provider: x, inputs: 1, provider: y}}}\n')
  const call = definition?.values?.[0]?.value
  assert.ok(call?.kind === 'call' && call.builtin === 'open')
  assert.equal(call.provider?.value, 'y')
})

test('keys below the top level unescape dollars and hold no references', () => {
  const { definition, diagnostics } = load('values: {$$top: {$$in: 1, "${x}": 2}}\n')
  assert.deepEqual(
    diagnostics.map(({ summary }) => summary),
    ['object keys must be strings'],
  )
  const [entry] = definition?.values ?? []
  assert.equal(entry?.key.value, '$$top')
  assert.ok(entry?.value.kind === 'object')
  assert.deepEqual(
    entry.value.entries.map(({ name }) => name),
    ['$in', null],
  )
})

test('loading never throws and always ends, whatever the text', () => {
  const piece = fc.constantFrom(
    'values:',
    'imports:',
    '\n',
    '  ',
    '- ',
    'a: ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '&x ',
    '*x',
    '!!str ',
    '#',
    '${',
    '}',
    '$$',
    'fn::open::p: ',
    'fn::secret: ',
    'fn::join: ',
    'fn::rotate: ',
    'provider: ',
    '1',
    '~',
    'é',
    '\t',
    '\u0000',
    '<<: ',
    '? ',
    ': ',
    '---\n',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { definition, diagnostics } = load(pieces.join(''))
      assert.ok(definition !== null || diagnostics.length > 0)
    }),
    { numRuns: 1500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      loadDefinition('e', bytes)
    }),
    { numRuns: 500 },
  )
})

test('nesting ends in a finding, not in a full stack', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{a: ', '}'],
  ] as const) {
    const { diagnostics } = load(`values: {a: ${open.repeat(5000)}${close.repeat(5000)}}\n`)
    assert.equal(diagnostics.length, 1)
    assert.match(diagnostics[0]!.summary, /max depth/)
  }
})

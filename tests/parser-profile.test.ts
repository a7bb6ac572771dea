// What the reader of definitions takes, what it refuses, and that nothing it is given makes it do anything else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkEnvironment, openEnvironment } from '../src/eval/index.ts'
import { loadDefinition } from '../src/expr/index.ts'
import { decodeYaml } from '../src/syntax/index.ts'
import { stringifyJson, toJson } from '../src/value/index.ts'
import { plain, rot128, testContext, testProviders } from './conformance/plug-ins.ts'

const host = {
  ...{ crypter: rot128, context: testContext, providers: testProviders() },
  loader: { load: async () => Promise.reject(new Error('none')) },
}

async function valuesOf(source: Uint8Array): Promise<unknown> {
  const { definition, diagnostics } = loadDefinition('env', source)
  assert.deepEqual(diagnostics, [])
  const { environment } = await openEnvironment('env', definition, host)
  return JSON.parse(stringifyJson(toJson(plain(environment?.properties ?? {}), { redact: false })))
}

/** Tags that make something else of a text in other readers. */
const tags = [
  ...[
    '!!js/function',
    '!!js/regexp',
    '!!js/undefined',
    '!!python/object/apply:os.system',
    '!!python/name:os.system',
    '!ruby/object:Gem',
  ],
  ...['!<tag:yaml.org,2002:java.net.URL>', '!!omap', '!!set', '!!merge', '!include', '!env', '!!binary'],
]

for (const tag of tags) {
  test(`S-43: \`${tag}\` makes a text of a text and leaves collections alone`, async () => {
    const text = `values:\n  scalar: ${tag} aGk=\n  list: ${tag} [1, {a: b}]\n`
    assert.deepEqual(await valuesOf(Buffer.from(text)), { scalar: 'aGk=', list: [1, { a: 'b' }] })
  })
}

test('S-43: no merge key is applied', async () => {
  const text = 'values:\n  a: {<<: {b: 1}, c: 2}\n  d: {<<: [{b: 1}]}\n'
  assert.deepEqual(await valuesOf(Buffer.from(text)), {
    a: { '<<': { b: 1 }, c: 2 },
    d: { '<<': [{ b: 1 }] },
  })
})

const bomb = `values:\n  a0: &a0 [x, x]\n${Array.from({ length: 9 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]\n`).join('')}`

test('S-42, S-43: no alias is followed: nine levels of them are 27 findings', () => {
  const { definition, diagnostics } = loadDefinition('env', Buffer.from(bomb))
  assert.equal(definition, null)
  assert.deepEqual([...new Set(diagnostics.map(({ summary }) => summary))], ['alias nodes are not supported'])
  assert.equal(diagnostics.length, 27)
  assert.deepEqual(diagnostics[0]!.range?.begin, { line: 3, column: 12, byte: 36 })
})

test('S-43: of several documents the first counts', async () => {
  assert.deepEqual(await valuesOf(Buffer.from('values: {a: 1}\n---\nvalues: {a: 2}\n')), { a: 1 })
})

const refused: readonly (readonly [what: string, source: Uint8Array, says: RegExp])[] = [
  ['a NUL', Buffer.from('values: {a: "\0"}'), /^yaml: control characters are not allowed$/],
  [
    'a control character',
    Buffer.from('values:\n  a: \u0007\n'),
    /^yaml: control characters are not allowed$/,
  ],
  ['a byte that is no UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff]), /^yaml: invalid leading UTF-8 octet$/],
  [
    'an overlong form',
    Buffer.from([0x61, 0x3a, 0x20, 0xc0, 0x80]),
    /^yaml: invalid length of a UTF-8 sequence$/,
  ],
  ['a surrogate', Buffer.from([0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80]), /^yaml: invalid Unicode character$/],
  ['a cut sequence', Buffer.from([0x61, 0x3a, 0x20, 0xe4, 0xb8]), /^yaml: incomplete UTF-8 octet sequence$/],
  ['UTF-16 that ends in the middle', Buffer.from([0xff, 0xfe, 0x61]), /^yaml: incomplete UTF-16 character$/],
  ['a key that is no string', Buffer.from('values: {1: a}\n'), /^mapping keys must be strings$/],
  [
    '129 brackets',
    Buffer.from(`values: {a: ${'['.repeat(129)}`),
    /^yaml: (line 2: )?exceeded max depth of 128$/,
  ],
  [
    '5,000 brackets',
    Buffer.from(`values: {a: ${'['.repeat(5000)}`),
    /^yaml: (line 2: )?exceeded max depth of 128$/,
  ],
  [
    '5,000 dashes',
    Buffer.from(`values:\n  a:\n    ${'- '.repeat(5000)}`),
    /^yaml: (line 2: )?exceeded max depth of 128$/,
  ],
]

for (const [what, source, says] of refused) {
  test(`S-43: ${what} is a finding and nothing else`, async () => {
    const { definition, diagnostics } = loadDefinition('env', source)
    assert.equal(definition, null)
    assert.match(diagnostics[0]!.summary, says)
    assert.deepEqual(await checkEnvironment('env', definition, host), {
      ...{ environment: null, diagnostics: [], patches: [], rotations: [] },
    })
  })
}

test('S-43: every two bytes in a row end as a tree or a finding', () => {
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second += 3) {
      for (const around of ['', 'a: ', '"']) {
        const { tree, diagnostics } = decodeYaml('env', Buffer.from([...Buffer.from(around), first, second]))
        assert.equal(tree === null, diagnostics.length === 1 && diagnostics[0]!.summary.startsWith('yaml: '))
      }
    }
  }
})

// Every bound of one evaluation at its default figure: as much as it allows, one more, and a thousand times as much.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { loadDefinition } from '../expr/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import { openEnvironment } from './index.ts'

type Files = Readonly<Record<string, string>>

const times = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join('')

/** An environment that imports `n` others. */
function hub(name: string, n: number): Files {
  const names = Array.from({ length: n }, (_, i) => `${name}-${i}`)
  return {
    [name]: `imports: [${names.join(', ')}]\n`,
    ...Object.fromEntries(names.map((each) => [each, 'values: {a: 1}\n'])),
  }
}

/** A text of exactly `n` bytes, by doubling. */
function textOf(n: number): string {
  const bits = n.toString(2).length
  const powers = times(bits - 1, (i) => `  p${i + 1}: "\${p${i}}\${p${i}}"\n`)
  const parts = Array.from({ length: bits }, (_, i) => (Math.floor(n / 2 ** i) % 2 === 1 ? `\${p${i}}` : ''))
  return `values:\n  p0: x\n${powers}  q: "${parts.join('')}"\n`
}

/** Definitions that spend exactly `n` of a default bound, and what is said about one more. */
const defaults: Record<string, { n: number; files: (n: number) => Files; says: string }> = {
  'bytes of a definition': {
    n: 256 * 1024,
    files: (n) => ({ root: `values: {a: 1}\n${'# comment\n'.repeat(26_000)}#${'x'.repeat(n - 260_016)}` }),
    says: '262,145 bytes in a definition (limit 262,144)',
  },
  'bytes of a line': {
    n: 64 * 1024,
    files: (n) => ({ root: `values: {a: 1}\n#${'x'.repeat(n - 1)}\n` }),
    says: '65,537 bytes in a line at line 2 (limit 65,536)',
  },
  'bytes of a scalar': {
    n: 64 * 1024,
    files: (n) => ({ root: `values:\n  a: |\n    ${'x'.repeat(32_767)}\n    ${'y'.repeat(n - 32_769)}\n` }),
    says: '65,537 bytes in a scalar at line 2 (limit 65,536)',
  },
  'keys in a map': {
    n: 5000,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  k${i}: 1\n`)}` }),
    says: '5,001 keys in one map at line 2 (limit 5,000)',
  },
  anchors: {
    n: 1000,
    files: (n) => ({ root: `values:\n  a:\n${times(n, (i) => `  - &a${i} 1\n`)}` }),
    says: '1,001 anchors at line 1003 (limit 1,000)',
  },
  'levels of nesting': {
    n: 128,
    // The document and its values are two of them.
    files: (n) => ({ root: `values: {a: ${'['.repeat(n - 2)}${']'.repeat(n - 2)}}` }),
    says: 'yaml: exceeded max depth of 128',
  },
  'levels of JSON': {
    n: 128,
    files: (n) => ({ root: `values: {a: {fn::fromJSON: '${'['.repeat(n)}${']'.repeat(n)}'}}` }),
    says: 'decoding JSON string: exceeded max depth of 128',
  },
  'nodes of a document': {
    n: 20_000,
    // The list is one of them.
    files: (n) => ({ root: `values:\n  l:\n${times(n - 1, () => '  - 1\n')}` }),
    says: '20,001 nodes at line 20002 (limit 20,000)',
  },
  'direct imports': {
    n: 64,
    files: (n) => ({
      root: `imports:\n${times(n, (i) => `- e${i}\n`)}`,
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`e${i}`, 'values: {a: 1}\n'])),
    }),
    says: '65 imports in one environment at line 66 (limit 64)',
  },
  'environments in the graph': {
    n: 128,
    // Two hubs that import the rest, in halves.
    files: (n) => ({
      root: 'imports: [m0, m1, m2]\n',
      ...hub('m0', 60),
      ...hub('m1', 60),
      ...hub('m2', n - 123),
    }),
    says: '129 imported environments at line 1 (limit 128)',
  },
  'levels of imports': {
    n: 16,
    files: (n) => ({
      root: 'imports: [e1]\n',
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `e${i + 1}`,
          i + 1 < n ? `imports: [e${i + 2}]` : 'values: {a: 1}',
        ]),
      ),
    }),
    says: '17 levels of imports at line 1 (limit 16)',
  },
  references: {
    n: 10_000,
    files: (n) => ({
      root: `values:\n  a: 1\n  l:\n${times(n, () => '  - ${a}\n')}`,
    }),
    says: '10,001 references at line 10004 (limit 10,000)',
  },
  'bytes of a computed string': {
    n: 1024 * 1024,
    files: (n) => ({ root: textOf(n) }),
    says: '1,048,577 bytes in a computed string at line 23 (limit 1,048,576)',
  },
  'references in a chain': {
    n: 64,
    files: (n) => ({
      root: `values:\n${times(n, (i) => `  r${100 + i}: \${r${101 + i}}\n`)}  r${100 + n}: 1\n`,
    }),
    says: '65 references in a chain at line 66 (limit 64)',
  },
  'provider calls': {
    n: 64,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  p${i}: {fn::open::test: {}}\n`)}` }),
    says: '65 provider calls at line 11 (limit 64)',
  },
}

/** What is found while loading, else while opening. */
async function findings(files: Files, root = encodeUtf8(files['root']!)): Promise<string[]> {
  const { definition, diagnostics } = loadDefinition('root', root)
  if (definition === null) return diagnostics.map(({ summary }) => summary)
  const evaluation = await openEnvironment('root', definition, {
    providers: testProviders(),
    crypter: rot128,
    context: testContext,
    cycles: 'refuse',
    loader: {
      load: async (name) => {
        if (files[name] === undefined) throw new Error(`no environment ${name}`)
        return { source: encodeUtf8(files[name]), crypter: rot128 }
      },
    },
  })
  return [...diagnostics, ...evaluation.diagnostics].map(({ summary }) => summary)
}

for (const [what, { n, files, says }] of Object.entries(defaults)) {
  test(`S-42: ${n} ${what} are taken unless the caller says otherwise, and ${n + 1} are refused`, async () => {
    assert.deepEqual(await findings(files(n)), [])
    const found = (await findings(files(n + 1))).at(-1)!
    assert.equal(found.replace(/^limit_exceeded: /, ''), says)
  })
}

test('S-42: a text beyond a bound of texts is refused as an import too, in words that name the import', async () => {
  for (const what of textBounds) {
    const { n, files, says } = defaults[what]!
    const imported = (count: number): Files => ({ root: 'imports: [big]\n', big: files(count)['root']! })
    assert.deepEqual(await findings(imported(n)), [], what)
    assert.match((await findings(imported(n + 1))).at(-1)!, new RegExp(escaped(says)), what)
  }
})

const textBounds = [
  'bytes of a definition',
  'bytes of a line',
  'bytes of a scalar',
  'keys in a map',
  'anchors',
  'levels of nesting',
  'nodes of a document',
]

function escaped(text: string): string {
  return text.replace(/[().]/g, '\\$&')
}

/** A thousand times a bound, or as much of it as a definition can hold. */
function most(n: number, files: (n: number) => Files): Files {
  let count = Math.min(1000 * n, 2 ** 18)
  for (;;) {
    const found = files(count)
    const { length } = found['root']!
    if (length <= 256 * 1024) return found
    count = Math.floor((count * 250 * 1024) / length)
  }
}

test('S-42: a thousand times a bound, or as much as fits, is refused soon (wanted: 250 ms and 50 MiB each)', async (t) => {
  for (const [what, { n, files }] of Object.entries(defaults)) {
    const much = what.startsWith('bytes of a ') ? files(Math.min(1000 * n, 2 ** 25)) : most(n, files)
    const root = encodeUtf8(much['root']!)
    const { rss } = process.memoryUsage()
    const start = performance.now()
    const found = (await findings(much, root)).at(-1)!
    const milliseconds = performance.now() - start
    const mebibytes = (process.memoryUsage().rss - rss) / 1024 ** 2
    t.diagnostic(`${what}: ${milliseconds.toFixed(0)} ms, ${mebibytes.toFixed(0)} MiB: ${found}`)
    assert.match(found, /^limit_exceeded: |max depth of 128$/)
    assert.ok(milliseconds < 10_000, what)
    assert.ok(mebibytes < 300, what)
  }
})

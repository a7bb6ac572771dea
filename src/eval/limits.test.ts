import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { loadDefinition } from '../expr/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import type { Evaluation, EvaluationLimits } from './evaluation.ts'
import { openEnvironment } from './index.ts'
import { defaultLimits, limitsFrom } from './limits.ts'

async function open(
  files: Record<string, string>,
  limits: Partial<EvaluationLimits> = {},
  now?: () => number,
): Promise<Evaluation> {
  const { definition, diagnostics } = loadDefinition('root', encodeUtf8(files['root']!))
  assert.deepEqual(diagnostics, [])
  return await openEnvironment('root', definition, {
    providers: testProviders(),
    crypter: rot128,
    context: testContext,
    limits,
    ...(now === undefined ? {} : { now }),
    loader: {
      load: async (name) => {
        const source = files[name]
        if (source === undefined) throw new Error(`no environment ${name}`)
        return { source: encodeUtf8(source), crypter: rot128 }
      },
    },
  })
}

const times = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join('')
const list = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join(', ')

/** Each row: the bound, files that use exactly `n` of it, and what is said about one more. */
const rows: readonly {
  readonly limit: keyof EvaluationLimits
  readonly n: number
  readonly files: (n: number) => Record<string, string>
  readonly says: RegExp
}[] = [
  {
    limit: 'references',
    n: 20,
    files: (n) => ({ root: `values:\n  a: 1\n${times(n, (i) => `  r${i}: \${a}\n`)}` }),
    says: /^limit exceeded: more than 20 references$/,
  },
  {
    limit: 'referenceDepth',
    n: 12,
    files: (n) => ({
      root: `values:\n${times(n, (i) => `  r${100 + i}: \${r${101 + i}}\n`)}  r${100 + n}: 1\n`,
    }),
    says: /^limit exceeded: references more than 12 deep$/,
  },
  {
    limit: 'directImports',
    n: 5,
    files: (n) => ({
      root: `imports: [${list(n, (i) => `e${i}`)}]\n`,
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`e${i}`, 'values: {a: 1}'])),
    }),
    says: /^limit exceeded: more than 5 imports in one environment$/,
  },
  {
    limit: 'imports',
    n: 6,
    files: (n) => ({
      root: `imports: [${list(Math.min(n, 3), (i) => `e${i}`)}]\n`,
      e0: `imports: [${list(n - 3, (i) => `e${i + 3}`)}]\n`,
      ...Object.fromEntries(Array.from({ length: n - 1 }, (_, i) => [`e${i + 1}`, 'values: {a: 1}'])),
    }),
    says: /^limit exceeded: more than 6 imported environments$/,
  },
  {
    limit: 'importDepth',
    n: 4,
    files: (n) => ({
      root: 'imports: [e0]\n',
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`e${i}`, i < n - 1 ? `imports: [e${i + 1}]` : 'values: {a: 1}']),
      ),
    }),
    says: /^limit exceeded: imports more than 4 deep$/,
  },
  {
    limit: 'providerCalls',
    n: 7,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  o${i}: {fn::open::test: {}}\n`)}` }),
    says: /^limit exceeded: more than 7 provider calls$/,
  },
  {
    limit: 'stringBytes',
    n: 30,
    files: (n) => ({ root: `values: {a: abcdefghij, b: "\${a}\${a}${'x'.repeat(n - 20)}"}\n` }),
    says: /^limit exceeded: a computed string of more than 30 bytes$/,
  },
  {
    limit: 'nodes',
    n: 15,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  k${i}: 1\n`)}` }),
    says: /^limit exceeded: more than 15 expressions in a document$/,
  },
]

for (const { limit, n, files, says } of rows) {
  test(`S-42: ${limit} may be reached and not passed`, async () => {
    const within = await open(files(n), { [limit]: n })
    assert.deepEqual(within.diagnostics, [])
    assert.notEqual(within.environment, null)
    const beyond = await open(files(n + 1), { [limit]: n })
    assert.equal(beyond.environment, null)
    assert.match(beyond.diagnostics.at(-1)!.summary, says)
    assert.notEqual(beyond.diagnostics.at(-1)!.range, null)
  })
}

/** Definitions that grow without end unless a bound stops them. */
const bombs: Record<string, Record<string, string>> = {
  'a string that doubles 64 times': {
    root: `values:\n  a0: xx\n${times(64, (i) => `  a${i + 1}: "\${a${i}}\${a${i}}"\n`)}`,
  },
  'a list that doubles 64 times': {
    root: `values:\n  a0: [x]\n${times(64, (i) => `  a${i + 1}: ["\${a${i}}", "\${a${i}}"]\n`)}`,
  },
  'JSON that doubles 64 times': {
    root: `values:\n  a0: x\n${times(64, (i) => `  a${i + 1}: {fn::toJSON: ["\${a${i}}", "\${a${i}}"]}\n`)}`,
  },
  'the text of a list nested 120 deep, each level quoting the one below': {
    root: `values: {a: {fn::toString: ${'['.repeat(120)}"\\""${']'.repeat(120)}}}\n`,
  },
  'a schema that refers to itself': {
    root: 'values: {a: {fn::validate: {schema: {$defs: {a: {$ref: "#/$defs/a"}}, $ref: "#/$defs/a"}, value: 1}}}\n',
  },
  'a schema of alternatives that refer to one another': {
    root: `values: {a: {fn::validate: {schema: {$defs: {${list(40, (i) => `d${i}: {anyOf: [{$ref: "#/$defs/d${i + 1}"}, {$ref: "#/$defs/d${i + 1}"}]}`)}, d40: false}, $ref: "#/$defs/d0"}, value: 1}}}\n`,
  },
}

for (const [name, files] of Object.entries(bombs)) {
  test(`S-42: ${name} ends in a finding, soon`, async () => {
    const start = performance.now()
    const { environment, diagnostics } = await open(files)
    assert.ok(performance.now() - start < 20_000)
    assert.equal(environment, null)
    assert.match(diagnostics.at(-1)!.summary, /^limit exceeded: /)
  })
}

test('S-42: 5,000 misspelled references are reported in time that grows with their number', async () => {
  const start = performance.now()
  const { diagnostics } = await open({ root: `values:\n${times(5000, (i) => `  key${i}: "\${kye${i}}"\n`)}` })
  assert.equal(diagnostics.length, 5000)
  assert.ok(performance.now() - start < 30_000)
})

test('S-42: a shared output counts wherever it appears', async () => {
  const root = `values:\n  a0: [${list(50, () => 'x')}]\n${times(5, (i) => `  a${i + 1}: ["\${a${i}}", "\${a${i}}"]\n`)}`
  assert.notEqual((await open({ root }, { outputBytes: 40_000 })).environment, null)
  const { diagnostics } = await open({ root }, { outputBytes: 5000 })
  assert.match(diagnostics.at(-1)!.summary, /^limit exceeded: an output of more than 5000 bytes$/)
})

test('S-42: a diamond of imports is evaluated once', async () => {
  const files = {
    root: 'imports: [a, b]\n',
    a: 'imports: [c]\n',
    b: 'imports: [c]\n',
    c: 'values: {x: "${nothing}"}\n',
  }
  const { diagnostics } = await open(files)
  assert.equal(diagnostics.length, 1)
})

test('a cycle of imports and one of references are findings', async () => {
  const files = {
    root: 'imports: [a]\nvalues: {p: "${q}", q: "${p}"}\n',
    a: 'imports: [b]\n',
    b: 'imports: [a, root]\n',
  }
  const { diagnostics } = await open(files)
  assert.deepEqual(
    diagnostics.map(({ summary }) => summary),
    ['cyclic import of a', 'cyclic import of root', 'cyclic reference to p'],
  )
})

/** Definitions that spend exactly `n` of a default bound, and what is said about one more. */
const defaults: Record<string, { n: number; files: (n: number) => Record<string, string>; says: RegExp }> = {
  'bytes of a definition': {
    n: 256 * 1024,
    files: (n) => ({ root: `values: {a: 1}\n${'# comment\n'.repeat(26_000)}#${'x'.repeat(n - 260_016)}` }),
    says: /^limit exceeded: 262145 bytes in a definition; at most 262144 are allowed$/,
  },
  'bytes of a line': {
    n: 64 * 1024,
    files: (n) => ({ root: `values: {a: 1}\n#${'x'.repeat(n - 1)}\n` }),
    says: /^limit exceeded: 65537 bytes in a line; at most 65536 are allowed$/,
  },
  'bytes of a scalar': {
    n: 64 * 1024,
    files: (n) => ({ root: `values:\n  a: |\n    ${'x'.repeat(32_767)}\n    ${'y'.repeat(n - 32_769)}\n` }),
    says: /^limit exceeded: 65537 bytes in a scalar; at most 65536 are allowed$/,
  },
  'keys in a map': {
    n: 5000,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  k${i}: 1\n`)}` }),
    says: /^limit exceeded: 5001 keys in one map; at most 5000 are allowed$/,
  },
  anchors: {
    n: 1000,
    files: (n) => ({ root: `values:\n  a:\n${times(n, (i) => `  - &a${i} 1\n`)}` }),
    says: /^limit exceeded: 1001 anchors; at most 1000 are allowed$/,
  },
  'levels of nesting': {
    n: 128,
    // The document and its values are two of them.
    files: (n) => ({ root: `values: {a: ${'['.repeat(n - 2)}${']'.repeat(n - 2)}}` }),
    says: /^yaml: exceeded max depth of 128$/,
  },
  'levels of JSON': {
    n: 128,
    files: (n) => ({ root: `values: {a: {fn::fromJSON: '${'['.repeat(n)}${']'.repeat(n)}'}}` }),
    says: /^decoding JSON string: exceeded max depth of 128$/,
  },
  'expressions in a document': {
    n: 20_000,
    // The list of a line is an expression too.
    files: (n) => ({
      root: `values:\n${times(4, (i) => `  k${i}: [${'1, '.repeat(4999)}]\n`)}${times(n - 20_000, () => '  one: 1\n')}`,
    }),
    says: /^limit exceeded: more than 20000 expressions in a document$/,
  },
  'direct imports': {
    n: 64,
    files: (n) => ({
      root: `imports: [${list(n, (i) => `e${i}`)}]\n`,
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`e${i}`, 'values: {a: 1}\n'])),
    }),
    says: /^limit exceeded: more than 64 imports in one environment$/,
  },
  'environments in the graph': {
    n: 128,
    files: (n) => ({
      root: 'imports: [m0, m1, m2]\n',
      ...Object.fromEntries(
        [0, 1, 2].map((m) => [`m${m}`, `imports: [${list(m === 2 ? n - 123 : 60, (i) => `e${m}-${i}`)}]\n`]),
      ),
      ...Object.fromEntries(
        [0, 1, 2].flatMap((m) => Array.from({ length: 60 }, (_, i) => [`e${m}-${i}`, 'values: {a: 1}\n'])),
      ),
    }),
    says: /^limit exceeded: more than 128 imported environments$/,
  },
  'references in a chain': {
    n: 64,
    files: (n) => ({
      root: `values:\n${times(n, (i) => `  r${100 + i}: \${r${101 + i}}\n`)}  r${100 + n}: 1\n`,
    }),
    says: /^limit exceeded: references more than 64 deep$/,
  },
  'provider calls': {
    n: 64,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  p${i}: {fn::open::test: {}}\n`)}` }),
    says: /^limit exceeded: more than 64 provider calls$/,
  },
}

for (const [what, { n, files, says }] of Object.entries(defaults)) {
  test(`S-42: ${n} ${what} are taken unless the caller says otherwise, and ${n + 1} are refused`, async () => {
    assert.deepEqual(await findings(files(n)), [])
    assert.match((await findings(files(n + 1))).at(-1)!, says)
  })
}

/** What is found while loading, else while opening. */
async function findings(files: Record<string, string>): Promise<string[]> {
  const { definition, diagnostics } = loadDefinition('root', encodeUtf8(files['root']!))
  const all = definition === null ? diagnostics : (await open(files)).diagnostics
  return all.map(({ summary }) => summary)
}

test('S-42: two seconds of computing are taken, over all attempts together, and no more; waiting is free', async () => {
  const root = `values:\n${times(600, (i) => `  k${i}: [1, 2, 3]\n`)}  a: {fn::open::test: {}}\n  b: {fn::open::test: {a: "\${a}"}}\n`
  /** A clock that goes on by some milliseconds whenever it is looked at. */
  const clock = (step: number) => {
    let time = 0
    const state = { looks: 0, now: () => (state.looks++, (time += step)) }
    return state
  }
  const idle = clock(0)
  assert.deepEqual((await open({ root }, {}, idle.now)).diagnostics, [])
  assert.ok(idle.looks > 30)
  assert.deepEqual((await open({ root }, {}, clock(1900 / idle.looks).now)).diagnostics, [])
  const { environment, diagnostics } = await open({ root }, {}, clock(2500 / idle.looks).now)
  assert.equal(environment, null)
  assert.match(diagnostics.at(-1)!.summary, /^limit exceeded: more than 2000 ms of evaluation$/)
})

test('S-42: looking for patterns in long texts is work like any other', async () => {
  const root = `values:\n  v: ${'ab'.repeat(30_000)}\n${times(400, (i) => `  r${i}: {fn::validate: {schema: {pattern: "c${i}$"}, value: "\${v}"}}\n`)}`
  const { diagnostics } = await open({ root })
  assert.match(diagnostics.at(-1)!.summary, /^limit exceeded: more than 200000 evaluation steps$/)
})

test('S-42: a thousand refusals leave no memory behind', () => {
  const texts = [
    '['.repeat(200_000),
    `a: ${'x'.repeat(200_000)}`,
    `values: {${list(9000, (i) => `k${i}: 1`)}}`,
  ].map((text) => encodeUtf8(text))
  const before = process.memoryUsage().rss
  for (let i = 0; i < 1000; i++) {
    assert.equal(loadDefinition('root', texts[i % texts.length]!).definition, null)
  }
  const grown = (process.memoryUsage().rss - before) / 1024 ** 2
  assert.ok(grown < 200, `${grown} MiB`)
})

test('S-42: JSON inside a text may not be nested without end', async () => {
  for (const text of ['['.repeat(60_000), `${'['.repeat(2000)}${']'.repeat(2000)}`]) {
    const { diagnostics } = await open({ root: `values: {a: {fn::fromJSON: "${text}"}}\n` })
    assert.match(diagnostics.at(-1)!.summary, /max depth|^limit exceeded: /)
  }
})

test('S-42: a chain of calls may not make evaluation start over without end', async () => {
  const chain = (n: number) =>
    `values:\n  k0: {fn::open::test: {}}\n${times(n, (i) => `  k${i + 1}: {fn::open::test: {a: "\${k${i}}"}}\n`)}`
  assert.deepEqual((await open({ root: chain(8) }, { steps: 700 })).diagnostics, [])
  const { diagnostics } = await open({ root: chain(30) }, { steps: 700 })
  assert.match(diagnostics.at(-1)!.summary, /^limit exceeded: more than (700|7000) evaluation steps/)
})

test('S-42: a bound may be lowered freely and raised only to its ceiling', () => {
  assert.equal(limitsFrom({ steps: 10 }).steps, 10)
  assert.equal(limitsFrom({ steps: 1_000_000 }).steps, 1_000_000)
  assert.equal(limitsFrom({ steps: 1e9, importDepth: 33 }).steps, 2_000_000)
  assert.equal(limitsFrom({ importDepth: 33 }).importDepth, 32)
  assert.equal(limitsFrom({ parallelCalls: 0 }).parallelCalls, 1)
  assert.deepEqual(limitsFrom(), defaultLimits)
})

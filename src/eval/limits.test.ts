import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { loadDefinition } from '../expr/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import type { Evaluation, EvaluationHost, EvaluationLimits } from './evaluation.ts'
import { openEnvironment } from './index.ts'
import { defaultLimits, limitsFrom } from './limits.ts'
import type { Provider } from './provider.ts'

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
  readonly says: string
}[] = [
  {
    limit: 'references',
    n: 20,
    files: (n) => ({ root: `values:\n  a: 1\n${times(n, (i) => `  r${i}: \${a}\n`)}` }),
    says: '21 references',
  },
  {
    limit: 'referenceDepth',
    n: 12,
    files: (n) => ({
      root: `values:\n${times(n, (i) => `  r${100 + i}: \${r${101 + i}}\n`)}  r${100 + n}: 1\n`,
    }),
    says: '13 references in a chain',
  },
  {
    limit: 'directImports',
    n: 5,
    files: (n) => ({
      root: `imports: [${list(n, (i) => `e${i}`)}]\n`,
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`e${i}`, 'values: {a: 1}'])),
    }),
    says: '6 imports in one environment',
  },
  {
    limit: 'imports',
    n: 6,
    files: (n) => ({
      root: `imports: [${list(Math.min(n, 3), (i) => `e${i}`)}]\n`,
      e0: `imports: [${list(n - 3, (i) => `e${i + 3}`)}]\n`,
      ...Object.fromEntries(Array.from({ length: n - 1 }, (_, i) => [`e${i + 1}`, 'values: {a: 1}'])),
    }),
    says: '7 imported environments',
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
    says: '5 levels of imports',
  },
  {
    limit: 'providerCalls',
    n: 7,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  o${i}: {fn::open::test: {}}\n`)}` }),
    says: '8 provider calls',
  },
  {
    limit: 'stringBytes',
    n: 30,
    files: (n) => ({ root: `values: {a: abcdefghij, b: "\${a}\${a}${'x'.repeat(n - 20)}"}\n` }),
    says: '31 bytes in a computed string',
  },
  {
    limit: 'nodes',
    n: 15,
    files: (n) => ({ root: `values:\n${times(n, (i) => `  k${i}: 1\n`)}` }),
    says: '16 nodes',
  },
]

for (const { limit, n, files, says } of rows) {
  test(`S-42: ${limit} may be reached and not passed`, async () => {
    const within = await open(files(n), { [limit]: n })
    assert.deepEqual(within.diagnostics, [])
    assert.notEqual(within.environment, null)
    const beyond = await open(files(n + 1), { [limit]: n })
    assert.equal(beyond.environment, null)
    const { summary } = beyond.diagnostics.at(-1)!
    assert.match(summary, new RegExp(`^limit_exceeded: ${says} at line \\d+ \\(limit ${n}\\)$`))
    assert.notEqual(beyond.diagnostics.at(-1)!.range, null)
  })
}

/** A text of a megabyte, and a list that holds it 2,000 times. */
const longText = `values:\n  p0: ${'x'.repeat(1024)}\n${times(10, (i) => `  p${i + 1}: "\${p${i}}\${p${i}}"\n`)}  l:\n${times(2000, () => '  - ${p10}\n')}`

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
  'JSON of a list that holds one long text 2,000 times': { root: `${longText}  j: {fn::toJSON: "\${l}"}\n` },
  'the text of such a list': { root: `${longText}  j: "\${l}"\n` },
  'such a list joined': { root: `${longText}  j: {fn::join: ["", "\${l}"]}\n` },
  'such a list as a provider’s input': { root: `${longText}  j: {fn::open::test: {x: "\${l}"}}\n` },
  'base64 of base64 of a long text': {
    root: `${longText}${times(8, (i) => `  b${i}: {fn::toBase64: "\${${i === 0 ? 'p8' : `b${i - 1}`}}"}\n`)}`,
  },
  'a long text split into its characters': { root: `${longText}  j: {fn::split: ["", "\${p10}"]}\n` },
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
    assert.match(diagnostics.at(-1)!.summary, /^limit_exceeded: /)
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
  assert.match(
    diagnostics.at(-1)!.summary,
    /^limit_exceeded: [\d,]+ bytes of output( at line \d+)? \(limit 5,000\)$/,
  )
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
  assert.match(
    diagnostics.at(-1)!.summary,
    /^limit_exceeded: 2,\d{3} ms of evaluation at line \d+ \(limit 2,000\)$/,
  )
})

test('S-42: an open that waits for a provider too long ends, says for which, and cancels it', async () => {
  const { definition } = loadDefinition('root', encodeUtf8('values:\n  a: 1\n  b: {fn::open::test: {}}\n'))
  const deadline = new AbortController()
  const waits: number[] = []
  let cancelled = false
  const never: Provider = {
    inputs: true,
    outputs: true,
    open: (_inputs, _context, signal) => {
      signal.addEventListener('abort', () => {
        cancelled = true
      })
      setTimeout(() => deadline.abort(new Error('time is up')), 2)
      return new Promise(() => {})
    },
  }
  const host: EvaluationHost = {
    ...{ crypter: rot128, context: {} },
    providers: { provider: async () => never, rotator: async () => assert.fail() },
    loader: { load: async () => assert.fail() },
    timeout: (milliseconds) => {
      waits.push(milliseconds)
      return deadline.signal
    },
  }
  const { environment, diagnostics } = await openEnvironment('root', definition, host)
  assert.equal(environment, null)
  assert.deepEqual(
    diagnostics.map(({ summary, detail }) => [summary, detail]),
    [
      [
        'limit_exceeded: 60,000 ms for one open at line 3 (limit 60,000)',
        'still waiting for root: values.b (fn::open::test)',
      ],
    ],
  )
  assert.deepEqual([waits, cancelled], [[60_000], true])
})

test('S-42: looking for patterns in long texts is work like any other', async () => {
  const root = `values:\n  v: ${'ab'.repeat(30_000)}\n${times(400, (i) => `  r${i}: {fn::validate: {schema: {pattern: "c${i}$"}, value: "\${v}"}}\n`)}`
  const { diagnostics } = await open({ root })
  assert.match(
    diagnostics.at(-1)!.summary,
    /^limit_exceeded: [\d,]+ evaluation steps at line \d+ \(limit 200,000\)$/,
  )
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
    assert.match(diagnostics.at(-1)!.summary, /max depth|^limit_exceeded: /)
  }
})

test('S-42: a chain of calls may not make evaluation start over without end', async () => {
  const chain = (n: number) =>
    `values:\n  k0: {fn::open::test: {}}\n${times(n, (i) => `  k${i + 1}: {fn::open::test: {a: "\${k${i}}"}}\n`)}`
  assert.deepEqual((await open({ root: chain(8) }, { steps: 700 })).diagnostics, [])
  const { diagnostics } = await open({ root: chain(30) }, { steps: 700 })
  assert.match(diagnostics.at(-1)!.summary, /^limit_exceeded: [\d,]+ evaluation steps/)
})

test('S-42: a bound may be lowered freely and raised only to its ceiling', () => {
  assert.equal(limitsFrom({ steps: 10 }).steps, 10)
  assert.equal(limitsFrom({ steps: 1_000_000 }).steps, 1_000_000)
  assert.equal(limitsFrom({ steps: 1e9, importDepth: 33 }).steps, 2_000_000)
  assert.equal(limitsFrom({ importDepth: 33 }).importDepth, 32)
  assert.equal(limitsFrom({ parallelCalls: 0 }).parallelCalls, 1)
  assert.deepEqual(limitsFrom(), defaultLimits)
})

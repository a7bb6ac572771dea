import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinition } from '../expr/index.ts'
import { always, object, string } from '../schema/index.ts'
import { type ExportedValue, encodeUtf8, stringifyJson, toJson } from '../value/index.ts'
import type { Evaluation, EvaluationHost } from './evaluation.ts'
import { checkEnvironment, openEnvironment, rotateEnvironment } from './index.ts'
import { type Provider, ProviderError, type ProviderSet, type Rotator } from './provider.ts'

const at = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: at, end: at } }
const plain = (value: Exclude<ExportedValue['value'], undefined>): ExportedValue => ({ value, trace })

const crypter = {
  encrypt: async (bytes: Uint8Array) => bytes,
  decrypt: async (bytes: Uint8Array) => bytes,
}

/** A host over environments given as text, with one provider and rotator for every name. */
function hostOf(
  files: Record<string, string>,
  parts: {
    open?: Provider['open']
    provider?: Partial<Provider>
    rotator?: Partial<Rotator>
    signal?: AbortSignal
  } = {},
) {
  const calls: string[] = []
  const provider: Provider = {
    inputs: always,
    outputs: always,
    open: parts.open ?? (async (inputs) => plain(inputs)),
    ...parts.provider,
  }
  const rotator: Rotator = {
    inputs: always,
    state: object({}),
    outputs: always,
    open: async (_inputs, state) => plain(state ?? {}),
    rotate: async () => plain({}),
    ...parts.rotator,
  }
  const providers: ProviderSet = { provider: async () => provider, rotator: async () => rotator }
  const host: EvaluationHost = {
    providers,
    crypter,
    context: {},
    loader: {
      load: async (name) => {
        calls.push(name)
        const source = files[name]
        if (source === undefined) throw new Error(`no environment ${name}`)
        return { source: encodeUtf8(source), crypter }
      },
    },
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
  }
  return { host, loads: calls }
}

function define(text: string) {
  return loadDefinition('root', encodeUtf8(text)).definition
}

/** The plain data of an exported value, as ordinary objects. */
function data(value: ExportedValue): unknown {
  return JSON.parse(stringifyJson(toJson(value, { redact: false })))
}

function values({ environment }: Evaluation): unknown {
  return data(plain(environment?.properties ?? {}))
}

const summaries = ({ diagnostics }: Evaluation) => diagnostics.map(({ summary }) => summary)

/** Answers that come when the test says so. `arrived(n)` waits for n questions, and a little longer for one too many. */
function gate() {
  const waiting: (() => void)[] = []
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
  return {
    waiting,
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
    arrived: async (n: number) => {
      for (let i = 0; i < 1000 && waiting.length < n; i++) await pause(2)
      await pause(5)
    },
  }
}

test('nothing is evaluated without a definition, and from one without values or imports', async () => {
  const { host } = hostOf({})
  for (const definition of [null, define(''), define('description: x\n')]) {
    const evaluation = await openEnvironment('root', definition, host)
    assert.equal(evaluation.environment, null)
    assert.deepEqual(evaluation.diagnostics, [])
  }
})

test('imports of one level are loaded together, and each environment once', async () => {
  const { waiting, wait, arrived } = gate()
  const files: Record<string, string> = { a: 'imports: [c]', b: 'imports: [c, a]', c: 'values: {x: 1}' }
  const { host, loads } = hostOf(files)
  const slow = { ...host, loader: { load: async (name: string) => (await wait(), host.loader.load(name)) } }
  const opening = openEnvironment('root', define('imports: [a, b, a]\n'), slow)
  await arrived(2)
  assert.equal(waiting.length, 2)
  for (const settle of waiting.splice(0)) settle()
  await arrived(1)
  assert.equal(waiting.length, 1)
  waiting[0]!()
  assert.deepEqual(values(await opening), { x: 1 })
  assert.deepEqual(loads.sort(), ['a', 'b', 'c'])
})

test('independent opens run together, dependent ones after one another', async () => {
  const { waiting, wait, arrived } = gate()
  const open: Provider['open'] = async (inputs) => {
    await wait()
    return plain(inputs)
  }
  const text = `values:
  a: {fn::open::p: {v: one}}
  b: {fn::open::p: {v: two}}
  c: {fn::open::p: {v: "\${a.v}+\${b.v}"}}
  list: [{fn::open::p: {v: three}}]
`
  const opening = openEnvironment('root', define(text), hostOf({}, { open }).host)
  await arrived(3)
  assert.equal(waiting.length, 3)
  for (const settle of waiting.splice(0)) settle()
  await arrived(1)
  assert.equal(waiting.length, 1)
  waiting[0]!()
  assert.deepEqual(values(await opening), {
    a: { v: 'one' },
    b: { v: 'two' },
    c: { v: 'one+two' },
    list: [{ v: 'three' }],
  })
})

test('diagnostics come in evaluation order, whichever call ends first', async () => {
  const open: Provider['open'] = async (inputs) => {
    await new Promise((resolve) => setTimeout(resolve, Number(inputs['ms']?.value)))
    throw new Error(`failed after ${inputs['ms']?.value}`)
  }
  const text = `values:
  z: {fn::open::p: {ms: "1"}}
  a: {fn::open::p: {ms: "12"}}
  m: {fn::open::p: {ms: "6"}}
`
  const evaluation = await openEnvironment('root', define(text), hostOf({}, { open }).host)
  assert.deepEqual(summaries(evaluation), ['failed after 12', 'failed after 6', 'failed after 1'])
})

test('no more calls are under way at once than the bound allows', async () => {
  let running = 0
  let most = 0
  const open: Provider['open'] = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 1))
    running -= 1
    return plain('done')
  }
  const text = `values:\n${Array.from({ length: 12 }, (_, i) => `  k${i}: {fn::open::p: {}}\n`).join('')}`
  const { host } = hostOf({}, { open })
  await openEnvironment('root', define(text), { ...host, limits: { parallelCalls: 3 } })
  assert.equal(most, 3)
})

test('a call is made once although evaluation starts over while others are awaited', async () => {
  let calls = 0
  const open: Provider['open'] = async (inputs) => {
    calls += 1
    return plain(inputs)
  }
  const text =
    'values: {a: {fn::open::p: {}}, b: {fn::open::p: {x: "${a}"}}, c: {fn::open::p: {x: "${b}"}}}\n'
  await openEnvironment('root', define(text), hostOf({}, { open }).host)
  assert.equal(calls, 3)
})

test('what depends on a value that is awaited is never opened with less than the whole of it', async () => {
  const seen: unknown[] = []
  const open: Provider['open'] = async (inputs) => {
    seen.push(data(plain(inputs)))
    return plain(inputs)
  }
  const files = { base: 'values: {o: {fn::open::p: {inherited: yes}}}' }
  const text = 'imports: [base]\nvalues: {o: {own: yes}, p: {fn::open::p: "${o}"}}\n'
  await openEnvironment('root', define(text), hostOf(files, { open }).host)
  assert.deepEqual(seen, [{ inherited: 'yes' }, { inherited: 'yes', own: 'yes' }])
})

test('a check opens nothing, rotates nothing and leaves sealed secrets sealed', async () => {
  const never = async () => assert.fail('called in a check')
  const { host } = hostOf({}, { open: never, rotator: { open: never, rotate: never } })
  const sealed = 'ZXNjeAAAAAHo9e705fKyKo30VQ=='
  const text = `values: {a: {fn::open::p: {}}, b: {fn::rotate::p: {inputs: {}}}, c: {fn::secret: {ciphertext: ${sealed}}}}\n`
  const { environment, diagnostics } = await checkEnvironment('root', define(text), {
    ...host,
    crypter: { ...crypter, decrypt: never },
  })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    Object.values(environment?.properties ?? {}).map(({ unknown }) => unknown),
    [true, true, true],
  )
  assert.equal(environment?.properties?.['c']?.secret, true)
})

test('a failed provider speaks for itself: summary, detail and warnings stand at the call', async () => {
  const open: Provider['open'] = async (_inputs, { warn }) => {
    warn('shorter than asked', 'one hour is the most')
    throw new ProviderError('access denied', 'the role does not trust this issuer')
  }
  const evaluation = await openEnvironment(
    'root',
    define('values: {a: {fn::open::p: {}}}\n'),
    hostOf({}, { open }).host,
  )
  assert.deepEqual(
    evaluation.diagnostics.map(({ severity, summary, detail, path }) => [severity, summary, detail, path]),
    [['error', 'access denied', 'the role does not trust this issuer', 'values.a']],
  )
  const warned = await openEnvironment(
    'root',
    define('values: {a: {fn::open::p: {}}}\n'),
    hostOf({}, { open: async (_, { warn }) => (warn('careful', 'a detail'), plain('x')) }).host,
  )
  assert.deepEqual(
    warned.diagnostics.map(({ severity, summary, detail }) => [severity, summary, detail]),
    [['warning', 'careful', 'a detail']],
  )
})

test('what a provider finds in its inputs stands at the input and stops the call', async () => {
  const text = 'values: {a: {fn::open::p: {role: {arn: x}, other: 1}}}\n'
  const provider: Partial<Provider> = {
    inputs: object({ role: object({ arn: string() }) }, { additionalProperties: true }),
    inspect: () => [
      { severity: 'error', path: ['role', 'arn'], summary: 'not an ARN', detail: 'arn:aws:iam::…' },
      { severity: 'warning', path: ['role', 'gone'], summary: 'nothing here' },
    ],
    open: async () => assert.fail('opened'),
  }
  const { host } = hostOf({}, { provider })
  for (const run of [checkEnvironment, openEnvironment]) {
    const { diagnostics } = await run('root', define(text), host)
    assert.deepEqual(
      diagnostics.map(({ severity, summary, detail, path }) => [severity, summary, detail, path]),
      [
        ['error', 'not an ARN', 'arn:aws:iam::…', 'values.a["fn::open::p"].role.arn'],
        ['warning', 'nothing here', '', 'values.a["fn::open::p"].role'],
      ],
    )
  }
})

test('providers are told which environment asks and which one was opened', async () => {
  const seen: string[] = []
  const open: Provider['open'] = async (_inputs, { currentEnvironment, rootEnvironment }) => {
    seen.push(`${currentEnvironment} for ${rootEnvironment}`)
    return plain('x')
  }
  const files = { 'p/base': 'values: {b: {fn::open::p: {}}}' }
  const { host } = hostOf(files, { open })
  await openEnvironment('root', define('imports: [p/base]\nvalues: {a: {fn::open::p: {}}}\n'), host)
  await openEnvironment('<yaml>', define('imports: [p/base]\n'), host)
  assert.deepEqual(seen, ['p/base for root', 'root for root', 'p/base for p/base'])
})

test('context keys that the evaluator sets itself are refused', async () => {
  const { host } = hostOf({})
  const context = { rootEnvironment: plain('forged') }
  await assert.rejects(openEnvironment('root', define('values: {a: 1}\n'), { ...host, context }), {
    message: 'reserved context key: "rootEnvironment"',
  })
})

test('rotations run one after the other and give their states back as patches', async () => {
  let running = 0
  const rotator: Partial<Rotator> = {
    rotate: async (_inputs, state) => {
      assert.equal(++running, 1)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running -= 1
      return plain({ n: plain(`${state?.['n']?.value ?? 'new'}'`) })
    },
  }
  const text = `values:
  a: {fn::rotate::p: {inputs: {}, state: {n: one}}}
  b: {fn::rotate: {provider: p, inputs: {}}}
  c: "\${a.n} \${b.n}"
`
  const evaluation = await rotateEnvironment('root', define(text), hostOf({}, { rotator }).host)
  assert.deepEqual(
    evaluation.patches.map(({ docPath, replacement }) => [docPath, data(replacement)]),
    [
      ['values.a["fn::rotate::p"].state', { n: "one'" }],
      ['values.b["fn::rotate"].state', { n: "new'" }],
    ],
  )
  assert.deepEqual(
    evaluation.rotations.map(({ path, status }) => [path, status]),
    [
      ['values.a', 'succeeded'],
      ['values.b', 'succeeded'],
    ],
  )
  assert.equal((values(evaluation) as { c: string }).c, "one' new'")
})

test('only the rotations at the given paths run; a failed one is recorded and reported', async () => {
  const rotator: Partial<Rotator> = {
    rotate: async () => {
      throw new Error('the vault is shut')
    },
  }
  const text =
    'values: {a: {b c: {fn::rotate::p: {inputs: {}, state: {}}}}, d: {fn::rotate::p: {inputs: {}, state: {}}}}\n'
  const { host } = hostOf({}, { rotator })
  const evaluation = await rotateEnvironment('root', define(text), host, { paths: ['a["b c"]'] })
  assert.deepEqual(
    evaluation.rotations.map(({ path, status }) => [path, status]),
    [['values.a["b c"]', 'failed']],
  )
  assert.deepEqual(summaries(evaluation), ['rotate: the vault is shut'])
  const top = await rotateEnvironment(
    'root',
    define('values: {a b: {fn::rotate::p: {inputs: {}}}}\n'),
    host,
    {
      paths: ['["a b"]'],
    },
  )
  assert.deepEqual(
    top.rotations.map(({ path }) => path),
    ['values["a b"]'],
  )
})

test('a rotation that cannot start is recorded as not evaluated', async () => {
  const text = 'values: {a: {fn::rotate::p: {inputs: "${missing}", state: {}}}}\n'
  const evaluation = await rotateEnvironment('root', define(text), hostOf({}).host)
  assert.deepEqual(
    evaluation.rotations.map(({ status }) => status),
    ['not-evaluated'],
  )
})

test('a cancelled evaluation ends with the reason of the signal', async () => {
  const controller = new AbortController()
  const open: Provider['open'] = () => new Promise(() => {})
  const { host } = hostOf({}, { open, signal: controller.signal })
  const opening = openEnvironment('root', define('values: {a: {fn::open::p: {}}}\n'), host)
  setTimeout(() => controller.abort(new Error('the caller left')), 2)
  await assert.rejects(opening, { message: 'the caller left' })
})

test('inputs that are no object are an error at the call', async () => {
  const evaluation = await openEnvironment(
    'root',
    define('values: {a: {fn::open::p: text}}\n'),
    hostOf({}).host,
  )
  assert.deepEqual(summaries(evaluation), ['provider inputs must be an object'])
})

test('calls of an environment run beside those of its imports when they inherit nothing', async () => {
  const { waiting, wait, arrived } = gate()
  const open: Provider['open'] = async (inputs) => {
    await wait()
    return plain(inputs)
  }
  const base = 'values: {a: {fn::open::p: {from: base}}, region: here}\n'
  const text = `imports: [base]
values:
  b: {fn::open::p: {region: "\${region}", own: "\${mine}"}}
  c: {fn::open::p: {region: "\${mine}"}}
  mine: x
`
  for (const [source, together] of [
    [base, 2],
    [`${base.trimEnd().slice(0, -1)}, c: {fn::final: 1}}\n`, 1],
    [`${base.trimEnd().slice(0, -1)}, c: "\${environments.p.e.c}"}\n`, 1],
  ] as const) {
    const files = { base: source, 'p/e': 'values: {c: {fn::final: 1}}\n' }
    const opening = openEnvironment('root', define(text), hostOf(files, { open }).host)
    await arrived(together)
    assert.equal(waiting.length, together, source)
    const ending = setInterval(() => {
      for (const settle of waiting.splice(0)) settle()
    }, 1)
    const evaluation = await opening
    clearInterval(ending)
    const { c, b } = values(evaluation) as Record<string, unknown>
    assert.deepEqual(c, together === 2 ? { region: 'x' } : 1)
    assert.deepEqual(b, { region: 'here', own: 'x' })
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { rot128, testProviders } from '../../tests/conformance/plug-ins.ts'
import type { AppError } from '../diag/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import { type Difference, readTestFile, runTests, type TestReport } from './index.ts'

const examples = new URL('../../examples/env-test/', import.meta.url)

async function run(definition: string, tests: string): Promise<TestReport> {
  const file = readTestFile('dev.test.yaml', encodeUtf8(tests))
  const refuse = async () => {
    throw new Error('not found')
  }
  return await runTests(file, {
    name: 'dev',
    source: encodeUtf8(definition),
    host: { providers: testProviders(), crypter: rot128, context: {}, loader: { load: refuse } },
  })
}

test('the example passes, its imports read as files, without any provider called', async () => {
  const read = (name: string) => readFileSync(new URL(name, examples))
  const { providerSchemas } = await import('../cli/local-evaluation.ts')
  const report = await runTests(readTestFile('dev.test.yaml', read('web/dev.test.yaml')), {
    name: 'web/dev',
    source: read('web/dev.yaml'),
    host: {
      providers: await providerSchemas(),
      crypter: rot128,
      context: {},
      loader: { load: async (name) => ({ source: read(`${name}.yaml`), crypter: rot128 }) },
    },
  })
  assert.deepEqual(
    report.cases.filter(({ difference }) => difference !== null),
    [],
  )
  assert.equal(report.passed, 5)
})

const definition = `values:
  n: 1.50
  nothing: null
  list: [{a: 1}, {b: 2}]
  call: {fn::open::test: {secret: {fn::secret: s3cret}, plain: x}}
`

/** Each row: what is expected of `values`, and the difference; null = it passes. */
const rows: readonly [string, Difference | null][] = [
  ['{n: 1.5}', null],
  ['{nothing: null}', null],
  ['{list: [{a: 1}, {b: 2}]}', null],
  ['{"list[1].b": 3}', { path: 'list[1].b', wanted: '3', got: '2' }],
  ['{n: "1.5"}', { path: 'n', wanted: '"1.5"', got: '1.5' }],
  ['{list: [{a: 1, z: 0}, {b: 2}]}', { path: 'list[0].z', wanted: '0', got: 'nothing' }],
  ['{list: [{}, {b: 2}]}', { path: 'list[0].a', wanted: 'nothing', got: '1' }],
  ['{list: []}', { path: 'list[0]', wanted: 'nothing', got: '{"a":1}' }],
  ['{list: text}', { path: 'list', wanted: '"text"', got: '[{"a":1},{"b":2}]' }],
  ['{call: {token: "[secret]", plain: y}}', null],
  [
    '{call: {token: t, plain: y}}',
    { path: 'call.token', wanted: 'a value that is no secret', got: '[secret]' },
  ],
  ['{__proto__: 1}', { path: '__proto__', wanted: 'a value', got: 'nothing' }],
  ['{"a[": 1}', { path: 'a[', wanted: 'a property path', got: 'missing closing bracket in array index' }],
]

for (const [values, wanted] of rows) {
  test(`expecting ${values} ${wanted === null ? 'passes' : `fails at ${wanted.path}`}`, async () => {
    const report = await run(
      definition,
      `cases: [{name: x, expect: {values: ${values}}, providers: {test: {answer: {token: {fn::secret: t}, plain: y}}}}]`,
    )
    assert.deepEqual(report.cases[0]?.difference, wanted)
    assert.equal(report.failed, wanted === null ? 0 : 1)
  })
}

test('an answer is chosen by the inputs it wants; when none fits, that is a finding without secrets', async () => {
  const tests = (inputs: string) => `cases:
  - name: x
    providers: {test: [{inputs: ${inputs}, answer: chosen}]}
    expect: {values: {call: chosen}}
`
  assert.equal((await run(definition, tests('{plain: x}'))).passed, 1)
  assert.equal((await run(definition, tests('{secret: {fn::secret: s3cret}}'))).passed, 1)
  const { cases } = await run(definition, tests('{plain: y}'))
  assert.equal(cases[0]?.difference?.got, '5:9: no answer fits the inputs of provider "test"')
  assert.ok(!JSON.stringify(cases).includes('s3cret'))
})

test('a provider without an answer is a finding', async () => {
  const { cases } = await run(definition, 'cases: [{name: x, expect: {values: {}}}]')
  assert.equal(cases[0]?.difference?.got, '5:9: the case has no answer of provider "test"')
})

test('a reserved context key fails its case and not the run', async () => {
  const { cases, passed } = await run(
    'values: {a: 1}',
    'cases: [{name: x, context: {rootEnvironment: 1}, expect: {values: {a: 1}}}, {name: y, expect: {values: {a: 1}}}]',
  )
  assert.equal(cases[0]?.difference?.got, 'reserved context key: "rootEnvironment"')
  assert.equal(passed, 1)
})

const refusals: readonly [string, string][] = [
  ['', 't.yaml: the file is no mapping'],
  ['a: [', 't.yaml:1:5: yaml: line 1: did not find expected node content'],
  ['cases: {}', 't.yaml:1:8: `cases` is no list'],
  ['environment: x', 't.yaml:1:1: `cases` is no list'],
  ['cases: [{}]', 't.yaml:1:9: a case has no `name`'],
  ['cases: [{name: x}]', 't.yaml:1:9: a case has no `expect`'],
  [
    'cases: [{name: x, expects: {}}]',
    't.yaml:1:19: a case has an unknown key `expects`; did you mean "expect"?',
  ],
  ['cases: [{name: 1, expect: {}}]', 't.yaml:1:16: `name` is no text'],
  ['cases: [{name: x, mode: run, expect: {}}]', 't.yaml:1:25: `mode` is `run`, wanted `open` or `check`'],
  [
    'cases: [{name: x, providers: {p: {}}, expect: {}}]',
    't.yaml:1:34: the provider `p` needs one of `answer` and `error`',
  ],
  ['cases: [{name: x, imports: {a: 1}, expect: {}}]', 't.yaml:1:28: the import `a` is no definition'],
]

for (const [text, message] of refusals) {
  test(`the file \`${text}\` is refused with its place`, () => {
    assert.throws(
      () => readTestFile('t.yaml', encodeUtf8(text)),
      (error: AppError) => error.message === message,
    )
  })
}

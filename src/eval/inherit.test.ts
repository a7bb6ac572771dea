// Environments that are reached in many ways.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plain, rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { loadDefinition } from '../expr/index.ts'
import { encodeUtf8, stringifyJson, toJson } from '../value/index.ts'
import type { Evaluation, EvaluationLimits } from './evaluation.ts'
import { checkEnvironment, openEnvironment } from './index.ts'

type Files = Readonly<Record<string, string>>

async function evaluate(
  files: Files,
  how: typeof openEnvironment,
  limits: Partial<EvaluationLimits> = {},
): Promise<Evaluation> {
  const { definition } = loadDefinition('root', encodeUtf8(files['root']!))
  return await how('root', definition, {
    providers: testProviders(),
    crypter: rot128,
    context: testContext,
    limits,
    loader: { load: async (name) => ({ source: encodeUtf8(files[name]!), crypter: rot128 }) },
  })
}

function valuesOf({ environment }: Evaluation): string {
  return stringifyJson(toJson(plain(environment?.properties ?? {}), { redact: false }))
}

/** `width` environments on each of `levels`, each importing all of the level below. */
function ladder(levels: number, width: number, values: (name: string, level: number) => string): Files {
  const names = (level: number) => Array.from({ length: width }, (_, i) => `e${level}-${i}`)
  const files: Record<string, string> = { root: `imports: [${names(levels - 1).join(', ')}]\n` }
  for (let level = 0; level < levels; level++) {
    for (const name of names(level)) {
      const imports = level === 0 ? '' : `imports: [${names(level - 1).join(', ')}]\n`
      files[name] = `${imports}values: {${values(name, level)}}\n`
    }
  }
  return files
}

for (const levels of [5, 8, 9, 10, 30]) {
  test(`S-42: a diamond of ${levels} import levels opens with the right values, soon`, async () => {
    const files = ladder(
      levels,
      2,
      (name, level) => `x: ${name}, l${level}: ${name}, r: {k${level}: 1, who: ${name}}`,
    )
    const start = performance.now()
    const evaluation = await evaluate(files, openEnvironment, { importDepth: 32 })
    assert.ok(performance.now() - start < 15_000)
    assert.deepEqual(evaluation.diagnostics, [])
    const last = `e${levels - 1}-1`
    const each = (make: (level: number) => [string, unknown]) =>
      Object.fromEntries(Array.from({ length: levels }, (_, i) => make(i)))
    assert.deepEqual(JSON.parse(valuesOf(evaluation)), {
      x: last,
      ...each((level) => [`l${level}`, `e${level}-1`]),
      r: { ...each((level) => [`k${level}`, 1]), who: last },
    })
  })
}

test('S-42: 60 environments that import all before them open', async () => {
  const files: Record<string, string> = {
    root: `imports: [${Array.from({ length: 60 }, (_, i) => `e${i}`).join(', ')}]\n`,
  }
  for (let i = 0; i < 60; i++) {
    files[`e${i}`] =
      `imports: [${Array.from({ length: i }, (_, j) => `e${j}`).join(', ')}]\nvalues: {v${i}: ${i}, x: ${i}}`
  }
  const evaluation = await evaluate(files, openEnvironment)
  assert.deepEqual(evaluation.diagnostics, [])
  const { x, v0, v59, ...others } = JSON.parse(valuesOf(evaluation))
  assert.deepEqual({ x, v0, v59, others: Object.keys(others).length }, { x: 59, v0: 0, v59: 59, others: 58 })
})

test('up to the bound on depth every layer shows in the trace, repeated ones too', async () => {
  const { environment } = await evaluate(
    ladder(3, 2, (name) => `x: ${name}`),
    openEnvironment,
  )
  const layers: string[] = []
  for (let at = environment?.properties?.['x']; at !== undefined; at = at.trace.base)
    layers.push(String(at.value))
  const [a0, b0, a1, b1, a2, b2] = ['e0-0', 'e0-1', 'e1-0', 'e1-1', 'e2-0', 'e2-1']
  const below = (side: string) => [side, b1, b0, a0, a1, b0, a0]
  assert.deepEqual(layers, [...below(b2!), ...below(a2!)])
})

const names = ['a', 'b', 'c', 'd']
const leaf = fc.constantFrom(
  '1',
  'text',
  'null',
  '[x, y]',
  '"${p}"',
  '"${q.p}"',
  '{fn::secret: hidden}',
  '{fn::final: 3}',
  '"${nothing}"',
  '{fn::open::test: {p: 1, q: {p: 2}}}',
)
const tree = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: leaf },
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), tie('value')), {
        maxLength: 3,
        selector: ([key]) => key,
      })
      .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
  ),
})).value
const record = fc
  .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), tree), {
    minLength: 1,
    maxLength: 3,
    selector: ([key]) => key,
  })
  .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`)

/** Every environment may import those before it, in any order, some twice. */
const graphs: fc.Arbitrary<Files> = fc
  .tuple(
    ...[...names, 'root'].map((_, i) =>
      fc.tuple(record, fc.array(fc.nat({ max: Math.max(i - 1, 0) }), { maxLength: i === 0 ? 0 : 3 })),
    ),
  )
  .map((parts) =>
    Object.fromEntries(
      parts.map(([values, imports], i) => [
        [...names, 'root'][i]!,
        `imports: [${imports.map((at) => names[at]).join(', ')}]\nvalues: ${values}\n`,
      ]),
    ),
  )

test('laying every environment down once gives the values and findings of the plain rules', async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(graphs, async (files) => {
      const exact = await evaluate(files, openEnvironment)
      // So little depth that more than one layer is too many.
      const once = await evaluate(files, openEnvironment, { depth: 33 })
      if (once.diagnostics.some(({ summary }) => summary.startsWith('limit_exceeded'))) return
      compared += 1
      assert.equal(valuesOf(once), valuesOf(exact))
      assert.deepEqual(once.diagnostics, exact.diagnostics)
    }),
    { numRuns: 150 * Number(process.env['OPENESC_RUNS'] ?? 1) },
  )
  assert.ok(compared > 75)
})

test('a check of a ladder knows what an open knows', async () => {
  const files = ladder(12, 2, (name, level) => `x: ${name}, r: {k${level}: 1}`)
  const checked = await evaluate(files, checkEnvironment)
  assert.equal(valuesOf(checked), valuesOf(await evaluate(files, openEnvironment)))
})

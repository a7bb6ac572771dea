// Two evaluators from one specification: the one that ships (attempts, sharing, bounds) and a plain one beside this file, which does
// one thing after another as the text says. They must agree about everything that leaves an evaluation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  checkEnvironment,
  type Evaluation,
  type EvaluationHost,
  openEnvironment,
  rotateEnvironment,
} from '../../src/eval/index.ts'
import { loadDefinition } from '../../src/expr/index.ts'
import { encodeUtf8 } from '../../src/value/index.ts'
import { rot128, testContext, testProviders } from '../conformance/plug-ins.ts'
import { definitionText, environmentSets, type Files, oddEnvironmentSets } from '../random-environments.ts'
import { evaluatePlainly, type Modes } from './evaluate.ts'

// `OPENESC_RUNS=50` runs fifty times as many; after a change of the evaluator that is worth its ten minutes.
const runs = Number(process.env['OPENESC_RUNS'] ?? 1)

function hostOf(files: Files): EvaluationHost {
  return {
    crypter: rot128,
    context: testContext,
    providers: testProviders(),
    loader: {
      load: async (name) => {
        if (!Object.hasOwn(files, name)) throw new Error(`no environment ${name}`)
        return { source: encodeUtf8(definitionText(files[name]!, false)), crypter: rot128 }
      },
    },
  }
}

/** Everything that leaves an evaluation, members in a fixed order. */
function written({ environment, diagnostics: found, patches, rotations }: Evaluation): unknown {
  // The plain evaluator does not tell cycles step by step.
  const diagnostics = found.map(({ cycle: _, ...diagnostic }) => diagnostic)
  const plain = JSON.stringify({ environment, diagnostics, patches, rotations }, (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return JSON.parse(plain)
}

const plainly = (modes: Partial<Modes>): Modes => ({
  validating: false,
  rotating: false,
  showSecrets: true,
  paths: [],
  ...modes,
})

/** Both evaluators, in every mode. */
async function compare(files: Files): Promise<void> {
  const { definition } = loadDefinition('root', encodeUtf8(definitionText(files['root']!, false)))
  const host = hostOf(files)
  const pairs: [() => Promise<Evaluation>, Modes][] = [
    [() => checkEnvironment('root', definition, host), plainly({ validating: true, showSecrets: false })],
    [() => checkEnvironment('root', definition, host, { showSecrets: true }), plainly({ validating: true })],
    [() => openEnvironment('root', definition, host), plainly({})],
    [() => rotateEnvironment('root', definition, host), plainly({ rotating: true })],
    [
      () => rotateEnvironment('root', definition, host, { paths: ['a'] }),
      plainly({ rotating: true, paths: ['a'] }),
    ],
  ]
  for (const [evaluate, modes] of pairs) {
    const ours = await evaluate()
    assert.deepEqual(written(ours), written(await evaluatePlainly('root', definition, host, modes)))
  }
}

test('the evaluator and a plain reading of the specification agree on random environments', async () => {
  await fc.assert(fc.asyncProperty(environmentSets(true), compare), { numRuns: 30 * runs })
})

test('they agree on environments with every form of the language, right and wrong', async () => {
  await fc.assert(fc.asyncProperty(oddEnvironmentSets(), compare), { numRuns: 12 * runs })
})

// What may depend on a secret, and what may not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { completionsAt, definitionAt, type EditorHost, explainValue, hoverAt } from '../src/analysis/index.ts'
import {
  checkEnvironment,
  type Evaluation,
  type EvaluationHost,
  openEnvironment,
  rotateEnvironment,
} from '../src/eval/index.ts'
import { loadDefinition } from '../src/expr/index.ts'
import { encodeUtf8, stringifyJson, toJson } from '../src/value/index.ts'
import { plain, rot128, testContext, testProviders } from './conformance/plug-ins.ts'
import { definitionText, environmentSets, type Files, marker } from './random-environments.ts'

const runs = (quick: number) => quick * Number(process.env['OPENESC_RUNS'] ?? 1)

function sourceOf(files: Files, name: string, secret: string): Uint8Array {
  if (!Object.hasOwn(files, name)) throw new Error(`no environment ${name}`)
  return encodeUtf8(definitionText(files[name]!, false).replaceAll(marker, secret))
}

/** The evaluations of a set of environments whose secrets are `secret`, sealed ones `sealed`. */
async function evaluations(files: Files, secret: string, sealed: string): Promise<readonly Evaluation[]> {
  const crypter = { ...rot128, decrypt: async () => encodeUtf8(sealed) }
  const host: EvaluationHost = {
    crypter,
    context: testContext,
    providers: testProviders(),
    loader: { load: async (name) => ({ source: sourceOf(files, name, secret), crypter }) },
  }
  const { definition } = loadDefinition('root', sourceOf(files, 'root', secret))
  return [
    await checkEnvironment('root', definition, host),
    await checkEnvironment('root', definition, host, { showSecrets: true }),
    await openEnvironment('root', definition, host),
    await rotateEnvironment('root', definition, host),
  ]
}

/** All of an evaluation that somebody sees who may not see secrets. */
function seen({ environment, diagnostics, patches, rotations }: Evaluation): string {
  const values = environment && stringifyJson(toJson(plain(environment.properties ?? {}), { redact: true }))
  const replaced = patches.map(({ docPath, replacement }) => [
    docPath,
    stringifyJson(toJson(replacement, { redact: true })),
  ])
  return JSON.stringify([values, diagnostics, replaced, rotations], null, 1)
}

test('S-47: another secret changes no value that is not secret, and no finding, in random environments', async () => {
  await fc.assert(
    fc.asyncProperty(environmentSets(false), async (files) => {
      // Secrets of one length and alphabet: what a schema says of them is the definition's own choice to tell.
      const [one, other] = [
        await evaluations(files, marker, 'hunter2'),
        await evaluations(files, 'Qp3LmN0c', 'xunter9'),
      ]
      for (const [i, evaluation] of one.entries()) assert.equal(seen(other[i]!), seen(evaluation))
    }),
    { numRuns: runs(50) },
  )
})

test('S-47: what is wrong with a secret text, and what is in a secret record, is not told', async () => {
  const text = [
    'values:',
    "  json: {fn::fromJSON: {fn::secret: 'q{'}}",
    "  base64: {fn::fromBase64: {fn::secret: 'a=b'}}",
    '  record: {fn::fromJSON: {fn::secret: \'{"password": 1}\'}}',
    '  near: ${record.pasword}',
    '',
  ].join('\n')
  const { definition } = loadDefinition('root', encodeUtf8(text))
  const { diagnostics } = await openEnvironment('root', definition, {
    ...{ crypter: rot128, context: testContext, providers: testProviders() },
    loader: { load: async () => Promise.reject(new Error('none')) },
  })
  assert.deepEqual(diagnostics.map(({ summary }) => summary).sort(), [
    'decoding JSON string: [secret]',
    'decoding base64 string: [secret]',
    'unknown property "pasword"',
  ])
})

test('S-48: a check, an explanation and an editor’s questions open nothing and decrypt nothing', async () => {
  const refuse = (what: string) => async (): Promise<never> => {
    touched.push(what)
    throw new Error(`${what} is out of reach`)
  }
  const touched: string[] = []
  await fc.assert(
    fc.asyncProperty(environmentSets(true), fc.nat(200), async (files, column) => {
      const crypter = { encrypt: refuse('a key'), decrypt: refuse('a key') }
      const providers = testProviders()
      const host: EditorHost = {
        crypter,
        context: testContext,
        providers: {
          provider: async (name) => ({ ...(await providers.provider(name)), open: refuse('a provider') }),
          rotator: async (name) => ({
            ...(await providers.rotator(name)),
            ...{ open: refuse('a rotator'), rotate: refuse('a rotator') },
          }),
        },
        loader: { load: async (name) => ({ source: sourceOf(files, name, marker), crypter }) },
        ...{ providerNames: ['test'], rotatorNames: ['swap'] },
        environmentNames: async () => Object.keys(files),
      }
      const source = sourceOf(files, 'root', marker)
      const { definition } = loadDefinition('root', source)
      const { environment, diagnostics } = await checkEnvironment('root', definition, host)
      const question = { name: 'root', source, position: { line: 1, column: column + 1 } }
      await completionsAt(question, host)
      await definitionAt(question, host)
      await hoverAt(question, host)
      for (const name of Object.keys(environment?.properties ?? {})) {
        if (definition !== null && environment !== null)
          await explainValue({ name: 'root', definition, environment, diagnostics }, [name], async () => null)
      }
      assert.deepEqual(touched, [])
    }),
    { numRuns: runs(60) },
  )
})

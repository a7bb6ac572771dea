// Random sets of environments: what must hold of every evaluation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { definitionText, environmentSets, type Files, marker } from '../../tests/random-environments.ts'
import { loadDefinition } from '../expr/index.ts'
import { encodeUtf8, toJson } from '../value/index.ts'
import type { Evaluation, EvaluationHost } from './evaluation.ts'
import { checkEnvironment, openEnvironment, rotateEnvironment } from './index.ts'

// `OPENESC_RUNS=50` runs fifty times as many.
const runs = (quick: number) => quick * Number(process.env['OPENESC_RUNS'] ?? 1)

interface Options {
  readonly shuffled?: boolean
  /** Every call of a provider is noted here. */
  readonly calls?: string[]
  /** The delay of the nth question, in milliseconds. */
  readonly delay?: (n: number) => number
}

function hostOf(files: Files, { shuffled = false, delay, calls = [] }: Options): EvaluationHost {
  let asked = 0
  const pause = async () => {
    if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay(asked++)))
  }
  const providers = testProviders()
  return {
    crypter: rot128,
    context: testContext,
    providers: {
      provider: async (name) => {
        const provider = await providers.provider(name)
        return {
          ...provider,
          open: async (...given) => {
            calls.push(
              `${name} ${JSON.stringify(toJson({ value: given[0], trace: testContext['pulumi']!.trace }, { redact: false }))}`,
            )
            await pause()
            return provider.open(...given)
          },
        }
      },
      rotator: async (name) => {
        const rotator = await providers.rotator(name)
        return { ...rotator, open: async (...given) => (await pause(), rotator.open(...given)) }
      },
    },
    loader: {
      load: async (name) => {
        await pause()
        if (!Object.hasOwn(files, name)) throw new Error(`no environment ${name}`)
        return { source: encodeUtf8(definitionText(files[name]!, shuffled)), crypter: rot128 }
      },
    },
  }
}

async function evaluations(files: Files, options: Options = {}): Promise<Evaluation[]> {
  const { definition } = loadDefinition(
    'root',
    encodeUtf8(definitionText(files['root']!, options.shuffled ?? false)),
  )
  const host = hostOf(files, options)
  return [
    await checkEnvironment('root', definition, host),
    await openEnvironment('root', definition, host),
    await rotateEnvironment('root', definition, host),
  ]
}

function redacted({ environment }: Evaluation): unknown {
  if (environment === null) return null
  const at = { line: 0, column: 0, byte: 0 }
  const trace = { def: { environment: '', begin: at, end: at } }
  return toJson({ value: environment.properties ?? {}, trace }, { redact: true })
}

test('evaluation never throws, and its result is plain data that can be written', async () => {
  await fc.assert(
    fc.asyncProperty(environmentSets(true), async (files) => {
      for (const evaluation of await evaluations(files)) JSON.stringify(evaluation)
    }),
    { numRuns: runs(120) },
  )
})

test('S-47: no secret is in redacted output, in a diagnostic or in a hint', async () => {
  await fc.assert(
    fc.asyncProperty(environmentSets(false), async (files) => {
      for (const evaluation of await evaluations(files)) {
        const seen = JSON.stringify([redacted(evaluation), evaluation.diagnostics])
        assert.ok(!seen.includes(marker) && !seen.includes('hunter2'), seen)
        assert.ok(!seen.includes(Buffer.from(marker).toString('base64').slice(0, 8)), seen)
      }
    }),
    { numRuns: runs(200) },
  )
})

test('the order of keys in the text changes neither values nor findings', async () => {
  await fc.assert(
    fc.asyncProperty(environmentSets(true), async (files) => {
      const inOrder = await evaluations(files)
      const reversed = await evaluations(files, { shuffled: true })
      assert.equal(JSON.stringify(inOrder.map(redacted)), JSON.stringify(reversed.map(redacted)))
      const findings = (list: Evaluation[]) =>
        list.map(({ diagnostics }) => diagnostics.map(({ path, summary }) => `${path}: ${summary}`).sort())
      assert.deepEqual(findings(inOrder), findings(reversed))
    }),
    { numRuns: runs(80) },
  )
})

test('answers may arrive in any order: the whole result is the same, findings in the same order, and no call more', async () => {
  await fc.assert(
    fc.asyncProperty(
      environmentSets(true),
      fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 8 }),
      async (files, delays) => {
        const [first, second]: [string[], string[]] = [[], []]
        const atOnce = await evaluations(files, { calls: first })
        const later = await evaluations(files, { delay: (n) => delays[n % delays.length]!, calls: second })
        assert.equal(JSON.stringify(later), JSON.stringify(atOnce))
        assert.deepEqual(second.sort(), first.sort())
      },
    ),
    { numRuns: runs(20) },
  )
})

test('a check accepts what an open accepts, where providers promise nothing about their answers', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(environmentSets(true), async (files) => {
      // A check also looks at inputs that matter to a rotation only, and compares what schemas promise.
      if (/fn::(open::schema|rotate)/.test(JSON.stringify(files))) return
      const [checked, opened] = await evaluations(files)
      if (opened!.diagnostics.length > 0) return
      accepted += 1
      assert.deepEqual(checked!.diagnostics, [])
    }),
    { numRuns: runs(1500) },
  )
  assert.ok(accepted > 0, 'no random set opened without findings')
})

test('S-44: evaluation leaves the prototypes of the process alone', async () => {
  await fc.assert(
    fc.asyncProperty(environmentSets(true), async (files) => {
      const before = Reflect.ownKeys(Object.prototype).length
      await evaluations(files)
      assert.equal(Reflect.ownKeys(Object.prototype).length, before)
      assert.equal(Reflect.get({}, 'polluted'), undefined)
    }),
    { numRuns: runs(20) },
  )
})

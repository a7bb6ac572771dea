// How long does an evaluation take, and does it wait no longer than it must? Four variants of one environment with 26
// imports and 10 opens: nothing waits, each open waits 10 ms, each load waits 10 ms, both. A server looks for cycles
// before it opens anything, as the last two rows do.
//
// node bench/evaluate.ts [--runs N] [--json]
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type EvaluationHost, openEnvironment } from '../src/eval/index.ts'
import { loadDefinition } from '../src/expr/index.ts'
import { rot128, testContext, testProviders } from '../tests/conformance/plug-ins.ts'
import { type Row, report, summarize } from './report.ts'

interface Variant {
  readonly name: string
  readonly openDelay: number
  readonly loadDelay: number
  readonly cycles?: 'report' | 'refuse'
}

const variants: readonly Variant[] = [
  { name: 'Eval', openDelay: 0, loadDelay: 0 },
  { name: 'Open', openDelay: 10, loadDelay: 0 },
  { name: 'EnvLoad', openDelay: 0, loadDelay: 10 },
  { name: 'All', openDelay: 10, loadDelay: 10 },
  { name: 'Eval, cycles refused', openDelay: 0, loadDelay: 0, cycles: 'refuse' },
  { name: 'All, cycles refused', openDelay: 10, loadDelay: 10, cycles: 'refuse' },
]

const folder = new URL('../../shared/conformance/eval/bench/', import.meta.url)

function sources(): ReadonlyMap<string, Uint8Array> {
  if (!existsSync(folder)) {
    console.error('the shared benchmark case is not there; the same shape is made instead')
    return madeSources()
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return new Map(files.map((file) => [file.replace(/\.yaml$/, ''), readFileSync(new URL(file, folder))]))
}

function madeSources(): ReadonlyMap<string, Uint8Array> {
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i))
  const imports = letters.map((letter) => `  - ${letter}\n`).join('')
  const delays = '    - fn::open::bench: {}\n'.repeat(10)
  const made = new Map([['env', Buffer.from(`imports:\n${imports}values:\n  delays:\n${delays}`)]])
  for (const letter of letters) {
    const text = `values:
  env_${letter}:
    token:
      fn::secret:
        ciphertext: ZXNjeAAAAAHo9e705fKyKo30VQ==
  environmentVariables:
    env_${letter}: \${env_${letter}.token}
  pulumiConfig:
    env_${letter}::token: \${env_${letter}.token}
`
    made.set(letter, Buffer.from(text))
  }
  return made
}

// The compiler has seen all of it by then: what counts is a server that has been up for a minute.
const warmUp = 1000

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function iteration(
  files: ReadonlyMap<string, Uint8Array>,
  { openDelay, loadDelay, cycles = 'report' }: Variant,
): Promise<void> {
  const host: EvaluationHost = {
    providers: testProviders(openDelay),
    crypter: rot128,
    context: testContext,
    cycles,
    loader: {
      load: async (name) => {
        if (loadDelay > 0) await wait(loadDelay)
        const source = files.get(name)
        if (source === undefined) throw new Error(`no environment ${name}`)
        return { source, crypter: rot128 }
      },
    },
  }
  const { definition, diagnostics } = loadDefinition('bench', files.get('env')!)
  const evaluation = await openEnvironment('bench', definition, host)
  const findings = [...diagnostics, ...evaluation.diagnostics]
  if (findings.length > 0) throw new Error(`the case has diagnostics: ${findings[0]!.summary}`)
}

async function measure(files: ReadonlyMap<string, Uint8Array>, variant: Variant, runs: number): Promise<Row> {
  for (let i = 0; i < (variant.openDelay + variant.loadDelay > 0 ? 20 : warmUp); i++)
    await iteration(files, variant)
  const times: number[] = []
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    await iteration(files, variant)
    times.push(performance.now() - start)
  }
  return summarize(variant.name, times)
}

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '100' } },
  strict: false,
})
const runs = Math.max(1, Number(options.runs) || 100)
const files = sources()
const rows: Row[] = []
for (const variant of variants) rows.push(await measure(files, variant, runs))
report('How long does it take to open an environment with 26 imports and 10 opens?', rows)

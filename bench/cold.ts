// How long until a fresh process has evaluated a small definition, next to the runtime's own start? Against the shipped library:
// run `node tools/build.mjs` first. Processor time is the figure to compare on a machine that does other work.
//
// node bench/cold.ts [--json]
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { report, summarize } from './report.ts'

const bundle = fileURLToPath(new URL('../dist/eval.js', import.meta.url))
if (!existsSync(bundle)) {
  console.error('error: dist/eval.js is not there; run `node tools/build.mjs` first')
  process.exit(1)
}

const evaluates = `
import { loadDefinition, openEnvironment } from ${JSON.stringify(bundle)}
const text = 'values:\\n  aws:\\n    login:\\n      fn::open::aws-login:\\n        oidc: {roleArn: "arn:aws:iam::123456789012:role/deployer", sessionName: environments-session}\\n'
const trace = { def: { environment: '', begin: { line: 0, column: 0, byte: 0 }, end: { line: 0, column: 0, byte: 0 } } }
const { definition } = loadDefinition('acme/env', Buffer.from(text))
const provider = { inputs: true, outputs: true, open: async () => ({ value: {}, secret: true, trace }) }
const { diagnostics } = await openEnvironment('acme/env', definition, {
  providers: { provider: async () => provider, rotator: async () => { throw new Error('none') } },
  crypter: { encrypt: async (x) => x, decrypt: async (x) => x },
  context: {},
  loader: { load: async () => { throw new Error('none') } },
})
if (diagnostics.length > 0) throw new Error(diagnostics[0].summary)
`

const tellsProcessorTime = `
process.once('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  process.stdout.write(String((userCPUTime + systemCPUTime) / 1000))
})
`
const cases: readonly (readonly [string, string])[] = [
  ['the runtime alone', ''],
  ['load and evaluate', evaluates],
]
const samples = new Map<string, number[]>(cases.map(([name]) => [name, []]))
const processorMs = new Map<string, number>(cases.map(([name]) => [name, Number.POSITIVE_INFINITY]))
for (let round = 0; round < 31; round++) {
  for (const [name, script] of cases) {
    const start = performance.now()
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', tellsProcessorTime + script],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(stderr)
    samples.get(name)!.push(performance.now() - start)
    processorMs.set(name, Math.min(processorMs.get(name)!, Number(stdout)))
  }
}
const rows = [...samples].map(([name, times]) => summarize(name, times))
report('How long until a fresh process has evaluated a small definition?', rows)
if (!process.argv.includes('--json')) {
  const [alone, both] = rows
  const [processorAlone, processorBoth] = [...processorMs.values()]
  console.log(`beyond the runtime: ${(both!.medianMs - alone!.medianMs).toFixed(1)} ms`)
  console.log(`of processor time, least of each: ${(processorBoth! - processorAlone!).toFixed(1)} ms`)
}

// `npm run fuzz -- [parser|expressions|edits|evaluator] [--count N] [--seed N] [--full]`: random inputs of the right shape, whole and broken.
// Without a count as many as R-38 wants of a quick run; a finding prints the seed that makes it again (`--seed S --count 1`).
import { parseArgs } from 'node:util'
import { fuzz } from './run.ts'
import { targets } from './targets.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, seed: { type: 'string' }, full: { type: 'boolean', default: false } },
})
const wanted = positionals.length === 0 ? targets : targets.filter(({ name }) => positionals.includes(name))
if (wanted.length === 0)
  throw new Error(`no such target; there are ${targets.map(({ name }) => name).join(', ')}`)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
let failed = 0
for (const target of wanted) {
  const count = Number(values.count ?? (values.full ? target.full : target.quick))
  const before = process.memoryUsage().heapUsed
  const { findings, slowestMilliseconds } = await fuzz(target, count, seed)
  const grown = (process.memoryUsage().heapUsed - before) / 1024 ** 2
  for (const finding of findings.slice(0, 20))
    console.log(`${finding.target} --seed ${finding.seed}: ${finding.what}\n  ${finding.input}`)
  console.log(
    `${target.name}: ${count} inputs from seed ${seed}, ${findings.length} findings, slowest ${slowestMilliseconds.toFixed(0)} ms, heap +${grown.toFixed(0)} MiB`,
  )
  failed += findings.length
}
process.exitCode = failed > 0 ? 1 : 0

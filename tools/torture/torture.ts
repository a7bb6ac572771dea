// `npm run torture -- --kills 200 [--store sqlite|postgres] [--replicas 3] [--seed N] [--sabotage]`: kills servers under load and proves that
// nothing acknowledged is lost. With `--sabotage` the servers lie, and the run passes when that is found out.
import { parseArgs } from 'node:util'
import { torture } from './run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    store: { type: 'string', default: 'sqlite' },
    replicas: { type: 'string' },
    seed: { type: 'string' },
    sabotage: { type: 'boolean', default: false },
  },
})
const store = values.store === 'postgres' ? 'postgres' : 'sqlite'
const replicas = Number(values.replicas ?? (store === 'postgres' ? 3 : 1))
if (store === 'sqlite' && replicas > 1)
  throw new Error('one SQLite file has one server: use --store postgres')
const seed = Number(values.seed ?? Date.now() % 1_000_000)
console.log(`seed ${seed}; repeat with --seed ${seed}`)
const started = performance.now()
const findings = await torture({
  kills: Number(values.kills),
  store,
  replicas,
  seed,
  sabotage: values.sabotage,
  longestMilliseconds: 600,
  progress: (line) => console.log(line),
})
const { recoveryMilliseconds: times } = findings
const p99 = times[Math.min(times.length - 1, Math.floor(times.length * 0.99))] ?? 0
console.log(
  [
    `store                ${store}, ${replicas} server${replicas === 1 ? '' : 's'}`,
    `kills                ${findings.kills}`,
    `acknowledged writes  ${findings.acknowledged}`,
    `unknown writes       ${findings.unknown}`,
    `lost                 ${findings.lost.length}`,
    `torn                 ${findings.torn.length}`,
    `recovery time p99    ${Math.round(p99)} ms`,
    `duration             ${Math.round((performance.now() - started) / 1000)} s`,
  ].join('\n'),
)
for (const finding of [...findings.lost, ...findings.torn].slice(0, 20)) console.log(`  ${finding}`)
const broken = findings.lost.length + findings.torn.length > 0
if (values.sabotage) {
  console.log(broken ? 'the sabotage was found out' : 'FAILED: the sabotage was not found out')
}
process.exitCode = broken === values.sabotage && p99 <= 5000 ? 0 : 1

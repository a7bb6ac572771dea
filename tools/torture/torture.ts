// `npm run torture -- --kills 200 [--store sqlite|postgres] [--replicas 3] [--seed N] [--faults all|kill,freeze,…] [--sabotage FILE]`: kills
// servers under load, freezes them, cuts and restarts their database, and proves that nothing acknowledged is lost. With
// `--sabotage sabotage.ts|no-sync.ts|late-audit.ts` the servers lie, and the run passes when that is found out.
// `--upgrade` replaces every server under load by one of the next version, and puts it back; with `--previous FOLDER` an earlier version
// that is installed there is replaced by this one. `--power-cuts N` cuts the power at N places of a trace instead (SQLite).
// `--standby` gives the servers a PostgreSQL with a synchronous standby: primaries die, standbys take over, networks fail;
// `--drill` makes backups under load, restores them, and looks at what they hold.
// `--rounds N --pause SECONDS --faults primary-kill,pause,…` choose. `--mutations N` alters N things of a store under a server.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDatabase } from '../database.ts'
import type { Asked } from './asking.ts'
import { drill } from './drill.ts'
import { failovers, failures } from './failover.ts'
import { type Fault, faultsOf } from './faults.ts'
import { alterThings } from './mutations.ts'
import { cutPower } from './power-loss.ts'
import { torture } from './run.ts'
import { whyNoTracer } from './tracer.ts'
import { upgrade } from './upgrade.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    store: { type: 'string', default: 'sqlite' },
    replicas: { type: 'string' },
    seed: { type: 'string' },
    faults: { type: 'string', default: 'all' },
    sabotage: { type: 'string' },
    'power-cuts': { type: 'string' },
    upgrade: { type: 'boolean', default: false },
    previous: { type: 'string' },
    mutations: { type: 'string' },
    drill: { type: 'boolean', default: false },
    standby: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    pause: { type: 'string', default: '60' },
  },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000)
console.log(`seed ${seed}; repeat with --seed ${seed}`)
process.exitCode =
  values.mutations !== undefined
    ? await alter(Number(values.mutations))
    : values.drill
      ? await drilled()
      : values.standby
        ? await failOver()
        : values.upgrade
          ? await roll()
          : values['power-cuts'] === undefined
            ? await kill()
            : await cut(Number(values['power-cuts']))

async function kill(): Promise<number> {
  const store = values.store === 'postgres' ? 'postgres' : 'sqlite'
  const replicas = Number(values.replicas ?? (store === 'postgres' ? 3 : 1))
  if (store === 'sqlite' && replicas > 1)
    throw new Error('one SQLite file has one server: use --store postgres')
  const started = performance.now()
  const findings = await torture({
    kills: Number(values.kills),
    store,
    replicas,
    seed,
    sabotage: values.sabotage,
    faults: chosenFaults(store, values.faults),
    longestMilliseconds: 600,
    longestFreezeMilliseconds: 10_000,
    progress: (line) => console.log(line),
  })
  console.log(
    [
      `store                ${store}, ${replicas} server${replicas === 1 ? '' : 's'}`,
      `faults               ${findings.kills}`,
      `acknowledged writes  ${findings.acknowledged}`,
      `unknown writes       ${findings.unknown}`,
      `lost                 ${findings.lost.length}`,
      `torn                 ${findings.torn.length}`,
      ...callRows(findings.calls),
      `duration             ${Math.round((performance.now() - started) / 1000)} s`,
      '',
      'until it writes again    times    p50 ms    p99 ms',
      ...[...findings.recoveryMilliseconds].map(([fault, times]) => row(fault, times)),
      row('process to listening', ascending(findings.starts.map(({ listening }) => listening))),
      row('process to ready', ascending(findings.starts.map(({ ready }) => ready))),
    ].join('\n'),
  )
  for (const finding of [...findings.lost, ...findings.torn].slice(0, 20)) console.log(`  ${finding}`)
  const slow = [...findings.recoveryMilliseconds.values()].some((times) => at(times, 0.99) > 5000)
  if (slow) console.log('FAILED: recovery took longer than 5 s')
  const few = replicas > 1 && faultsAreOfServers(values.faults) && tooFew(findings.calls)
  if (few) console.log('FAILED: fewer than 99 % of calls were answered at once, or 99.9 % in the end')
  return verdict(findings.lost.length + findings.torn.length > 0) === 0 && !slow && !few ? 0 : 1
}

function callRows({ asked, atOnce, answered }: Asked): readonly string[] {
  const share = (count: number) => `${count} (${((100 * count) / Math.max(1, asked)).toFixed(2)} %)`
  return [
    `reads and opens      ${asked}`,
    `answered at once     ${share(atOnce)}`,
    `answered             ${share(answered)}`,
  ]
}

/** Others are left to answer when one server dies; none is when the database does. */
function faultsAreOfServers(text: string): boolean {
  return text.split(',').every((name) => ['kill', 'freeze', 'kill-start'].includes(name))
}

function tooFew({ asked, atOnce, answered }: Asked): boolean {
  return atOnce < 0.99 * asked || answered < 0.999 * asked
}

function chosenFaults(store: 'sqlite' | 'postgres', text: string): readonly Fault[] {
  const possible = faultsOf(store)
  if (text === 'all') return possible
  return text.split(',').map((name) => named(possible, name, store))
}

async function failOver(): Promise<number> {
  const chosen =
    values.faults === 'all'
      ? failures
      : values.faults.split(',').map((name) => named(failures, name, '--standby'))
  const findings = await failovers({
    replicas: Number(values.replicas ?? 3),
    seed,
    rounds: Number(values.rounds ?? chosen.length),
    failures: chosen,
    pauseMilliseconds: 1_000 * Number(values.pause),
    progress: (line) => console.log(line),
  })
  const { watch } = findings
  const answers = [...watch.answers].map(([status, count]) => `${count} x ${status || 'none'}`)
  console.log(
    [
      `acknowledged writes  ${findings.acknowledged}`,
      `lost                 ${findings.lost.length}`,
      `torn                 ${findings.torn.length}`,
      `reads                ${answers.join(', ')}`,
      `longest refusal      ${Math.round(watch.longestRefusalMilliseconds())} ms`,
      `key documents        ${watch.documents.asked}, the slowest ${Math.round(watch.documents.longestMilliseconds)} ms`,
      '',
      'until all write again    times    p50 ms    p99 ms',
      ...[...findings.resumedMilliseconds].map(([failure, times]) => row(failure, ascending(times))),
    ].join('\n'),
  )
  for (const finding of [...findings.lost, ...findings.torn].slice(0, 20)) console.log(`  ${finding}`)
  const slow = [...findings.resumedMilliseconds.values()].flat().some((time) => time > 30_000)
  return findings.lost.length + findings.torn.length === 0 && !slow ? 0 : 1
}

function named<Name extends string>(possible: readonly Name[], name: string, what: string): Name {
  const found = possible.find((one) => one === name)
  if (found !== undefined) return found
  throw new Error(`--faults: \`${name}\` is none of ${possible.join(', ')} that ${what} can have`)
}

async function roll(): Promise<number> {
  const store = values.store === 'postgres' ? 'postgres' : 'sqlite'
  const findings = await upgrade({
    store,
    replicas: store === 'sqlite' ? 1 : Number(values.replicas ?? 3),
    seed,
    previous: values.previous,
    betweenMilliseconds: 10_000,
    progress: (line) => console.log(line),
  })
  console.log(
    [
      `acknowledged writes  ${findings.acknowledged}`,
      `lost                 ${findings.lost.length}`,
      `torn                 ${findings.torn.length}`,
      ...callRows(findings),
      `way back             ${findings.noWayBack ?? 'taken'}`,
    ].join('\n'),
  )
  for (const finding of [...findings.lost, ...findings.torn].slice(0, 20)) console.log(`  ${finding}`)
  return verdict(findings.lost.length + findings.torn.length > 0)
}

async function drilled(): Promise<number> {
  const findings = await drill({ backups: Number(values.rounds ?? 5), seed, betweenMilliseconds: 5_000 })
  const { wrong, backupMilliseconds, restoreMilliseconds, ...counts } = findings
  for (const [name, value] of Object.entries({ ...counts, wrong: wrong.length }))
    console.log(`${name.padEnd(20)} ${value}`)
  console.log(row('backup, ms', ascending(backupMilliseconds)))
  console.log(row('restore, ms', ascending(restoreMilliseconds)))
  for (const finding of wrong.slice(0, 20)) console.log(`  ${finding}`)
  return wrong.length === 0 ? 0 : 1
}

async function alter(count: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-mutations-'))
  const database = values.store === 'postgres' ? await startDatabase() : null
  try {
    const url = await database?.create()
    const findings = await alterThings({
      count,
      seed,
      folder,
      ...(url === undefined ? {} : { url }),
      progress: (line) => console.log(line),
    })
    const { wrong, ...counts } = findings
    for (const [name, value] of Object.entries({ store: values.store, ...counts, wrong: wrong.length }))
      console.log(`${name.padEnd(20)} ${value}`)
    for (const finding of wrong.slice(0, 20)) console.log(`  ${finding}`)
    return wrong.length === 0 ? 0 : 1
  } finally {
    await database?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function cut(cuts: number): Promise<number> {
  const reason = whyNoTracer()
  if (reason !== null) throw new Error(`this machine traces no processes: ${reason}`)
  const { sabotage } = values
  const findings = await cutPower({ saves: 60, cuts, seed, ...(sabotage === undefined ? {} : { sabotage }) })
  const { lost, ...counts } = findings
  for (const [name, count] of Object.entries({ ...counts, lost: lost.length }))
    console.log(`${name.padEnd(20)} ${count}`)
  for (const finding of lost.slice(0, 20)) console.log(`  ${finding}`)
  return verdict(lost.length + findings.early > 0)
}

function verdict(broken: boolean): number {
  if (values.sabotage !== undefined)
    console.log(broken ? 'the sabotage was found out' : 'FAILED: the sabotage was not found out')
  return broken === (values.sabotage !== undefined) ? 0 : 1
}

function ascending(times: readonly number[]): readonly number[] {
  return [...times].sort((a, b) => a - b)
}

function at(times: readonly number[], share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
}

function row(name: string, times: readonly number[]): string {
  const cell = (value: number) => String(Math.round(value)).padStart(9)
  return `${name.padEnd(22)}${cell(times.length)}${cell(at(times, 0.5))} ${cell(at(times, 0.99))}`
}

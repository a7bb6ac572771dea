// One run: start, work, kill, start again, check; as often as asked.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, startDatabase } from '../database.ts'
import { freePort } from '../demo/process.ts'
import { type Asked, ask } from './asking.ts'
import { check, freshTrail } from './checker.ts'
import { type Fault, strike } from './faults.ts'
import { History } from './history.ts'
import { type StartTimes, TorturedServer } from './servers.ts'
import { type Client, seeded, send, work } from './workload.ts'

export interface Plan {
  readonly kills: number
  readonly store: 'sqlite' | 'postgres'
  readonly replicas: number
  readonly seed: number
  /** A file of this folder that is loaded into the servers: `sabotage.ts`, `no-sync.ts`, `late-audit.ts`. */
  readonly sabotage?: string | undefined
  /** What befalls the servers, one after another by chance; kills and deaths at the start when absent. */
  readonly faults?: readonly Fault[]
  readonly longestFreezeMilliseconds?: number
  /** The longest time between start and kill. */
  readonly longestMilliseconds: number
  readonly progress: (line: string) => void
}

export interface Findings {
  readonly kills: number
  readonly acknowledged: number
  readonly unknown: number
  readonly lost: readonly string[]
  readonly torn: readonly string[]
  /** Reads and opens through all faults. */
  readonly calls: Asked
  /** From the start of a process, or the end of a fault, until the server is ready and writes; by fault, ascending. */
  readonly recoveryMilliseconds: ReadonlyMap<Fault, readonly number[]>
  readonly starts: readonly StartTimes[]
}

const writers = 4

/** Kills servers under load and gives what the checker found. Stops early when something was lost. */
export async function torture(plan: Plan): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-torture-'))
  const history = new History(join(folder, 'history.jsonl'))
  let database: Database | null = null
  const servers: TorturedServer[] = []
  try {
    if (plan.store === 'postgres') database = await startDatabase()
    const url = await database?.create()
    for (let index = 0; index < plan.replicas; index += 1) {
      const { sabotage } = plan
      servers.push(new TorturedServer({ folder, port: await freePort(), database: url, sabotage }))
    }
    return await rounds(plan, servers, history, database)
  } finally {
    for (const server of servers) await server.end('SIGKILL')
    await database?.stop()
    history.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function rounds(
  plan: Plan,
  servers: readonly TorturedServer[],
  history: History,
  database: Database | null,
): Promise<Findings> {
  const random = seeded(plan.seed)
  const faults = plan.faults ?? ['kill', 'kill', 'kill', 'kill', 'kill-start']
  const recoveryMilliseconds = new Map<Fault, number[]>()
  const starts: StartTimes[] = []
  const lost: string[] = []
  const torn: string[] = []
  const seen = new Map<string, string>()
  const trail = freshTrail()
  // The first start makes key and token; the others find them.
  for (const server of servers) await server.start()
  const [first] = servers
  const client: Client = { urls: servers.map(({ url }) => url), token: (await first?.token()) ?? '' }
  for (const name of ['shared', 'probe', ...Array.from({ length: writers }, (_, index) => `env-${index}`)]) {
    const body = JSON.stringify({ project: 'torture', name })
    const made = await send(client, client.urls[0] ?? '', '/acme', { method: 'POST', body })
    if (made?.status !== 204) throw new Error(`cannot create ${name}: ${made?.status} ${made?.text}`)
  }
  const calls: Asked = { asked: 0, atOnce: 0, answered: 0 }
  let kills = 0
  while (kills < plan.kills && lost.length + torn.length === 0) {
    let stop = false
    const stopped = () => stop
    const working = Promise.all([
      work({ client, history, random, round: kills, writers, stopped }),
      ask(client, random, calls, stopped),
      ask(client, random, calls, stopped),
    ])
    // A death before anything was acknowledged would prove nothing.
    const before = history.acknowledged
    while (history.acknowledged === before) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, random() * plan.longestMilliseconds))
    const victim = servers[Math.floor(random() * servers.length)]
    if (victim === undefined) break
    const fault = faults[Math.floor(random() * faults.length)] ?? 'kill'
    await strike(fault, victim, database, random, plan.longestFreezeMilliseconds ?? 2000)
    kills += fault === 'kill-start' ? 2 : 1
    const struck = performance.now()
    // A process that fell over for a fault it should have outlived is a finding, even though it recovers.
    const fell = !victim.runs && (fault === 'freeze' || fault === 'cut' || fault.startsWith('database'))
    if (fell) torn.push(`a server ended by \`${fault}\`: ${victim.output.slice(-300)}`)
    if (!victim.runs) starts.push(await victim.start())
    await untilItWrites(client, victim.url, struck + 30_000)
    const taken = recoveryMilliseconds.get(fault) ?? []
    recoveryMilliseconds.set(fault, [...taken, performance.now() - struck])
    stop = true
    await working
    const verdict = await check(client, history, seen, trail)
    lost.push(...verdict.lost)
    torn.push(...verdict.torn)
    if (kills % 20 < 2) plan.progress(`${kills} kills, ${history.acknowledged} acknowledged writes`)
  }
  // What was followed piece by piece is followed once more from its start.
  torn.push(...(await check(client, history, new Map(), freshTrail())).torn)
  for (const taken of recoveryMilliseconds.values()) taken.sort((a, b) => a - b)
  const unknown = history.saves.filter(({ outcome }) => outcome === 'unknown').length
  return {
    kills,
    acknowledged: history.acknowledged,
    unknown,
    lost,
    torn,
    calls,
    recoveryMilliseconds,
    starts,
  }
}

/** Waits until a server takes a write. */
async function untilItWrites(client: Client, url: string, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const answer = await send(client, url, '/acme/torture/probe', { method: 'PATCH', body: 'values: {}\n' })
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('no write within 30 s')
}

// One run: start, work, kill, start again, check; as often as asked.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, startDatabase } from '../database.ts'
import { freePort } from '../demo/process.ts'
import { check } from './checker.ts'
import { History } from './history.ts'
import { TorturedServer } from './servers.ts'
import { type Client, seeded, send, work } from './workload.ts'

export interface Plan {
  readonly kills: number
  readonly store: 'sqlite' | 'postgres'
  readonly replicas: number
  readonly seed: number
  readonly sabotage: boolean
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
  /** From the start of a process until it is ready, ascending. */
  readonly recoveryMilliseconds: readonly number[]
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
      const sabotage = plan.sabotage ? 'sabotage.ts' : undefined
      servers.push(new TorturedServer({ folder, port: await freePort(), database: url, sabotage }))
    }
    return await rounds(plan, servers, history)
  } finally {
    for (const server of servers) await server.end('SIGKILL')
    await database?.stop()
    history.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function rounds(plan: Plan, servers: readonly TorturedServer[], history: History): Promise<Findings> {
  const random = seeded(plan.seed)
  const recoveryMilliseconds: number[] = []
  const lost: string[] = []
  const torn: string[] = []
  const seen = new Map<string, string>()
  const trail = { sequence: 0, hash: '' }
  // The first start makes key and token; the others find them.
  for (const server of servers) await server.start()
  const [first] = servers
  const client: Client = { urls: servers.map(({ url }) => url), token: (await first?.token()) ?? '' }
  for (const name of ['shared', ...Array.from({ length: writers }, (_, index) => `env-${index}`)]) {
    const body = JSON.stringify({ project: 'torture', name })
    const made = await send(client, client.urls[0] ?? '', '/acme', { method: 'POST', body })
    if (made?.status !== 204) throw new Error(`cannot create ${name}: ${made?.status} ${made?.text}`)
  }
  let kills = 0
  while (kills < plan.kills && lost.length + torn.length === 0) {
    let stop = false
    const working = work({ client, history, random, round: kills, writers, stopped: () => stop })
    // A death before anything was acknowledged would prove nothing.
    const before = history.acknowledged
    while (history.acknowledged === before) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, random() * plan.longestMilliseconds))
    const victim = servers[Math.floor(random() * servers.length)]
    if (victim === undefined) break
    await victim.end('SIGKILL')
    kills += 1
    // Some deaths come during the next start itself.
    if (random() < 0.2) {
      const starting = victim.start().catch(() => null)
      await new Promise((resolve) => setTimeout(resolve, random() * 500))
      await victim.end('SIGKILL')
      await starting
      kills += 1
    }
    stop = true
    await working
    const times = await victim.start()
    if (times.ready > 2500) plan.progress(`slow: ${JSON.stringify(times)}`)
    recoveryMilliseconds.push(times.ready)
    const verdict = await check(client, history, seen, trail)
    lost.push(...verdict.lost)
    torn.push(...verdict.torn)
    if (kills % 20 < 2) plan.progress(`${kills} kills, ${history.acknowledged} acknowledged writes`)
  }
  // What was followed piece by piece is followed once more from its start.
  torn.push(...(await check(client, history, new Map(), { sequence: 0, hash: '' })).torn)
  recoveryMilliseconds.sort((a, b) => a - b)
  const unknown = history.saves.filter(({ outcome }) => outcome === 'unknown').length
  return { kills, acknowledged: history.acknowledged, unknown, lost, torn, recoveryMilliseconds }
}

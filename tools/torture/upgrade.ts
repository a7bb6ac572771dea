// A rolling upgrade under load, and the way back: servers are replaced one after another by the next version's, then by their own again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, startDatabase } from '../database.ts'
import { freePort } from '../demo/process.ts'
import { ask } from './asking.ts'
import { check, freshTrail } from './checker.ts'
import { History } from './history.ts'
import { buildNextVersion } from './next-version.ts'
import { TorturedServer } from './servers.ts'
import { type Client, seeded, send, work } from './workload.ts'

export interface UpgradePlan {
  readonly store: 'sqlite' | 'postgres'
  readonly replicas: number
  readonly seed: number
  /** The folder where an earlier version is installed and built, which this one then follows. Absent: this one, followed by a next one (`next-version.ts`). */
  readonly previous?: string | undefined
  /** The folder where the next version was built. Absent: it is built. */
  readonly next?: string | undefined
  /** How long the load goes on between two replacements. */
  readonly betweenMilliseconds: number
  readonly progress: (line: string) => void
}

export interface UpgradeFindings {
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly torn: readonly string[]
  /** Reads and opens: how many, how many worked at the first try, and how many with up to five more, elsewhere. */
  readonly asked: number
  readonly atOnce: number
  readonly answered: number
  /** Why the earlier version could not come back; null when it did. */
  readonly noWayBack: string | null
}

/** Replaces every server and puts it back, under load, and gives what clients and checker saw. */
export async function upgrade(plan: UpgradePlan): Promise<UpgradeFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-upgrade-'))
  const history = new History(join(folder, 'history.jsonl'))
  const servers: { readonly earlier: TorturedServer; readonly later: TorturedServer }[] = []
  let database: Database | null = null
  try {
    const next = plan.previous === undefined ? (plan.next ?? join(folder, 'next')) : undefined
    if (next !== undefined && plan.next === undefined) buildNextVersion(next)
    if (plan.store === 'postgres') database = await startDatabase()
    const url = await database?.create()
    for (let index = 0; index < plan.replicas; index += 1) {
      const both = { folder, port: await freePort(), database: url }
      servers.push({
        earlier: new TorturedServer({ ...both, version: plan.previous }),
        later: new TorturedServer({ ...both, version: next }),
      })
    }
    return await roll(plan, servers, history)
  } finally {
    for (const { earlier, later } of servers)
      await Promise.all([earlier.end('SIGKILL'), later.end('SIGKILL')])
    await database?.stop()
    history.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function roll(
  plan: UpgradePlan,
  servers: readonly { readonly earlier: TorturedServer; readonly later: TorturedServer }[],
  history: History,
): Promise<UpgradeFindings> {
  const random = seeded(plan.seed)
  for (const { earlier } of servers) await earlier.start()
  const urls = servers.map(({ earlier }) => earlier.url)
  const client: Client = { urls, token: (await servers[0]?.earlier.token()) ?? '' }
  for (const name of ['shared', 'env-0', 'env-1']) {
    const body = JSON.stringify({ project: 'torture', name })
    const made = await send(client, urls[0] ?? '', '/acme', { method: 'POST', body })
    if (made?.status !== 204) throw new Error(`cannot create ${name}: ${made?.status} ${made?.text}`)
  }
  let stop = false
  const stopped = () => stop
  const working = work({ client, history, random, round: 0, writers: 2, stopped })
  const counts = { asked: 0, atOnce: 0, answered: 0 }
  const asking = Promise.all([ask(client, random, counts, stopped), ask(client, random, counts, stopped)])
  let noWayBack: string | null = null
  try {
    for (const { earlier, later } of servers) {
      await sleep(plan.betweenMilliseconds)
      await earlier.end('SIGTERM')
      await later.start()
      plan.progress('a server of the later version serves')
    }
    for (const { earlier, later } of servers) {
      await sleep(plan.betweenMilliseconds)
      await later.end('SIGTERM')
      noWayBack ??= await earlier.start().then(
        () => null,
        (error: Error) => error.message,
      )
      if (noWayBack !== null) await later.start()
      plan.progress(noWayBack ?? 'a server of the earlier version serves again')
    }
    await sleep(plan.betweenMilliseconds)
  } finally {
    stop = true
    await Promise.all([working, asking])
  }
  const { lost, torn } = await check(client, history, new Map(), freshTrail())
  return { acknowledged: history.acknowledged, lost, torn, ...counts, noWayBack }
}

// Failovers of a database with a synchronous standby, and networks that fail between servers and database.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { changeLock } from '../../src/store/postgres/locks.ts'
import { freePort } from '../demo/process.ts'
import { check, freshTrail } from './checker.ts'
import { History } from './history.ts'
import { Network } from './network.ts'
import { Pair } from './pair.ts'
import { TorturedServer } from './servers.ts'
import { type Watch, watchGap } from './watch.ts'
import { type Client, seeded, send, work } from './workload.ts'

/** What befalls the database or the way to it; those that end with a promotion first. */
export const failures = [
  'primary-kill',
  'primary-cut',
  'primary-freeze',
  'lead-astray',
  'reset',
  'half-open',
  'slow',
  'pause',
  'standby-freeze',
  'idle-in-transaction',
] as const
export type Failure = (typeof failures)[number]

export interface FailoverPlan {
  /** The database servers; some of its own when absent. */
  readonly pair?: Pair
  readonly replicas: number
  readonly seed: number
  readonly rounds: number
  readonly failures: readonly Failure[]
  /** How long a pause takes, and a standby or a transaction holds writes up. */
  readonly pauseMilliseconds: number
  readonly progress: (line: string) => void
}

export interface FailoverFindings {
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly torn: readonly string[]
  /** By failure: from the promotion, or the end of the failure, until every server takes a write again. */
  readonly resumedMilliseconds: ReadonlyMap<Failure, readonly number[]>
  readonly watch: Watch
}

const writers = 4
const longestMilliseconds = 30_000
/** After so long without its database a server serves nothing. */
const lostMilliseconds = 5_000

/** Brings the failures about under load, one after another, and gives what clients and checker saw. */
export async function failovers(plan: FailoverPlan): Promise<FailoverFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-failover-'))
  const history = new History(join(folder, 'history.jsonl'))
  const pair = plan.pair ?? (await Pair.start())
  const ways = new Ways(pair.primaryPort, pair.standbyPort)
  const servers: TorturedServer[] = []
  try {
    const database = pair.url(...(await ways.listen()))
    for (let index = 0; index < plan.replicas; index += 1)
      servers.push(new TorturedServer({ folder, port: await freePort(), database }))
    return await rounds(plan, servers, history, pair, ways)
  } finally {
    for (const server of servers) await server.end('SIGKILL')
    await ways.close()
    if (plan.pair === undefined) await pair.stop()
    history.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The network between the servers and the two hosts. */
class Ways {
  readonly #ways: readonly (readonly [port: number, network: Network])[]
  constructor(...ports: readonly number[]) {
    this.#ways = ports.map((port) => [port, new Network(port)])
  }

  async listen(): Promise<readonly number[]> {
    return await Promise.all(this.#ways.map(([, network]) => network.listen()))
  }

  to(port: number): Network {
    const found = this.#ways.find(([one]) => one === port)
    if (found === undefined) throw new Error(`no way leads to ${port}`)
    return found[1]
  }

  async close(): Promise<void> {
    await Promise.all(this.#ways.map(([, network]) => network.close()))
  }
}

async function rounds(
  plan: FailoverPlan,
  servers: readonly TorturedServer[],
  history: History,
  pair: Pair,
  ways: Ways,
): Promise<FailoverFindings> {
  const random = seeded(plan.seed)
  for (const server of servers) await server.start()
  const client: Client = { urls: servers.map(({ url }) => url), token: (await servers[0]?.token()) ?? '' }
  for (const name of ['shared', 'probe', ...Array.from({ length: writers }, (_, index) => `env-${index}`)]) {
    const body = JSON.stringify({ project: 'torture', name })
    const made = await send(client, client.urls[0] ?? '', '/acme', { method: 'POST', body })
    if (made?.status !== 204) throw new Error(`cannot create ${name}: ${made?.status} ${made?.text}`)
  }
  const resumed = new Map<Failure, number[]>()
  const lost: string[] = []
  const torn: string[] = []
  const seen = new Map<string, string>()
  const trail = freshTrail()
  const watch = watchGap(client)
  for (let round = 0; round < plan.rounds && lost.length + torn.length === 0; round += 1) {
    let stop = false
    const working = work({ client, history, random, round, writers, stopped: () => stop })
    const before = history.acknowledged
    for (const deadline = performance.now() + longestMilliseconds; history.acknowledged < before + 3; ) {
      if (performance.now() > deadline) throw new Error('nothing is acknowledged')
      await sleep(5)
    }
    await sleep(random() * 300)
    const failure = plan.failures[round % plan.failures.length] ?? 'primary-kill'
    const makeGood = await bringAbout(failure, pair, ways, watch, plan.pauseMilliseconds)
    const over = performance.now()
    await Promise.all(client.urls.map((url) => untilItWrites(client, url, over + longestMilliseconds)))
    const taken = performance.now() - over
    resumed.set(failure, [...(resumed.get(failure) ?? []), taken])
    plan.progress(`${failure}: every server writes again after ${Math.round(taken)} ms`)
    if (round < plan.rounds - 1) await makeGood()
    stop = true
    await working
    for (const server of servers)
      if (!server.runs) torn.push(`a server ended by \`${failure}\`: ${server.output.slice(-300)}`)
    const verdict = await check(client, history, seen, trail)
    lost.push(...verdict.lost)
    torn.push(...verdict.torn)
  }
  await watch.stop()
  torn.push(...watch.wrong)
  return { acknowledged: history.acknowledged, lost, torn, resumedMilliseconds: resumed, watch }
}

type MakeGood = () => Promise<void>
const nothing: MakeGood = async () => {}

/** Resolves when there is a primary that can be reached and takes writes; gives what makes the pair whole again. */
async function bringAbout(
  failure: Failure,
  pair: Pair,
  ways: Ways,
  watch: Watch,
  pauseMilliseconds: number,
): Promise<MakeGood> {
  const attach = () => pair.attach()
  const way = ways.to(pair.primaryPort)
  switch (failure) {
    case 'primary-kill':
      await pair.killPrimary()
      await pair.promote()
      return attach
    case 'primary-cut':
    case 'primary-freeze':
      // Who was the primary lives on for a while beyond the network; without its standby it acknowledges nothing.
      if (failure === 'primary-cut') way.cut()
      else way.freeze()
      await sleep(200)
      await pair.promote()
      return async () => {
        await pair.attach()
        way.open()
      }
    case 'lead-astray':
      // The address leads to the other host before that is promoted.
      way.lead(pair.standbyPort)
      way.reset()
      await sleep(500)
      await pair.killPrimary()
      await pair.promote()
      return async () => {
        await pair.attach()
        way.lead(pair.standbyPort)
      }
    case 'reset':
      way.reset()
      return nothing
    case 'half-open':
      way.halfOpen()
      return nothing
    case 'slow':
      way.delay(300)
      await sleep(pauseMilliseconds / 4)
      way.delay(0)
      return nothing
    case 'pause': {
      way.freeze()
      await sleep(Math.min(pauseMilliseconds, lostMilliseconds))
      const before = watch.answers.get(200)
      await sleep(pauseMilliseconds - lostMilliseconds)
      if (watch.answers.get(200) !== before) watch.wrong.push('a server answered that had lost the database')
      way.open()
      return nothing
    }
    case 'standby-freeze': {
      const receiver = await pair.signalStandby('SIGSTOP')
      await sleep(pauseMilliseconds)
      await pair.signalStandby('SIGCONT', receiver)
      return nothing
    }
    case 'idle-in-transaction': {
      const session = await pair.session('primary', pair.name)
      await session.query(`begin; select pg_advisory_xact_lock(${changeLock})`)
      await sleep(pauseMilliseconds)
      await session.end()
      return nothing
    }
  }
}

/** Waits until a server takes a write. */
async function untilItWrites(client: Client, url: string, deadline: number): Promise<void> {
  for (;;) {
    const answer = await send(client, url, '/acme/torture/probe', { method: 'PATCH', body: 'values: {}\n' })
    if (answer?.status === 200) return
    if (performance.now() > deadline)
      throw new Error(`no write within 30 s: ${answer?.status} ${answer?.text.slice(0, 200)}`)
    await sleep(10)
  }
}

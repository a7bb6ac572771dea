// Mutations one after another under a real server in this process, and what came of each.
import { join } from 'node:path'
import { type ChainedEntry, chainVerifier } from '../../src/crypto/index.ts'
import { TrailMemory, verifySeals } from '../../src/service/index.ts'
import { type AuditEntry, openPostgresStore } from '../../src/store/index.ts'
import { createWorld, type World } from '../../tests/http/world.ts'
import {
  harmless,
  type Intruder,
  type Mutation,
  mutate,
  postgresIntruder,
  type Row,
  sqliteIntruder,
  tables,
  ways,
} from './mutate.ts'
import { seeded } from './workload.ts'

export interface MutationFindings {
  readonly mutations: number
  /** Refused by name where it was used. */
  refused: number
  /** Found by the scan or by verifying the trail. */
  found: number
  /** Columns that decide nothing, and everything is served as before. */
  harmless: number
  /** The database itself refused the change. */
  impossible: number
  /** Whole rows put back with their MAC, of which the trail does not say how they were last. */
  putBack: number
  /** One line for each that was served wrongly, not noticed, or harmed something else. */
  readonly wrong: string[]
}

const org = '/api/esc/environments/acme'

/** Alters `count` things of a store, at `folder` or in the database at `url`. */
export async function alterThings(options: {
  readonly count: number
  readonly seed: number
  readonly folder: string
  readonly url?: string
  readonly progress?: (line: string) => void
}): Promise<MutationFindings> {
  const { count, seed, folder, url, progress = () => {} } = options
  const path = join(folder, 'mutated.db')
  const store = url === undefined ? null : await openPostgresStore({ url, nowMs: () => Date.now() })
  const world = await createWorld(
    store === null ? {} : { wrapStore: () => store },
    {},
    store === null ? path : ':memory:',
  )
  const random = seeded(seed)
  const intruder = url === undefined ? sqliteIntruder(path) : await postgresIntruder(url)
  try {
    const earlier = await prepare(world, intruder)
    const session = await openOnce(world)
    const homes = new Map(
      (await intruder.rows('environments')).map(({ id, name }) => [String(id), String(name)]),
    )
    const findings: MutationFindings = {
      mutations: count,
      refused: 0,
      found: 0,
      harmless: 0,
      impossible: 0,
      putBack: 0,
      wrong: [],
    }
    const names = Object.keys(tables)
    for (let done = 0; done < count; ) {
      const table = names[Math.floor(random() * names.length)] ?? ''
      const way = ways[Math.floor(random() * ways.length)] ?? 'flip'
      const rows = await intruder.rows(table)
      const mutation = mutate(table, rows, earlier.get(table) ?? [], way, random)
      if (mutation === null) continue
      await tryOne({ world, intruder, session, homes }, mutation, findings)
      done += 1
      if (done % 500 === 0) progress(`${done} mutations, ${findings.wrong.length} wrong`)
    }
    return findings
  } finally {
    await intruder.close()
    await world.close()
  }
}

async function prepare(world: World, intruder: Intruder): Promise<ReadonlyMap<string, readonly Row[]>> {
  const call = async (request: string, body?: string | object) => {
    const answer = await world.call('ada', request, body === undefined ? {} : { body })
    if (answer.status >= 300) throw new Error(`${request}: ${answer.status} ${answer.text}`)
    return answer
  }
  for (const name of ['base', 'dev', 'other']) {
    await call(`POST ${org}`, { project: 'web', name })
    const imports = name === 'dev' ? 'imports: [web/base]\n' : ''
    for (const n of [1, 2])
      await call(
        `PATCH ${org}/web/${name}`,
        `${imports}values:\n  n: ${n}\n  ${name}:\n    fn::secret: hush-${name}-${n}\n`,
      )
    await call(`POST ${org}/web/${name}/versions/tags`, { name: 'prod', revision: 2 })
    await call(`POST ${org}/web/${name}/schedules`, { scheduleCron: '0 3 * * *', secretRotationRequest: {} })
  }
  await call('PUT /api/orgs/acme/members/ben', { role: 'member' })
  const earlier = new Map<string, readonly Row[]>()
  for (const table of Object.keys(tables)) earlier.set(table, await intruder.rows(table))
  for (const name of ['base', 'dev', 'other']) {
    await call(`PATCH ${org}/web/${name}/versions/tags/prod`, { revision: 3 })
    const imports = name === 'dev' ? 'imports: [web/base]\n' : ''
    await call(
      `PATCH ${org}/web/${name}`,
      `${imports}values:\n  n: 3\n  ${name}:\n    fn::secret: hush-${name}-3\n`,
    )
  }
  return earlier
}

async function openOnce(world: World): Promise<string> {
  return String((await world.call('ada', `POST ${org}/web/dev/open`)).json()['id'])
}

interface View {
  readonly of: string
  readonly status: number
  readonly text: string
}

/** What people see of the store: texts, values, tags, schedules, rights, a session that was opened before. */
async function look(world: World, session: string): Promise<readonly View[]> {
  const views: View[] = []
  const see = async (of: string, who: 'ada' | 'ben', request: string) => {
    const { status, text } = await world.call(who, request)
    views.push({ of, status, text })
  }
  for (const name of ['base', 'dev', 'other']) {
    const home = `${org}/web/${name}`
    await see(name, 'ada', `GET ${home}`)
    await see(name, 'ada', `GET ${home}/decrypt`)
    for (const number of [1, 2, 3]) await see(name, 'ada', `GET ${home}/versions/${number}/decrypt`)
    await see(name, 'ada', `GET ${home}/versions/tags/prod`)
    await see(name, 'ada', `GET ${home}/schedules`)
  }
  await see('dev', 'ada', `GET ${org}/web/dev/open/${session}`)
  const opened = await world.call('ada', `POST ${org}/web/dev/open`)
  if (opened.status === 200) await see('dev', 'ada', `GET ${org}/web/dev/open/${String(opened.json()['id'])}`)
  else views.push({ of: 'dev', status: opened.status, text: opened.text })
  await see('other', 'ben', `GET ${org}/web/other`)
  await see('other', 'ben', `GET ${org}/web/other/decrypt`)
  return views
}

/** The names that a scan of everything gives, and how the trails break. */
async function scan(world: World): Promise<readonly string[]> {
  const bad = [...(await verifySeals({ ...world.parts, keyRing: world.keyRing })).bad]
  const memory = new TrailMemory()
  for (const trail of await world.store.read(async ({ organizations }) => [
    ...(await organizations.list(null, 100)).items.map(({ id }) => id),
    'server',
  ])) {
    const next = chainVerifier()
    const entries = (await world.store.read(({ auditEntries }) => auditEntries.forward(trail, 0, 100_000)))
      .items as readonly ChainedEntry[]
    for (const entry of entries) {
      const broken = next(entry)
      if (broken === null) {
        memory.note(entry as AuditEntry)
        continue
      }
      bad.push(`trail ${trail} #${broken.sequence}: ${broken.why}`)
      break
    }
  }
  return [...bad, ...(await memory.differing(world.store))]
}

const integrity = /record_integrity|value_integrity|the stored value was altered/

interface Scene {
  readonly world: World
  readonly intruder: Intruder
  readonly session: string
  /** The names of environments by id. */
  readonly homes: ReadonlyMap<string, string>
}

async function tryOne(
  { world, intruder, session, homes }: Scene,
  { table, way, columns, before, after }: Mutation,
  findings: MutationFindings,
): Promise<void> {
  world.store.forget?.()
  const good = await look(world, session)
  const keysOf = (row: Row) => Object.fromEntries((tables[table] ?? []).map((key) => [key, row[key] ?? null]))
  const change = Object.fromEntries(columns.map((column) => [column, after[column] ?? null]))
  const what = `${way}: ${table}.${columns.join(',')} of ${Object.values(keysOf(before)).join('@')}`
  try {
    await intruder.write(table, keysOf(before), change)
  } catch {
    findings.impossible += 1
    return
  }
  try {
    world.store.forget?.()
    const bad = await scan(world)
    const seen = await look(world, session)
    // A row that was put under another environment is missed in one list and met in another: the scan tells whose it was.
    const moved = bad.length > 0 && columns.includes('environment_id')
    const mine = moved ? null : homeOf(table, before)
    let refused = false
    let putBack = false
    for (const [index, view] of seen.entries()) {
      const expected = good[index]
      if (expected === undefined || (view.status === expected.status && view.text === expected.text)) continue
      if (integrity.test(view.text)) refused = true
      else if (view.status < 400 && way === 'roll back a row') putBack = true
      else if (view.status < 400 && moved) continue
      else if (view.status < 400) findings.wrong.push(`${what}: served ${view.text.slice(0, 80)}`)
      else if (view.status >= 500) findings.wrong.push(`${what}: ${view.status} ${view.text.slice(0, 120)}`)
      if (mine !== null && view.of !== mine && !(mine === 'base' && view.of === 'dev'))
        findings.wrong.push(`${what}: harmed ${view.of}: ${view.text.slice(0, 80)}`)
    }
    if (putBack && bad.length === 0) findings.putBack += 1
    else if (refused) findings.refused += 1
    else if (bad.length > 0) findings.found += 1
    else if (columns.every((column) => harmless.has(`${table}.${column}`))) findings.harmless += 1
    else if (way === 'roll back a row') findings.putBack += 1
    else findings.wrong.push(`${what}: not noticed`)
  } finally {
    await intruder.write(table, keysOf(after), before)
    world.store.forget?.()
  }

  function homeOf(name: string, row: Row): string | null {
    const id = name === 'environments' ? row['id'] : row['environment_id']
    return typeof id === 'string' ? (homes.get(id) ?? null) : null
  }
}

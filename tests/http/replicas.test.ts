// Three replicas on one PostgreSQL whose clocks are minutes apart, one of which hangs in the middle of a run.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createService, type Service } from '../../src/service/index.ts'
import { openPostgresStore, type Store } from '../../src/store/index.ts'
import { type Database, startDatabase } from '../../tools/database.ts'
import { countingRotator } from './counting-rotator.ts'
import { createWorld, providerSet, type World } from './world.ts'

const count = Number(process.env['OPENESC_SCHEDULES'] ?? 6)

let database: Database
let world: World
const stores: Store[] = []
const frozen = { until: Promise.resolve() as Promise<void>, replica: -1 }
const calls = new Map<string, number>()
let onFirstCall: (name: string, replica: number) => Promise<void> = async () => {}

function rotatorOf(replica: number) {
  return countingRotator(async (_inputs, { rootEnvironment: name }) => {
    calls.set(name, (calls.get(name) ?? 0) + 1)
    await onFirstCall(name, replica)
  })
}

/** The store of a replica that does nothing while the replica is frozen. */
function freezable(store: Store, replica: number): Store {
  const thawed = () => (frozen.replica === replica ? frozen.until : Promise.resolve())
  return {
    clockMs: async () => {
      await thawed()
      return (await store.clockMs?.()) ?? 0
    },
    protect: (macs) => store.protect(macs),
    read: async (work) => {
      await thawed()
      return await store.read(work)
    },
    change: async (work, options) => {
      await thawed()
      return await store.change(work, options)
    },
    close: () => store.close(),
  }
}

before(async () => {
  database = await startDatabase()
  const url = await database.createOwned()
  for (let index = 0; index < 4; index += 1) {
    stores.push(await openPostgresStore({ url, nowMs: () => Date.now(), connections: 3 }))
  }
  world = await createWorld({
    wrapStore: () => stores[3] as Store,
    isProtected: false,
    ids: () => randomUUID(),
    clock: () => new Date(),
    providers: () => ({ ...providerSet(new Map()), rotator: async () => rotatorOf(3) }),
  })
})
after(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await database.stop()
})

test(`R-12: of ${count} schedules on three replicas with clocks ten minutes apart, one hanging, each fires once and never early`, async () => {
  const skewsMs = [600_000, -600_000, 0]
  const replicas: Service[] = skewsMs.map((skewMs, index) =>
    createService({
      ...world.parts,
      store: freezable(stores[index] as Store, index),
      clock: () => new Date(Date.now() + skewMs),
      ids: () => randomUUID(),
      leaseMilliseconds: 1500,
      providers: () => ({ ...providerSet(new Map()), rotator: async () => rotatorOf(index) }),
    }),
  )
  const text = 'values:\n  s:\n    fn::rotate::counter:\n      inputs: {}\n'
  const once = new Date(Date.now() + 3_600_000).toISOString()
  const names = [...Array.from({ length: count }, (_, index) => `e${index}`), 'early']
  const schedules = new Map<string, string>()
  for (const name of names) {
    const env = `/api/esc/environments/acme/web/${name}`
    const made = await world.call('ada', 'POST /api/esc/environments/acme', {
      body: { project: 'web', name },
    })
    assert.equal(made.status, 204, made.text)
    const saved = await world.call('ada', `PATCH ${env}`, { body: text })
    assert.equal(saved.status, 200, saved.text)
    const body = { scheduleOnce: once, secretRotationRequest: { environmentPath: '' } }
    const schedule = await world.call('ada', `POST ${env}/schedules`, { body })
    assert.equal(schedule.status, 200, schedule.text)
    schedules.set(name, String(schedule.json()['id']))
  }
  const nowMs = (await stores[0]?.clockMs?.()) ?? 0
  await stores[3]?.change(async (tx) => {
    for (const [name, id] of schedules) {
      const schedule = await tx.schedules.get(id)
      // `early` is due in five minutes: by the first replica's clock, five minutes ago.
      const fireMs = name === 'early' ? nowMs + 300_000 : nowMs - 1000
      if (schedule) await tx.schedules.update({ ...schedule, onceMs: fireMs, nextExecutionMs: fireMs })
    }
  })
  // Whoever runs the first one hangs in the middle of it until another has had time to take over.
  let hung = -1
  onFirstCall = async (_name, replica) => {
    if (hung !== -1) return
    hung = replica
    frozen.replica = replica
    frozen.until = sleep(4000)
    await frozen.until
  }
  const deadline = Date.now() + 15_000
  const finished = async () =>
    await stores[3]!.read(async (tx) => {
      const results = []
      for (const [name, id] of schedules) {
        for (const firing of (await tx.schedules.history(id, null, 10)).items)
          results.push({ name, ...firing })
      }
      return results
    })
  const tick = async (service: Service, index: number) => {
    while (Date.now() < deadline) {
      await service.tick(`replica-${index}`).catch(() => {})
      const all = await finished()
      if (all.length === count && all.every(({ result }) => result !== null) && index !== hung) return
      if (index === hung && all.every(({ result }) => result !== null)) return
      await sleep(100)
    }
  }
  await Promise.all(replicas.map(tick))
  const firings = await finished()
  assert.equal(firings.length, count)
  assert.deepEqual(new Set(firings.map(({ result }) => result)), new Set(['succeeded']))
  assert.equal(firings.filter(({ name }) => name === 'early').length, 0)
  const takenOver = firings.filter(({ fence }) => fence > 1)
  assert.ok(takenOver.length >= 1, 'the hung run was taken over')
  assert.ok(takenOver.every(({ holder }) => holder !== `replica-${hung}`))
  for (let index = 0; index < count; index += 1) {
    const answer = await world.call('ada', `GET /api/esc/environments/acme/web/e${index}`)
    assert.equal(answer.headers.get('pulumi-esc-revision'), '3', `e${index} was rotated once`)
  }
})

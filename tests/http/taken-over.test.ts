// A server that ends, or stalls, around each of its commits in a scheduled run; another takes the run over.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createService } from '../../src/service/index.ts'
import type { Store } from '../../src/store/index.ts'
import { countingRotator } from './counting-rotator.ts'
import { createWorld, providerSet, type World } from './world.ts'

const env = '/api/esc/environments/acme/web/dev'
/** The changes of a run: its time is recorded, it is claimed, begun, and saved. */
const begin = 3
const rotator = async () => countingRotator()
const providers = () => ({ ...providerSet(new Map()), rotator })

/** The store of a server to which `before` happens ahead of each of its changes, and `committed` after it. */
function disturbed(store: Store, before: () => Promise<void>, committed: () => void): Store {
  return {
    protect: (macs) => store.protect(macs),
    read: (work) => store.read(work),
    async change(work, options) {
      await before()
      const result = await store.change(work, options)
      committed()
      return result
    },
    close: async () => {},
  }
}

describe('R-12: a scheduled rotation whose server is lost on the way', () => {
  let world: World
  let schedule = ''
  let dayMs = Date.parse('2026-01-03T00:00:00Z')
  before(async () => {
    world = await createWorld({ providers })
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
    const body = 'values:\n  s:\n    fn::rotate::counter:\n      inputs: {}\n'
    assert.equal((await world.call('ada', `PATCH ${env}`, { body })).status, 200)
    const cron = { scheduleCron: '0 0 * * *', secretRotationRequest: { environmentPath: '' } }
    const made = await world.call('ada', `POST ${env}/schedules`, { body: cron })
    assert.equal(made.status, 200, made.text)
    schedule = String(made.json()['id'])
  })
  after(() => world.close())

  const revision = async () =>
    Number((await world.call('ada', `GET ${env}`)).headers.get('pulumi-esc-revision'))
  const firings = async () =>
    (await world.store.read((transaction) => transaction.schedules.history(schedule, null, 100))).items

  /** Runs the next day's firing on a server with such a store, then on a whole one; gives how many changes the first began. */
  async function runDay(
    before: (began: number) => Promise<void>,
    committed: (began: number) => void,
    result = 'succeeded',
  ): Promise<number> {
    const [revisions, recorded] = [await revision(), (await firings()).length]
    let began = 0
    const store = disturbed(
      world.parts.store,
      async () => {
        began += 1
        await before(began)
      },
      () => committed(began),
    )
    world.clock.now = new Date(dayMs)
    const first = createService({ ...world.parts, store })
    await first.tick('first').catch(() => {})
    await takeOver()
    const [newest, ...others] = await firings()
    assert.equal(others.length, recorded)
    assert.deepEqual([newest?.fireMs, newest?.result], [dayMs, result])
    const rotated = (await revision()) - revisions
    assert.equal(rotated, result === 'succeeded' ? 1 : 0, `the first server began ${began} changes`)
    const read = await world.call('ada', `GET ${env}/schedules/${schedule}`)
    assert.equal(Date.parse(String(read.json()['nextExecution'])), dayMs + 86_400_000)
    assert.ok(Date.parse(String(read.json()['lastExecuted'])) >= dayMs)
    dayMs += 86_400_000
    return began
  }

  /** The lease of whoever is lost runs out, and the run goes to another. */
  async function takeOver(): Promise<void> {
    world.clock.now = new Date(world.clock.now.getTime() + 31_000)
    await world.service.tick('second')
  }

  let changes = 0
  before(async () => {
    changes = await runDay(
      async () => {},
      () => {},
    )
    assert.ok(changes > begin)
  })

  test('takes effect once, after whichever of its commits the server ends', async () => {
    for (let last = 1; last <= changes; last += 1) {
      let dead = false
      await runDay(
        async () => {
          if (dead) throw new Error('the server has ended')
        },
        (began) => {
          dead = began >= last
        },
      )
    }
  })

  test('takes effect once, after whichever of its commits the server hears of a failure instead', async () => {
    for (let last = 1; last <= changes; last += 1) {
      await runDay(
        async () => {},
        (began) => {
          if (began === last) throw new Error('the connection was lost')
        },
        // A run that could not be begun, as far as its server knows, is a failed one: nothing was rotated.
        last === begin ? 'failed' : 'succeeded',
      )
    }
  })

  test('takes effect once, before whichever of its changes the server stalls until another took over', async () => {
    for (let stalled = 1; stalled <= changes; stalled += 1) {
      await runDay(
        async (began) => {
          if (began === stalled) await takeOver()
        },
        () => {},
      )
    }
  })
})

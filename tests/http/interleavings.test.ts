import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Store } from '../../src/store/index.ts'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'

/** Runs `between` before every step that the service takes at its store. */
function stepping(store: Store, between: () => Promise<void>): Store {
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown
      if (typeof member !== 'function') return member
      const bound = member.bind(target) as (...all: unknown[]) => unknown
      if (name !== 'read' && name !== 'change') return bound
      return async (...all: unknown[]) => {
        await between()
        return await bound(...all)
      }
    },
  })
}

describe('S-22: an open sees one world', () => {
  let world: World
  /** What happens before which step of an open; the steps of that work itself count for nothing. */
  let schedule = new Map<number, () => Promise<unknown>>()
  let step = -1
  before(async () => {
    const between = async () => {
      if (step < 0) return
      const work = schedule.get(step)
      step += 1
      if (work === undefined) return
      const kept = step
      step = -1
      await work()
      step = kept
    }
    world = await createWorld({ wrapStore: (store) => stepping(store, between) })
    for (const name of ['app', 'left', 'right']) {
      await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
    }
    for (const side of ['left', 'right']) await set(side, 0)
    const text = 'imports: [web/left, web/right]\n'
    const saved = await world.call('ada', `PATCH ${org}/web/app`, { body: text })
    assert.equal(saved.status, 200, saved.text)
    await grant('app', 'open')
  })
  after(() => world.close())
  const set = async (side: string, value: number) => {
    const body = `values: {${side}: ${value}}\n`
    assert.equal((await world.call('ada', `PATCH ${org}/web/${side}`, { body })).status, 200)
  }
  const grant = async (name: string, level: string | null) => {
    const grants = level === null ? {} : { ben: level }
    const put = await world.call('ada', `PUT ${org}/web/${name}/grants`, { body: { grants } })
    assert.equal(put.status, 200, put.text)
  }
  /** Opens and reads as ben, with things happening in between; gives the two values or the status of the refusal. */
  const open = async (happening: ReadonlyMap<number, () => Promise<unknown>>) => {
    schedule = new Map(happening)
    step = 0
    const opened = await world.call('ben', `POST ${org}/web/app/open`)
    const steps = step
    step = -1
    if (opened.status !== 200) return { steps, got: String(opened.status), text: opened.text }
    const read = await world.call('ben', `GET ${org}/web/app/open/${opened.json()['id']}`)
    if (read.status !== 200) return { steps, got: String(read.status), text: read.text }
    const { left, right } = read.json()['properties'] as Record<'left' | 'right', { value: number }>
    return { steps, got: `${left.value},${right.value}`, text: read.text }
  }

  test('S-22: edits of two imports between any two steps give all-before or all-after, never a mixture', async () => {
    for (const side of ['left', 'right']) await grant(side, 'open')
    const { steps } = await open(new Map())
    assert.ok(steps >= 5, String(steps))
    let value = 0
    let interleavings = 0
    for (let first = 0; first < steps; first += 1) {
      for (const second of [first, first + 1, steps]) {
        value += 1
        const now = value
        const both = async () => {
          await set('left', now)
          await set('right', now)
        }
        const happening: [number, () => Promise<unknown>][] =
          first === second
            ? [[first, both]]
            : [
                [first, () => set('left', now)],
                [second, () => set('right', now)],
              ]
        const { got } = await open(new Map(happening))
        const allowed = [`${now - 1},${now - 1}`, `${now},${now - 1}`, `${now},${now}`]
        assert.ok(allowed.includes(got), `${first},${second}: ${got}, wanted one of ${allowed.join(' ')}`)
        // What the schedule had no step left for still happens, so that the next round begins where this one ends.
        for (const side of ['left', 'right']) await set(side, now)
        interleavings += 1
      }
    }
    assert.ok(interleavings >= 15, String(interleavings))
  })

  test('S-22: a right that is taken away between any two steps gives the values or a refusal, nothing between', async () => {
    const { steps } = await open(new Map())
    for (const name of ['left', 'right', 'app']) {
      for (let at = 0; at <= steps; at += 1) {
        const { got, text } = await open(new Map([[at, () => grant(name, null)]]))
        const held = (await world.call('ada', `GET ${org}/web/${name}/grants`)).text.includes('ben')
        // Whatever was given before the right was taken was given rightly; after it there is nothing.
        assert.ok(/^(?:\d+,\d+|400|403|404)$/.test(got), `${name} ${at}: ${got}`)
        if (!held && at <= 1) assert.doesNotMatch(got, /,/, `${name} ${at}`)
        if (!got.includes(',')) assert.doesNotMatch(text, /"value"/)
        await grant(name, 'open')
      }
    }
  })

  test('S-22: texts that change at every try are refused, with nothing opened', async () => {
    let serial = 1_000
    const endless = new Map(
      Array.from({ length: 400 }, (_, at) => [
        at,
        async () => {
          serial += 1
          await set('right', serial)
        },
      ]),
    )
    const { got, text } = await open(endless)
    assert.equal(got, '409', text)
    assert.match(text, /was changed while it was opened/)
  })
})

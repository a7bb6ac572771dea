import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'

describe('who uses an environment', () => {
  let world: World
  const hooked: string[] = []
  const save = async (name: string, text: string) => {
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
    const saved = await world.call('ada', `PATCH ${org}/web/${name}`, { body: text })
    assert.equal(saved.status, 200, saved.text)
  }
  const referrers = async (query = '', who: 'ada' | 'ben' = 'ada') =>
    (await world.call(who, `GET ${org}/web/base/referrers${query}`)).json()
  const one = (name: string, revision: number) => ({ environment: { project: 'web', name, revision } })
  before(async () => {
    world = await createWorld({
      sendHook: async ({ body }) => {
        hooked.push((JSON.parse(body) as { environmentName: string }).environmentName)
        return { status: 200, headers: '', body: '' }
      },
    })
    await save('base', 'values: {x: 1, list: [{y: 2}]}\n')
    await save('by-import', 'imports: [web/base]\n')
    await save('by-import', 'imports: [web/base@2]\n')
    await save('by-import', 'values: {}\n')
    await save('inline', 'values: {a: ["${environments.web.base.x}"]}\n')
    const inside = 'and ${environments.web["base"].list[0].y}'
    await save('inline', `values: {a: {'fn::toJSON': ['${inside}']}}\n`)
    await save('only-a-name', 'values: {a: "web/base $${environments.web.base.x}"}\n')
    for (const name of ['by-import', 'inline', 'only-a-name']) {
      await world.call('ada', `POST ${org}/web/${name}/hooks`, {
        body: {
          ...{ name: '', displayName: name, active: true, payloadUrl: 'https://hooks.test/x' },
          ...{ filters: ['imported_environment_changed'], groups: [], format: 'raw' },
        },
      })
    }
  })
  after(() => world.close())

  test('is told of the newest definitions, those that read it inside a value among them', async () => {
    assert.deepEqual(await referrers(), { referrers: { latest: [one('inline', 3)] } })
    const flat = await world.call('ada', `GET ${org}/web/base/versions/latest/referrers`)
    assert.deepEqual(flat.json(), { referrers: [one('inline', 3)] })
  })

  test('is told of all revisions when they are asked for, in pages too', async () => {
    const all = {
      latest: [one('by-import', 2), one('inline', 2), one('inline', 3)],
      2: [one('by-import', 3)],
    }
    assert.deepEqual(await referrers('?allRevisions=true'), { referrers: all })
    const seen: unknown[] = []
    let token = ''
    do {
      const page = await referrers(`?allRevisions=true&count=1&continuationToken=${token}`)
      seen.push(...Object.values(page['referrers'] as Record<string, unknown[]>).flat())
      token = String(page['continuationToken'] ?? '')
    } while (token !== '')
    assert.equal(seen.length, 4)
  })

  test('names nobody to who may not read them', async () => {
    await world.call('ada', `PUT ${org}/web/base/grants`, { body: { grants: { ben: 'read' } } })
    assert.deepEqual(await referrers('?allRevisions=true', 'ben'), { referrers: {} })
    assert.deepEqual(await referrers('', 'ben'), { referrers: {} })
  })

  test('hears of it by webhook, when it reads inside a value too', async () => {
    await save('base', 'values: {x: 2, list: [{y: 3}]}\n')
    await world.service.tick('here')
    assert.deepEqual(hooked, ['inline'])
  })
})

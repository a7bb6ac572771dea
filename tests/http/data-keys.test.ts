// Sealing everything anew while requests go on (S-06, R-27).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sealingKeyId } from '../../src/crypto/index.ts'
import { createService } from '../../src/service/index.ts'
import { sealedSecrets } from '../../src/syntax/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const keys = '/api/server/keys'
const secret = (text: string) => `values:\n  # kept\n  password:   {"fn::secret": ${text}}\n`

describe('S-06: data keys are rotated beside requests', () => {
  let world: World
  const names = ['a', 'b', 'c']
  const save = (name: string, body: string) => world.call('ada', `PATCH ${org}/web/${name}`, { body })
  const open = async (name: string, version: string) => {
    const opened = await world.call('ada', `POST ${org}/web/${name}/versions/${version}/open`)
    assert.equal(opened.status, 200, opened.text)
    const id = String(opened.json()['id'])
    return (await world.call('ada', `GET ${org}/web/${name}/open/${id}?property=password`)).text
  }
  /** The data key of every sealed value in every text that is kept. */
  const keysInUse = async () => {
    const texts = await world.store.read(
      async ({ environments, revisions, organizations, changeRequests }) => {
        const acme = (await organizations.find('acme'))!
        const found: Uint8Array[] = []
        const live = (await environments.list([acme.id], null, 100)).items
        const deleted = (await environments.listDeleted(acme.id, null, 100)).items
        for (const { id, latest } of [...live, ...deleted]) {
          for (let number = 1; number <= latest; number += 1)
            found.push((await revisions.get(id, number))!.source)
          for (const request of (await changeRequests.list(acme.id, id, null, 10)).items)
            found.push((await changeRequests.draft(request.id, 1))!.source)
        }
        return found
      },
    )
    const sealed = await Promise.all(texts.map(sealedSecrets))
    return new Set(sealed.flat().map(({ ciphertext }) => sealingKeyId(ciphertext)))
  }
  const finish = async (holder = 'one') => {
    while (await world.service.dataKeys.step(holder));
    return (await world.call('ada', `GET ${keys}`)).json()['rotation'] as Record<string, unknown>
  }

  before(async () => {
    world = await createWorld()
    for (const name of names) {
      await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
      await save(name, secret(`${name}-1`))
      await save(name, secret(`${name}-2`))
    }
    await world.call('ada', `POST ${org}/web/b/drafts`, { body: secret('b-draft') })
    const hook = { active: true, payloadUrl: 'https://hooks.test/in', secret: 'hook-secret' }
    await world.call('ada', `POST ${org}/web/a/hooks`, { body: hook })
    await world.call('ada', `DELETE ${org}/web/c`)
  })
  after(() => world.close())

  test('nobody but an administrator of the installation may ask, rotate or verify', async () => {
    for (const request of [`GET ${keys}`, `POST ${keys}/rotate`, `POST ${keys}/verify`]) {
      for (const who of ['ben', 'eve'] as const)
        assert.equal((await world.call(who, request)).status, 403, request)
    }
  })

  test('every revision, draft and deleted environment comes under a new key; texts stay, values open', async () => {
    const before = await keysInUse()
    const text = (await world.call('ada', `GET ${org}/web/a`)).text
    const begun = await world.call('ada', `POST ${keys}/rotate`)
    assertContract(`POST ${keys}/rotate`, begun)
    assert.equal(begun.status, 200, begun.text)
    const again = await world.call('ada', `POST ${keys}/rotate`)
    assert.deepEqual(
      again.json()['rotation'],
      begun.json()['rotation'],
      'a rotation that runs is not begun again',
    )
    // Between the steps of the work, requests go on.
    assert.equal(await world.service.dataKeys.step('one'), false)
    assert.match(await open('a', '2'), /a-1/)
    const rotation = await finish()
    assert.deepEqual(rotation['failed'], [])
    assert.equal(rotation['done'], 3)
    const after = await keysInUse()
    assert.deepEqual(
      [...before].filter((key) => after.has(key)),
      [],
    )
    assert.match(await open('a', '2'), /a-1/)
    assert.match(await open('b', '3'), /b-2/)
    const strip = (definition: string) => definition.replace(/ciphertext: \S+/g, 'ciphertext')
    assert.equal(strip((await world.call('ada', `GET ${org}/web/a`)).text), strip(text))
    const verified = await world.call('ada', `POST ${keys}/verify`)
    assertContract(`POST ${keys}/verify`, verified)
    const { bad, underRetiredKeys, underOldKeys } = verified.json()
    assert.deepEqual(
      { bad, underRetiredKeys, underOldKeys },
      { bad: [], underRetiredKeys: 0, underOldKeys: 0 },
    )
  })

  test('whoever saves a text from before takes no value back under the old key', async () => {
    const text = (await world.call('ada', `GET ${org}/web/a`)).text
    await world.call('ada', `POST ${keys}/rotate`)
    assert.equal((await save('a', text)).status, 200)
    await finish()
    const saved = await world.call('ada', `POST ${keys}/verify`)
    assert.equal(saved.json()['underRetiredKeys'], 0)
    assert.match(await open('a', 'latest'), /a-2/)
  })

  test('a value that does not open is named and left, and the rest is done', async () => {
    const row = await world.store.read(async ({ environments, organizations, revisions }) => {
      const acme = (await organizations.find('acme'))!
      const b = (await environments.find(acme.id, 'web', 'b'))!
      return (await revisions.get(b.id, 2))!
    })
    const broken = { ...row, bonds: '{}' }
    await world.store.change(({ revisions }) =>
      revisions.reseal(row.environmentId, row.number, row.contentHash, broken),
    )
    await world.call('ada', `POST ${keys}/rotate`)
    const rotation = await finish()
    assert.deepEqual(rotation['failed'], ['acme/web/b revision 2'])
    assert.match(await open('b', '3'), /b-2/)
    const verified = await world.call('ada', `POST ${keys}/verify`)
    assert.deepEqual(verified.json()['bad'], ['acme/web/b@2 values.password'])
    await world.store.change(({ revisions }) =>
      revisions.reseal(row.environmentId, row.number, row.contentHash, row),
    )
  })

  test('R-27: stopped anywhere, another server goes on, and nothing is left on the old key', async () => {
    await world.call('ada', `POST ${keys}/rotate`)
    const old = await keysInUse()
    // Each write to the store of a first server fails once, one after another, until it gets through.
    let allowed = 0
    let failures = 0
    for (let done = false; !done && failures < 200; ) {
      let writes = 0
      const store = {
        ...world.store,
        read: world.store.read.bind(world.store),
        change: (async (work) => {
          writes += 1
          if (writes > allowed) throw new Error('killed')
          return await world.store.change(work)
        }) as typeof world.store.change,
      }
      const killed = createService({ ...world.parts, store })
      try {
        while (await killed.dataKeys.step(`server-${failures}`));
        done = true
      } catch {
        failures += 1
        allowed += 1
        // A lease that a killed server held lapses.
        world.clock.now = new Date(world.clock.now.getTime() + 61_000)
      }
    }
    assert.ok(failures > 3, `${failures} kills`)
    const rotation = await finish()
    assert.notEqual(rotation['finished'], '')
    const now = await keysInUse()
    assert.deepEqual(
      [...old].filter((key) => now.has(key)),
      [],
    )
    assert.match(await open('b', '3'), /b-2/)
  })

  test('S-26: both ends of a rotation are in the trail, the start by who began it', async () => {
    const trail = (await world.call('ada', 'GET /api/server/auditlogs/export')).text
    const bodies = trail
      .trim()
      .split('\n')
      .map((line) => {
        const { event, body } = JSON.parse(line) as { event: string; body: string }
        return [event, JSON.parse(body) as Record<string, unknown>] as const
      })
    const started = bodies.filter(([event]) => event === 'data-keys-rotation-started')
    const ended = bodies.filter(([event]) => event === 'data-keys-rotated')
    assert.equal(started.length, 4)
    assert.equal(ended.length, 4)
    assert.ok(started.every(([, { actorLogin }]) => actorLogin === 'ada'))
  })
})

describe('S-07: data keys that nothing needs', () => {
  test('are destroyed a while after a rotation: a copy of an old value put back opens never again; sessions keep theirs until they end', async () => {
    const world = await createWorld()
    const later = (minutes: number) => {
      world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000)
    }
    const count = async () => (await world.call('ada', `GET ${keys}`)).json() as Record<string, unknown>
    const step = async () => {
      while (await world.service.dataKeys.step('one'));
    }
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'a' } })
    await world.call('ada', `PATCH ${org}/web/a`, { body: secret('hush-1') })
    const stored = await world.store.read(async ({ environments, organizations, revisions }) => {
      const acme = (await organizations.find('acme'))!
      return (await revisions.latest((await environments.find(acme.id, 'web', 'a'))!.id))!
    })
    const session = String((await world.call('ada', `POST ${org}/web/a/open?duration=2h`)).json()['id'])
    await world.call('ada', `POST ${keys}/rotate`)
    await step()
    const total = (await count())['retired']
    later(14)
    await step()
    assert.equal((await count())['retired'], total, 'a save under way may still need them')
    later(2)
    await step()
    // The environment's own key is the session's too; those of the issuer and the server go.
    assert.equal((await world.call('ada', `GET ${org}/web/a/open/${session}`)).status, 200)
    later(121)
    await world.service.tick('one')
    await step()
    assert.equal((await count())['retired'], 0)
    const { rotation } = (await count()) as { rotation: { destroyed: number } }
    assert.equal(rotation.destroyed, total)
    assert.match((await world.call('ada', `GET ${org}/web/a/decrypt`)).text, /hush-1/)
    const now = await world.store.read(({ revisions }) => revisions.get(stored.environmentId, stored.number))
    await world.store.change(({ revisions }) =>
      revisions.reseal(stored.environmentId, stored.number, now!.contentHash, stored),
    )
    const opened = await world.call('ada', `GET ${org}/web/a/decrypt`)
    assert.ok(!opened.text.includes('hush-1'), opened.text)
    const trail = (await world.call('ada', 'GET /api/server/auditlogs/export')).text
    assert.match(trail, /data-keys-destroyed/)
    await world.close()
  })

  test('stay when a rotation met a value that does not open', async () => {
    const world = await createWorld()
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'a' } })
    await world.call('ada', `PATCH ${org}/web/a`, { body: secret('one') })
    await world.store.change(async ({ environments, organizations, revisions }) => {
      const acme = (await organizations.find('acme'))!
      const row = (await revisions.latest((await environments.find(acme.id, 'web', 'a'))!.id))!
      await revisions.reseal(row.environmentId, row.number, row.contentHash, { ...row, bonds: '{}' })
    })
    await world.call('ada', `POST ${keys}/rotate`)
    while (await world.service.dataKeys.step('one'));
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_000)
    await world.service.dataKeys.step('one')
    assert.notEqual((await world.call('ada', `GET ${keys}`)).json()['retired'], 0)
    await world.close()
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import type { DataKey, OpenSession, SigningKey } from '../records.ts'
import { opened } from './unit.ts'

/** Open sessions, settings, wrapped keys, tombstones. */
export function keysContract(open: OpenStore): void {
  it('keeps open sessions and removes them when their time has come', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const [id, expiresMs] of [
        ['a', 10],
        ['b', 20],
        ['c', 30],
      ] as const) {
        assert.equal(await tx.openSessions.insert(session(id, expiresMs)), true)
      }
      assert.equal(await tx.openSessions.insert(session('a', 1)), false)
      const anonymous = { ...session('d', 40), environmentId: null, revision: null, ownerId: 'u-bob' }
      await tx.openSessions.insert(anonymous)
      assert.deepEqual({ ...(await tx.openSessions.get('d')), sealed: null }, { ...anonymous, sealed: null })
      assert.equal(await tx.openSessions.deleteExpired(20, 1), 1)
      assert.equal(await tx.openSessions.deleteExpired(20, 5), 1)
      assert.equal(await tx.openSessions.deleteExpired(20, 5), 0)
      assert.notEqual(await tx.openSessions.get('c'), null)
      assert.equal(await tx.openSessions.deleteOfOwner('u-ada'), 1)
      assert.equal(await tx.openSessions.delete('d'), true)
      assert.equal(await tx.openSessions.delete('d'), false)
    })
  })

  it('keeps settings as JSON, with __proto__ an ordinary name', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const [name, value] of [
        ['a', null],
        ['__proto__', { deep: [1, 'x', false] }],
        ['constructor', 'text'],
      ] as const) {
        await tx.settings.put('o-acme', name, value)
        assert.deepEqual(await tx.settings.get('o-acme', name), value)
      }
      assert.equal(await tx.settings.get('o-acme', 'toString'), undefined)
      assert.deepEqual([...(await tx.settings.all('o-acme')).keys()], ['__proto__', 'a', 'constructor'])
      await tx.settings.put('o-acme', 'a', 2)
      assert.equal(await tx.settings.get('o-acme', 'a'), 2)
      assert.equal(await tx.settings.delete('o-acme', 'a'), true)
      assert.equal(await tx.settings.delete('o-acme', 'a'), false)
    })
  })

  it('S-16: of many that set a setting for the first time exactly one wins', async () => {
    await using scope = await opened(open)
    const tries = Array.from({ length: 100 }, (_, index) =>
      scope.store.change((tx) => tx.settings.putIfAbsent('server', 'bootstrap', index)),
    )
    const won = (await Promise.all(tries)).flatMap((won, index) => (won ? [index] : []))
    assert.equal(won.length, 1)
    assert.equal(await scope.store.read((tx) => tx.settings.get('server', 'bootstrap')), won[0])
  })

  it('S-06: a data key is rewrapped, retired once, and the newest unretired one is current', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const [id, createdMs] of [
        ['k1', 1],
        ['k2', 2],
        ['k3', 2],
      ] as const) {
        assert.equal(await tx.dataKeys.insert(dataKey(id, createdMs)), true)
      }
      assert.equal((await tx.dataKeys.current('o'))?.id, 'k3')
      assert.equal(await tx.dataKeys.retire('k3', 5), true)
      assert.equal(await tx.dataKeys.retire('k3', 6), false)
      assert.equal(await tx.dataKeys.destroy('k2'), false, 'it is in use')
      assert.equal((await tx.dataKeys.current('o'))?.id, 'k2')
      assert.equal(await tx.dataKeys.current('nobody'), null)
      assert.equal(await tx.dataKeys.rewrap('k1', new Uint8Array([9]), 'kek-2'), true)
      const found = await tx.dataKeys.get('k1')
      assert.deepEqual([[...found!.wrapped], found!.keyId], [[9], 'kek-2'])
      const owned = await tx.dataKeys.ofOwner('o')
      assert.deepEqual(
        owned.map((key) => key.id),
        ['k3', 'k2', 'k1'],
      )
      assert.equal(await tx.dataKeys.retireAll(9), 2)
      assert.equal(await tx.dataKeys.current('o'), null)
      assert.equal((await tx.dataKeys.get('k3'))?.retiredMs, 5)
      const page = await tx.dataKeys.list('k1', 1)
      assert.deepEqual([page.items.map((key) => key.id), page.more], [['k2'], true])
    })
  })

  it('keeps the signing keys of each issuer apart, oldest first', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      assert.equal(await tx.signingKeys.insert(signingKey('b', 'v1', 2)), true)
      assert.equal(await tx.signingKeys.insert(signingKey('a', 'v1', 1)), true)
      assert.equal(await tx.signingKeys.insert(signingKey('c', 'v2', 1)), true)
      assert.equal(await tx.signingKeys.insert(signingKey('a', 'v2', 1)), false)
      const change = { kid: 'a', state: 'retired', activatedMs: 3, retiredMs: 4 } as const
      assert.equal(await tx.signingKeys.update(change), true)
      const keys = await tx.signingKeys.list('v1')
      assert.deepEqual(
        keys.map((key) => [key.kid, key.state, key.activatedMs, key.retiredMs]),
        [
          ['a', 'retired', 3, 4],
          ['b', 'pending', null, null],
        ],
      )
      assert.equal(await tx.signingKeys.reseal('b', 'other', new Uint8Array([2]), 'k2'), false)
      assert.equal(await tx.signingKeys.reseal('b', 'k', new Uint8Array([2]), 'k2'), true)
      const [, resealed] = await tx.signingKeys.list('v1')
      assert.deepEqual([[...resealed!.sealedPrivateKey], resealed!.dataKeyId], [[2], 'k2'])
      assert.equal(await tx.signingKeys.delete('a'), true)
      assert.equal(await tx.signingKeys.delete('a'), false)
    })
  })

  it('S-36: a tombstone names every earlier bearer of a name, in any letter case', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const stone = { kind: 'environment', parentId: 'p', name: 'Prod', bearerId: 'e1', atMs: 1 }
      await tx.tombstones.put(stone)
      await tx.tombstones.put({ ...stone, bearerId: 'e2', name: 'PROD', atMs: 5 })
      await tx.tombstones.put({ ...stone, atMs: 3 })
      await tx.tombstones.put({ ...stone, atMs: 2 })
      const found = await tx.tombstones.find('environment', 'p', 'prod')
      assert.deepEqual(
        found.map((mark) => [mark.bearerId, mark.atMs]),
        [
          ['e2', 5],
          ['e1', 3],
        ],
      )
      assert.deepEqual(await tx.tombstones.find('environment', 'other', 'prod'), [])
      assert.deepEqual(await tx.tombstones.find('subject', 'p', 'prod'), [])
    })
  })
}

function session(id: string, expiresMs: number): OpenSession {
  return {
    id,
    organizationId: 'o-acme',
    environmentId: 'e-p-web-dev',
    revision: 1,
    ownerId: 'u-ada',
    sealed: new Uint8Array([1, 2, 3]),
    dataKeyId: 'k',
    createdMs: 1,
    expiresMs,
  }
}

function dataKey(id: string, createdMs: number): DataKey {
  return { id, ownerId: 'o', wrapped: new Uint8Array([1]), keyId: 'kek-1', createdMs, retiredMs: null }
}

function signingKey(kid: string, issuer: string, publishedMs: number): SigningKey {
  return {
    kid,
    issuer,
    state: 'pending',
    publicJwk: '{}',
    sealedPrivateKey: new Uint8Array([1]),
    dataKeyId: 'k',
    publishedMs,
    activatedMs: null,
    retiredMs: null,
  }
}

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  createKeyFile,
  createKeyRing,
  localKeySource,
  parseKeyFile,
  seal,
  systemRandom,
} from '../crypto/index.ts'
import { environment, seed } from './contract/seed.ts'
import { initialiseVault, keyCheckOf, serverOwner } from './key-check.ts'
import { rewrapDataKeys } from './rewrap.ts'
import { openSqliteStore } from './sqlite/open.ts'
import type { Store } from './store.ts'
import { openVault } from './vault.ts'

const day = 24 * 3600 * 1000
const acme = { id: 'o-acme' }
const dev = { id: 'e-p-web-dev', projectId: 'p-web' }
const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array) => new TextDecoder().decode(value)
const newKey = () => localKeySource(parseKeyFile('key', createKeyFile(systemRandom), 0o600), systemRandom)
const newRing = () => createKeyRing(newKey(), [], systemRandom)
const integrity = { code: 'VALUE_INTEGRITY' }

async function opened() {
  const clock = { ms: 0 }
  const nowMs = () => clock.ms
  const store = await openSqliteStore({ path: ':memory:', nowMs })
  await seed(store)
  const parts = { store, keyRing: newRing(), nowMs, random: systemRandom }
  await initialiseVault(parts)
  return { clock, store, parts, vault: await openVault(parts), [Symbol.asyncDispose]: () => store.close() }
}

describe('vault', () => {
  it('opens what it sealed, and under no other owner or purpose', async () => {
    await using scope = await opened()
    const { vault } = scope
    const sealed = await vault.seal(dev.id, 'session:1', bytes('result'))
    assert.equal(text(await vault.open(dev.id, 'session:1', sealed)), 'result')
    await assert.rejects(vault.open(dev.id, 'session:2', sealed), integrity)
    await assert.rejects(vault.open('e-other', 'session:1', sealed), integrity)
  })

  it('S-02: a secret opens in its own environment only', async () => {
    await using scope = await opened()
    const { vault, store } = scope
    await store.change((tx) => tx.environments.insert(environment('p-web', 'prod')))
    const ciphertext = await vault.crypterFor(dev, acme).encrypt(bytes('hush'))
    assert.equal(text(await vault.crypterFor(dev, acme).decrypt(ciphertext)), 'hush')
    for (const other of [
      vault.crypterFor({ id: 'e-p-web-prod', projectId: 'p-web' }, acme),
      vault.crypterFor({ ...dev, projectId: 'p-other' }, acme),
      vault.crypterFor(dev, { id: 'o-other' }),
      vault.crypterFor(null, acme),
    ]) {
      await assert.rejects(other.decrypt(ciphertext), integrity)
    }
    await assert.rejects(vault.crypterFor(dev, acme).decrypt(bytes('no ciphertext')), integrity)
  })

  it('S-02: a value of the form before opens in its environment, until its revision ties values', async () => {
    await using scope = await opened()
    const { vault, store, parts } = scope
    await vault.crypterFor(dev, acme).encrypt(bytes('x'))
    const [row] = await store.read((tx) => tx.dataKeys.ofOwner(dev.id))
    const key = await parts.keyRing.unwrap(row!.id, [dev.id], row!.wrapped, row!.keyId)
    const former = seal(key, ['secret', acme.id, dev.id], bytes('hush'), systemRandom)
    const path = ['values', 'a']
    for (const place of [undefined, { revision: 4 }, { revision: 4, bonds: null }]) {
      assert.equal(text(await vault.crypterFor(dev, acme, place).decrypt(former, path)), 'hush')
    }
    const untied = vault.crypterFor(dev, acme, { revision: 4, bonds: '{}' })
    await assert.rejects(untied.decrypt(former, path), integrity)
    const bonds = await vault.crypterFor(dev, acme, { revision: 4 }).bind([{ path, ciphertext: former }])
    assert.equal(
      text(await vault.crypterFor(dev, acme, { revision: 4, bonds }).decrypt(former, path)),
      'hush',
    )
    const elsewhere = { ...dev, id: 'e-other' }
    await assert.rejects(vault.crypterFor(elsewhere, acme).decrypt(former, path), integrity)
  })

  it('S-01: each owner has a data key of its own, used again and again', async () => {
    await using scope = await opened()
    const { vault, store } = scope
    const first = await vault.seal(dev.id, 'a', bytes('1'))
    const second = await vault.seal(dev.id, 'b', bytes('2'))
    const other = await vault.seal('o-acme', 'a', bytes('3'))
    assert.equal(first.dataKeyId, second.dataKeyId)
    assert.notEqual(first.dataKeyId, other.dataKeyId)
    assert.equal((await store.read((tx) => tx.dataKeys.ofOwner(dev.id))).length, 1)
  })

  it('S-01: first seals that come at once share one data key', async () => {
    await using scope = await opened()
    const all = await Promise.all(Array.from({ length: 20 }, () => scope.vault.seal(dev.id, 'a', bytes('x'))))
    assert.equal(new Set(all.map((sealed) => sealed.dataKeyId)).size, 1)
  })

  it('S-01: a data key is renewed after a year and still opens what it sealed', async () => {
    await using scope = await opened()
    const { vault, clock } = scope
    const old = await vault.seal(dev.id, 'a', bytes('old'))
    clock.ms = 364 * day
    assert.equal((await vault.seal(dev.id, 'a', bytes('x'))).dataKeyId, old.dataKeyId)
    clock.ms = 365 * day
    assert.notEqual((await vault.seal(dev.id, 'a', bytes('x'))).dataKeyId, old.dataKeyId)
    assert.equal(text(await vault.open(dev.id, 'a', old)), 'old')
  })

  it('S-07: nothing of a purged environment opens, with the vault warm', async () => {
    await using scope = await opened()
    const { vault, store } = scope
    const ciphertext = await vault.crypterFor(dev, acme).encrypt(bytes('hush'))
    await vault.crypterFor(dev, acme).decrypt(ciphertext)
    await store.change(async (tx) => {
      await tx.environments.delete(dev.id, 1)
      assert.equal(await tx.environments.purge(dev.id), true)
    })
    await assert.rejects(vault.crypterFor(dev, acme).decrypt(ciphertext), integrity)
  })

  it('S-05: a store is tied to one key, once, and opens with no other', async () => {
    await using scope = await opened()
    const { parts, store } = scope
    const before = await contents(store)
    const keyRing = newRing()
    await assert.rejects(initialiseVault({ store, keyRing }), { code: 'KEY_ALREADY_INITIALISED' })
    await assert.rejects(openVault({ ...parts, keyRing }), {
      code: 'KEY_MISMATCH',
      message: `this store was sealed with key \`${parts.keyRing.keyId}\`; the configured source offers \`${keyRing.keyId}\``,
    })
    assert.deepEqual(await contents(store), before)
    assert.deepEqual(await keyCheckOf(store), await parts.keyRing.check())
  })

  it('S-05: no key is made up for a store that has none', async () => {
    const store = await openSqliteStore({ path: ':memory:', nowMs: () => 0 })
    const opening = openVault({ store, keyRing: newRing(), nowMs: () => 0, random: systemRandom })
    await assert.rejects(opening, { code: 'KEY_NOT_INITIALISED' })
    assert.equal(await keyCheckOf(store), null)
    await store.close()
  })

  it('S-05: a store that lost its key check is not taken for an empty one', async () => {
    await using scope = await opened()
    const { parts, store, vault } = scope
    await vault.seal(dev.id, 'a', bytes('x'))
    await store.change((tx) => tx.settings.delete(serverOwner, 'keyCheck'))
    await assert.rejects(initialiseVault({ store, keyRing: newRing() }), {
      code: 'KEY_ALREADY_INITIALISED',
      message: `the store was initialised before, with key \`${parts.keyRing.keyId}\``,
    })
    await assert.rejects(openVault({ ...parts, keyRing: newRing() }), { code: 'KEY_MISMATCH' })
  })

  it('S-06: rewrapping changes wrapped keys only, can be repeated, and then needs the new key alone', async () => {
    const old = newKey()
    const keyRing = createKeyRing(old, [], systemRandom)
    const store = await openSqliteStore({ path: ':memory:', nowMs: () => 0 })
    await seed(store)
    const parts = { store, keyRing, nowMs: () => 0, random: systemRandom }
    await initialiseVault(parts)
    const vault = await openVault(parts)
    const owners = Array.from({ length: 450 }, (_, index) => `owner-${index}`)
    const sealed = await Promise.all(owners.map((owner) => vault.seal(owner, 'a', bytes(owner))))
    const next = newKey()
    const both = createKeyRing(next, [old], systemRandom)
    const reports: number[] = []
    assert.equal(await rewrapDataKeys({ store, keyRing: both }, (done) => reports.push(done)), 450)
    assert.deepEqual(reports, [200, 400, 450])
    assert.equal(await rewrapDataKeys({ store, keyRing: both }), 0)
    const alone = await openVault({ ...parts, keyRing: createKeyRing(next, [], systemRandom) })
    for (const at of [0, 200, 449]) {
      assert.equal(text(await alone.open(owners[at]!, 'a', sealed[at]!)), owners[at])
    }
    await assert.rejects(openVault(parts), { code: 'KEY_MISMATCH' })
    await store.close()
  })

  it('keeps a named secret the same for every vault of the store', async () => {
    await using scope = await opened()
    const { vault, parts } = scope
    const [first, second] = await Promise.all([vault.secret('pepper'), vault.secret('pepper')])
    assert.equal(first.length, 32)
    assert.deepEqual(second, first)
    assert.deepEqual(await (await openVault(parts)).secret('pepper'), first)
    assert.notDeepEqual(await vault.secret('other'), first)
  })

  it('S-01: no sealed value is found in the files of a store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openesc-vault-'))
    const store = await openSqliteStore({ path: join(folder, 'data.db'), nowMs: () => 0 })
    await seed(store)
    const parts = { store, keyRing: newRing(), nowMs: () => 0, random: systemRandom }
    await initialiseVault(parts)
    const vault = await openVault(parts)
    const canary = 'canary-9f2c7d11'
    await store.change(async (tx) => tx.settings.put('server', 'control', 'control-71aa'))
    for (let count = 0; count < 50; count += 1) {
      const { sealed, dataKeyId } = await vault.seal(dev.id, `s${count}`, bytes(`${canary}-${count}`))
      const row = {
        id: `s${count}`,
        organizationId: acme.id,
        environmentId: dev.id,
        revision: 1,
        ownerId: 'u',
      }
      await store.change((tx) =>
        tx.openSessions.insert({ ...row, sealed, dataKeyId, createdMs: 0, expiresMs: 1 }),
      )
    }
    const found = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'))
    // The control shows that the scan can find what is there.
    assert.ok(found.some((content) => content.includes('control-71aa')))
    for (const form of ['utf8', 'hex', 'base64', 'utf16le'] as const) {
      const needle =
        form === 'utf16le' ? Buffer.from(canary, form).toString('latin1') : Buffer.from(canary).toString(form)
      for (const content of found) assert.equal(content.includes(needle.slice(0, 16)), false, form)
    }
    await store.close()
    rmSync(folder, { recursive: true })
  })
})

async function contents(store: Store): Promise<unknown> {
  return await store.read(async (tx) => [
    await tx.settings.all(serverOwner),
    (await tx.dataKeys.list(null, 500)).items,
  ])
}

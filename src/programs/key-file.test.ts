import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { createPassphraseFile, systemRandom } from '../crypto/index.ts'
import { openSqliteStore, openVault, type Store } from '../store/index.ts'
import { type KeySources, unlock } from './key-file.ts'
import { retireDataKeys, verifyStore } from './server-keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-keys-'))
after(() => rmSync(folder, { recursive: true }))
let serial = 0
const fresh = (text?: string) => {
  serial += 1
  const path = join(folder, `f${serial}`)
  if (text !== undefined) writeFileSync(path, text, { mode: 0o600 })
  return path
}
const openStore = () => openSqliteStore({ path: ':memory:', nowMs: () => 0 })
const vaultOf = async (store: Store, path: string, sources: KeySources) => {
  const { keyRing } = await unlock(store, path, systemRandom, sources)
  return await openVault({ store, keyRing, nowMs: () => 0, random: systemRandom })
}
const passphrase = 'correct horse battery staple'
/** A cheap one, so that the suite stays quick; the default costs a second. */
const passphraseKey = () => fresh(createPassphraseFile(passphrase, systemRandom, 12))

/** One suite for every source (S-04): how a key is had, and how another one is. */
const sources: readonly [string, () => { path: string; sources: KeySources }][] = [
  ['a key file', () => ({ path: fresh(), sources: {} })],
  ['a passphrase', () => ({ path: passphraseKey(), sources: { passphraseFile: fresh(`${passphrase}\n`) } })],
]
for (const [name, make] of sources) {
  describe(`S-04: ${name}`, () => {
    test('opens what it sealed, also after a restart', async () => {
      const store = await openStore()
      const { path, sources: given } = make()
      const sealed = await (await vaultOf(store, path, given)).seal('e1', 'p', Buffer.from('secret'))
      const again = await vaultOf(store, path, given)
      assert.equal(Buffer.from(await again.open('e1', 'p', sealed)).toString(), 'secret')
      await store.close()
    })
    test('S-05: another key, a missing, an empty and a cut file open nothing and write nothing', async () => {
      const store = await openStore()
      const { path, sources: given } = make()
      await (await vaultOf(store, path, given)).seal('e1', 'p', Buffer.from('secret'))
      const text = readFileSync(path, 'utf8')
      const before = await store.read(({ dataKeys }) => dataKeys.list(null, 100))
      const other = make()
      await unlock(await openStore(), other.path, systemRandom, other.sources)
      const wrong: [string, KeySources, RegExp][] = [
        [other.path, other.sources, /this store was sealed with key/],
        [fresh(), given, /there is no key file/],
        [fresh(''), given, /it is empty/],
        [fresh(text.slice(0, -8)), given, /damaged or cut off/],
      ]
      for (const [file, keySources, why] of wrong)
        await assert.rejects(unlock(store, file, systemRandom, keySources), why)
      assert.deepEqual(await store.read(({ dataKeys }) => dataKeys.list(null, 100)), before)
      await store.close()
    })
    test('S-06: a store comes over to a new key, values untouched; then the old key is not needed', async () => {
      const store = await openStore()
      const { path, sources: given } = make()
      const vault = await vaultOf(store, path, given)
      const sealed = await Promise.all(
        ['e1', 'e2', 'e3'].map((owner) => vault.seal(owner, 'p', Buffer.from(owner))),
      )
      const next = fresh()
      const moved = await unlock(store, next, systemRandom, { ...given, oldKeyFiles: [path] })
      assert.equal(moved.rewrapped, 3)
      const later = await vaultOf(store, next, given)
      assert.equal(Buffer.from(await later.open('e2', 'p', sealed[1]!)).toString(), 'e2')
      await assert.rejects(unlock(store, path, systemRandom, given), /this store was sealed with key/)
      await store.close()
    })
  })
}

test('S-04: a wrong, a short and a readable passphrase are refused; the file of one tells nothing of it', async () => {
  const path = passphraseKey()
  assert.ok(!readFileSync(path, 'utf8').includes('horse'))
  const store = await openStore()
  const wrong = { passphraseFile: fresh('another horse battery staple') }
  await assert.rejects(unlock(store, path, systemRandom, wrong), { code: 'KEY_MISMATCH' })
  await assert.rejects(unlock(store, path, systemRandom), /none was given/)
  await assert.rejects(
    unlock(store, fresh(), systemRandom, { passphraseFile: fresh('short') }),
    /fewer than 12/,
  )
  const open = fresh(passphrase)
  chmodSync(open, 0o644)
  await assert.rejects(unlock(store, path, systemRandom, { passphraseFile: open }), /other users may read it/)
  await store.close()
})

test('S-06: after a rotation new values are sealed under new keys, old ones open, and a damaged key is named', async () => {
  const store = await openStore()
  const path = fresh()
  const vault = await vaultOf(store, path, {})
  const before = await vault.seal('e1', 'p', Buffer.from('old'))
  assert.equal(await retireDataKeys(store), 1)
  assert.equal(await retireDataKeys(store), 0)
  const later = await vaultOf(store, path, {})
  const after = await later.seal('e1', 'p', Buffer.from('new'))
  assert.notEqual(after.dataKeyId, before.dataKeyId)
  assert.equal(Buffer.from(await later.open('e1', 'p', before)).toString(), 'old')
  const { keyRing } = await unlock(store, path, systemRandom)
  assert.deepEqual(await verifyStore(store, keyRing), { good: 2, bad: [] })
  await store.change(({ dataKeys }) => dataKeys.rewrap(before.dataKeyId, new Uint8Array(80), keyRing.keyId))
  assert.deepEqual(await verifyStore(store, keyRing), { good: 1, bad: [`data key ${before.dataKeyId}`] })
  await store.close()
})

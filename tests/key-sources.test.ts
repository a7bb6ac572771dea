// One suite for every place that a key-encryption key may be in: S-04, S-05, S-06.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createKeyFile, createPassphraseFile, systemRandom } from '../src/crypto/index.ts'
import { type KeySources, unlock } from '../src/programs/key-file.ts'
import { maintenanceParts } from '../src/programs/server-keys.ts'
import { beginRotation, rotationIn, stepRotation, verifySeals } from '../src/service/index.ts'
import { openSqliteStore, openVault, type Store } from '../src/store/index.ts'
import { type KmsDouble, startKmsDouble } from './aws/kms-double.ts'

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

let kms: KmsDouble
before(async () => {
  kms = await startKmsDouble()
})
after(() => kms.close())
const arnOf = (id: number) =>
  `arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
const kmsSources = (kmsKey: string): KeySources => ({
  kmsKey,
  kmsEndpoint: kms.endpoint,
  kmsCredentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
})

/** How a key is had, and how the same is named as an old one. */
interface Source {
  readonly path: string
  readonly sources: KeySources
  readonly asOld: KeySources
}
const ofFile = (path: string, given: KeySources): Source => ({
  path,
  sources: given,
  asOld: { ...given, oldKeyFiles: [path] },
})
const sources: readonly [string, () => Source][] = [
  ['a key file', () => ofFile(fresh(createKeyFile(systemRandom)), {})],
  ['a passphrase', () => ofFile(passphraseKey(), { passphraseFile: fresh(`${passphrase}\n`) })],
  [
    'AWS KMS',
    () => {
      serial += 1
      const given = kmsSources(arnOf(serial))
      return {
        path: fresh(),
        sources: given,
        asOld: { ...given, kmsKey: undefined, oldKmsKeys: [given.kmsKey!] },
      }
    },
  ],
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
    test('S-05: another key of any kind opens nothing and writes nothing', async () => {
      const store = await openStore()
      const { path, sources: given } = make()
      await (await vaultOf(store, path, given)).seal('e1', 'p', Buffer.from('secret'))
      const content = () =>
        store.read(async ({ dataKeys, settings }) => [
          await dataKeys.list(null, 100),
          await settings.all('server'),
        ])
      const kept = await content()
      for (const [, other] of sources) {
        const wrong = other()
        const empty = await openStore()
        await unlock(empty, wrong.path, systemRandom, wrong.sources)
        await empty.close()
        await assert.rejects(
          unlock(store, wrong.path, systemRandom, wrong.sources),
          /this store was sealed with key/,
        )
      }
      await assert.rejects(unlock(store, fresh(), systemRandom), /there is no key file/)
      assert.deepEqual(await content(), kept)
      await store.close()
    })
    test('S-02: a wrapped data key that was moved or altered opens nothing', async () => {
      const store = await openStore()
      const { path, sources: given } = make()
      const vault = await vaultOf(store, path, given)
      const one = await vault.seal('e1', 'p', Buffer.from('one'))
      const two = await vault.seal('e2', 'p', Buffer.from('two'))
      const { keyRing } = await unlock(store, path, systemRandom, given)
      const rows = await store.read(async ({ dataKeys }) => [
        await dataKeys.get(one.dataKeyId),
        await dataKeys.get(two.dataKeyId),
      ])
      const [first, second] = [rows[0]!, rows[1]!]
      const altered = Uint8Array.from(first.wrapped)
      altered[40]! ^= 1
      for (const wrong of [
        () => keyRing.unwrap(first.id, ['e2'], first.wrapped, first.keyId),
        () => keyRing.unwrap(second.id, ['e1'], first.wrapped, first.keyId),
        () => keyRing.unwrap(first.id, ['e1'], altered, first.keyId),
      ])
        await assert.rejects(wrong(), { code: 'VALUE_INTEGRITY' })
      await store.close()
    })
    for (const [nextName, next] of sources) {
      test(`S-06: a store comes over to ${nextName}, values untouched; then the old key is not needed`, async () => {
        const store = await openStore()
        const { path, sources: given, asOld } = make()
        const vault = await vaultOf(store, path, given)
        const sealed = await Promise.all(
          ['e1', 'e2', 'e3'].map((owner) => vault.seal(owner, 'p', Buffer.from(owner))),
        )
        const to = next()
        const both = { ...asOld, ...to.sources }
        const moved = await unlock(store, to.path, systemRandom, both)
        assert.equal(await moved.rewrap(), 3)
        assert.equal(await moved.rewrap(), 0)
        const later = await vaultOf(store, to.path, to.sources)
        assert.equal(Buffer.from(await later.open('e2', 'p', sealed[1]!)).toString(), 'e2')
        await assert.rejects(unlock(store, path, systemRandom, given), /this store was sealed with key/)
        await store.close()
      })
    }
  })
}

test('S-05: a missing, an empty and a cut key file open nothing and write nothing', async () => {
  const store = await openStore()
  const path = fresh()
  await (await vaultOf(store, path, {})).seal('e1', 'p', Buffer.from('secret'))
  const text = readFileSync(path, 'utf8')
  const missing = fresh()
  for (const [file, why] of [
    [missing, /there is no key file/],
    [fresh(''), /it is empty/],
    [fresh(text.slice(0, -8)), /damaged or cut off/],
  ] as const)
    await assert.rejects(unlock(store, file, systemRandom), why)
  assert.equal(existsSync(missing), false)
  await store.close()
})

describe('R-26: AWS KMS that is gone', () => {
  const faults = [
    { refuse: 'AccessDeniedException' },
    { refuse: 'DisabledException' },
    'cut',
    'junk',
  ] as const
  for (const fault of faults) {
    test(`${typeof fault === 'string' ? fault : fault.refuse}: a cached data key works for five minutes, then nothing does, until KMS is back`, async () => {
      const clock = { ms: 0 }
      const store = await openSqliteStore({ path: ':memory:', nowMs: () => clock.ms })
      serial += 1
      const { keyRing } = await unlock(store, fresh(), systemRandom, kmsSources(arnOf(serial)))
      const vault = await openVault({ store, keyRing, nowMs: () => clock.ms, random: systemRandom })
      const sealed = await vault.seal('e1', 'p', Buffer.from('secret'))
      kms.fault = fault
      try {
        clock.ms = 299_000
        assert.equal(Buffer.from(await vault.open('e1', 'p', sealed)).toString(), 'secret')
        clock.ms = 300_001
        const kept = await store.read(({ dataKeys }) => dataKeys.list(null, 10))
        for (const work of [
          () => vault.open('e1', 'p', sealed),
          () => vault.seal('e1', 'p', Buffer.from('x')),
          () => vault.seal('e2', 'p', Buffer.from('x')),
        ])
          await assert.rejects(work(), {
            code: 'KEY_UNAVAILABLE',
            message: /^key_unavailable: the key `arn:aws:kms:/,
          })
        assert.deepEqual(await store.read(({ dataKeys }) => dataKeys.list(null, 10)), kept)
        assert.equal(await keyRing.usable(), false)
      } finally {
        kms.fault = null
      }
      assert.equal(Buffer.from(await vault.open('e1', 'p', sealed)).toString(), 'secret')
      assert.equal(await keyRing.usable(), true)
      await store.close()
    })
  }
  test('a start without KMS is refused as such, not as a wrong key, and writes nothing', async () => {
    const store = await openStore()
    serial += 1
    const given = kmsSources(arnOf(serial))
    await unlock(store, fresh(), systemRandom, given)
    kms.fault = { refuse: 'KMSInvalidStateException' }
    await assert.rejects(unlock(store, fresh(), systemRandom, given), {
      code: 'KEY_UNAVAILABLE',
      message: /KMSInvalidStateException/,
    })
    kms.fault = null
    await store.close()
  })
})

test('S-04: KMS is told whose data key it is, as other sources authenticate it; an alias is refused', async () => {
  const store = await openStore()
  serial += 1
  const vault = await vaultOf(store, fresh(), kmsSources(arnOf(serial)))
  const { dataKeyId } = await vault.seal('e-context', 'p', Buffer.from('x'))
  const mine = kms.calls.filter(({ context }) => context['openesc:owner'] === 'e-context')
  assert.deepEqual(
    mine.map(({ operation, context }) => [operation, context]),
    ['Encrypt', 'Decrypt'].map((operation) => [
      operation,
      { 'openesc:purpose': 'data-key', 'openesc:data-key': dataKeyId, 'openesc:owner': 'e-context' },
    ]),
  )
  const alias = 'arn:aws:kms:eu-west-1:111122223333:alias/openesc'
  await assert.rejects(
    unlock(await openStore(), fresh(), systemRandom, kmsSources(alias)),
    /an alias could be moved/,
  )
  await store.close()
})

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
  const old = await vault.seal('e1', 'p', Buffer.from('old'))
  const { keyRing } = await unlock(store, path, systemRandom)
  const parts = await maintenanceParts(store, keyRing)
  await beginRotation(parts, null)
  while (await stepRotation(parts, 'test'));
  assert.equal((await store.read(rotationIn))?.finishedMs !== null, true)
  const later = await vaultOf(store, path, {})
  const fresher = await later.seal('e1', 'p', Buffer.from('new'))
  assert.notEqual(fresher.dataKeyId, old.dataKeyId)
  assert.equal(Buffer.from(await later.open('e1', 'p', old)).toString(), 'old')
  const before = await verifySeals(parts)
  assert.deepEqual(before.bad, [])
  await store.change(({ dataKeys }) => dataKeys.rewrap(old.dataKeyId, new Uint8Array(80), keyRing.keyId))
  assert.deepEqual(await verifySeals(parts), {
    ...before,
    good: before.good - 1,
    bad: [`data key ${old.dataKeyId}`],
  })
  await store.close()
})

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { revision, seed } from '../contract/seed.ts'
import type { Store } from '../store.ts'
import { backUpSqliteStore } from './backup.ts'
import { openSqliteStore } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-backup-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const nowMs = () => 0
let files = 0

async function opened() {
  files += 1
  const path = join(folder, `${files}.db`)
  const store = await openSqliteStore({ path, nowMs })
  await seed(store)
  return { path, store, target: join(folder, `${files}.copy`), [Symbol.asyncDispose]: () => store.close() }
}

const save = (store: Store, number: number) =>
  store.change(async (tx) => {
    await tx.environments.advance('e-p-web-dev', number - 1, number)
    await tx.revisions.insert(revision('e-p-web-dev', number))
  })

describe('backup', () => {
  it('R-30: a copy made while the store is written to opens as one moment of it', async () => {
    await using scope = await opened()
    for (let number = 2; number <= 10; number += 1) await save(scope.store, number)
    await scope.store.change(async (tx) => {
      await tx.environments.advance('e-p-web-dev', 10, 11)
      backUpSqliteStore(scope.path, scope.target)
      await tx.revisions.insert(revision('e-p-web-dev', 11))
    })
    const copy = await openSqliteStore({ path: scope.target, nowMs })
    await copy.read(async (tx) => {
      assert.equal((await tx.environments.get('e-p-web-dev'))?.latest, 10)
      assert.equal((await tx.revisions.list('e-p-web-dev', null, 100)).items[0]?.number, 10)
    })
    await copy.close()
    assert.equal((await scope.store.read((tx) => tx.revisions.latest('e-p-web-dev')))?.number, 11)
  })

  it('the copy is private to its owner and leaves nothing half-made', async () => {
    await using scope = await opened()
    backUpSqliteStore(scope.path, scope.target)
    assert.equal(statSync(scope.target).mode & 0o077, 0)
    assert.deepEqual(
      readdirSync(folder).filter((file) => file.includes('partial')),
      [],
    )
  })

  it('what was deleted for good is not in the copy', async () => {
    await using scope = await opened()
    await scope.store.change(async (tx) => {
      await tx.environments.delete('e-p-web-dev', 1)
      await tx.environments.purge('e-p-web-dev')
    })
    backUpSqliteStore(scope.path, scope.target)
    const copy = await openSqliteStore({ path: scope.target, nowMs })
    assert.equal(await copy.read((tx) => tx.environments.get('e-p-web-dev')), null)
    await copy.close()
  })

  it('never writes over a file', async () => {
    await using scope = await opened()
    writeFileSync(scope.target, 'kept')
    assert.throws(() => backUpSqliteStore(scope.path, scope.target), {
      code: 'BACKUP_EXISTS',
      message: `\`${scope.target}\` exists already`,
    })
  })

  it('a store that is not there is not made up', () => {
    const missing = join(folder, 'missing.db')
    assert.throws(() => backUpSqliteStore(missing, join(folder, 'x.copy')), { code: 'STORE_UNWRITABLE' })
    assert.equal(existsSync(missing), false)
  })
})

import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { seed } from '../contract/seed.ts'
import { openSqliteStore } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-presence-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const nowMs = () => 0
let places = 0

/** A store whose last acknowledged change wrote 2, after which something happened to its files. */
async function shaken(shake: (path: string) => void) {
  places += 1
  const path = join(folder, String(places), 'openesc.db')
  const store = await openSqliteStore({ path, nowMs })
  await seed(store)
  const put = (value: number) => store.change((tx) => tx.settings.put('server', 'x', value))
  await put(2)
  shake(path)
  let refusal: { code?: string; message?: string; hint?: string } = {}
  await put(3).catch((error: typeof refusal) => {
    refusal = error
  })
  assert.equal(refusal.code, 'STORE_REPLACED')
  await assert.rejects(put(4), { code: 'STORE_REPLACED' })
  await store.close().catch(() => undefined)
  return { path, message: refusal.message, hint: refusal.hint }
}

async function valueIn(path: string): Promise<unknown> {
  const store = await openSqliteStore({ path, nowMs })
  try {
    return await store.read((tx) => tx.settings.get('server', 'x'))
  } finally {
    await store.close()
  }
}

describe('R-01: files that are removed or replaced under a store', () => {
  it('a log that was removed is written into the file, and nothing more is acknowledged', async () => {
    const { path, hint, message } = await shaken((path) => rmSync(`${path}-wal`))
    assert.match(String(message), /openesc\.db-wal` was removed or replaced/)
    assert.match(String(hint), /was written into the data file/)
    // The change that was refused had been committed: it may be there or not.
    assert.ok([2, 3].includes(Number(await valueIn(path))))
  })

  it('a file that was removed or replaced is copied from what is still open', async () => {
    for (const shake of [
      (path: string) => rmSync(path),
      (path: string) => {
        writeFileSync(`${path}.new`, 'x'.repeat(100_000))
        renameSync(`${path}.new`, path)
      },
    ]) {
      const { path, hint } = await shaken(shake)
      assert.match(String(hint), /openesc\.db\.rescued`: move it/)
      const copy = join(folder, `${places}-again`)
      copyFileSync(`${path}.rescued`, copy)
      assert.ok([2, 3].includes(Number(await valueIn(copy))))
    }
  })

  it('with the folder gone nothing more is acknowledged, and that nothing was saved is said', async () => {
    const { path, hint } = await shaken((path) => rmSync(join(path, '..'), { recursive: true }))
    assert.match(String(hint), /nothing could be saved.*restore a backup/)
    assert.equal(existsSync(path), false)
  })

  it('R-25: a file that was replaced by noise, with the old log beside it, is found damaged at the start', async () => {
    places += 1
    const path = join(folder, String(places), 'openesc.db')
    const store = await openSqliteStore({ path, nowMs })
    await seed(store)
    copyFileSync(`${path}-wal`, `${path}.log`)
    await store.change((tx) => tx.settings.put('server', 'x', 1))
    await store.close()
    // All pages but those of the log are noise.
    writeFileSync(path, Buffer.alloc(400_000, 7))
    await assert.rejects(openSqliteStore({ path, nowMs }), { code: 'STORE_DAMAGED' })
  })
})

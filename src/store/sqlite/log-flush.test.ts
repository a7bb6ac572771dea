import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { LogFlush } from './log-flush.ts'
import { openSqliteStore } from './open.ts'
import { Readers } from './readers.ts'
import { SqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-flush-'))
after(() => rmSync(folder, { recursive: true }))

/** A disk that flushes when it is told to. */
function heldDisk() {
  const flushes: PromiseWithResolvers<void>[] = []
  const flush = new LogFlush(() => {
    const held = Promise.withResolvers<void>()
    flushes.push(held)
    return held.promise
  })
  return { flushes, flush }
}

/** Gives everything that needs no disk time to happen. */
async function turns(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await turn()
}

/** Whether a promise has ended by now. */
async function ended(promise: Promise<unknown>): Promise<boolean> {
  let is = false
  promise.then(
    () => (is = true),
    () => (is = true),
  )
  await turns()
  return is
}

async function storeOn(name: string, flush: LogFlush) {
  const path = join(folder, `${name}.db`)
  await (await openSqliteStore({ path, nowMs: () => 0 })).close()
  return new SqliteStore({
    path,
    writer: new Connection(path, 1000),
    presence: null,
    log: { flush, close: () => undefined },
    readers: new Readers(() => new Connection(path, 1000), 2),
    wait: async () => undefined,
    release: () => {},
  })
}

test('commits that come during a flush share the next one, and none is told before its own has ended', async () => {
  const { flush, flushes } = heldDisk()
  const first = flush.committed()
  const [second, third] = [flush.committed(), flush.committed()]
  assert.equal(flushes.length, 1)
  assert.equal(await ended(second), false)
  flushes[0]?.resolve()
  await first
  assert.equal(await ended(third), false)
  assert.equal(flushes.length, 2)
  assert.ok(flush.pending)
  flushes[1]?.resolve()
  await Promise.all([second, third])
  assert.equal(flush.pending, null)
})

test('R-22: after one flush that failed no other counts', async () => {
  const { flush, flushes } = heldDisk()
  const [first, second] = [flush.committed(), flush.committed()]
  flushes[0]?.reject(new Error('the disk'))
  await assert.rejects(first, /the disk/)
  await assert.rejects(second, /the disk/)
  await assert.rejects(flush.committed(), /the disk/)
  assert.equal(flushes.length, 1)
})

test('R-01: neither a change nor what is read of it is told before it is on the disk; what it leaves alone is', async () => {
  const { flush, flushes } = heldDisk()
  const store = await storeOn('held', flush)
  const setting = (name: string) => store.read(({ settings }) => settings.get('o', name))
  await setting('other')
  const change = store.change(({ settings }) => settings.put('o', 'a', 1))
  await turns()
  const reading = setting('a')
  assert.equal(await ended(change), false)
  assert.equal(await ended(reading), false)
  flushes[0]?.resolve()
  await change
  assert.equal(await reading, 1)
  // A trail grows all the time, and rows that are remembered do not rest on it.
  const entry = { organizationId: 'o', sequence: 1, atMs: 0, event: 'e', actorId: '', previousHash: '' }
  const appended = store.change(({ auditEntries }) =>
    auditEntries.append({ ...entry, hash: 'h', body: '{}' }),
  )
  await turns()
  assert.equal(await ended(appended), false)
  assert.equal(await setting('a'), 1)
  const head = store.read(({ auditEntries }) => auditEntries.head('o'))
  assert.equal(await ended(head), false)
  flushes[1]?.resolve()
  assert.equal((await head)?.sequence, 1)
  await appended
  await store.close()
})

test('R-22: a flush that fails stops the store: the change, those who read it, and all that comes after', async () => {
  const { flush, flushes } = heldDisk()
  const store = await storeOn('failed', flush)
  const change = store.change(({ settings }) => settings.put('o', 'a', 1))
  await turns()
  const reading = store.read(({ settings }) => settings.get('o', 'a'))
  await turns()
  flushes[0]?.reject(new Error('the disk'))
  for (const told of [change, reading]) await assert.rejects(told, { code: 'STORE_FAILED' })
  await assert.rejects(
    store.change(({ settings }) => settings.put('o', 'b', 1)),
    { code: 'STORE_FAILED' },
  )
  await assert.rejects(
    store.read(({ settings }) => settings.get('o', 'a')),
    { code: 'STORE_FAILED' },
  )
  await store.close()
})

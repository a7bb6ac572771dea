import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Store } from '../store.ts'
import { Connection } from './connection.ts'
import { openSqliteStore } from './open.ts'
import { Readers } from './readers.ts'
import { SqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-group-'))
after(() => rmSync(folder, { recursive: true }))

/** A connection that counts its commits, and fails one when it is told to. */
class Watched extends Connection {
  commits = 0
  failing: Error | null = null
  override run(sql: string): void {
    if (sql === 'commit') {
      this.commits += 1
      if (this.failing !== null) throw this.failing
    }
    super.run(sql)
  }
}

async function watched(name: string) {
  const path = join(folder, `${name}.db`)
  await (await openSqliteStore({ path, nowMs: () => 0 })).close()
  const writer = new Watched(path, 1000)
  const store: Store = new SqliteStore({
    path,
    writer,
    presence: null,
    log: null,
    readers: new Readers(() => new Connection(path, 1000), 2),
    wait: async () => undefined,
    release: () => {},
  })
  const kept = () => store.read(async ({ settings }) => [...(await settings.all('o')).keys()])
  return { writer, store, kept, [Symbol.asyncDispose]: () => store.close() }
}

const put = (store: Store, name: string) => store.change(({ settings }) => settings.put('o', name, 1))

test('changes of the same moment are committed together, and each is there when it is acknowledged', async () => {
  await using scope = await watched('together')
  const { store, writer, kept } = scope
  const names = Array.from({ length: 50 }, (_, index) => `n${index}`)
  await Promise.all(
    names.map(async (name) => {
      await put(store, name)
      assert.ok((await kept()).includes(name))
    }),
  )
  assert.ok(writer.commits <= 3, `${writer.commits} commits`)
  await put(store, 'alone')
  assert.ok((await kept()).includes('alone'))
})

test('R-04: a change that fails among others is undone alone', async () => {
  await using scope = await watched('alone')
  const { store, writer, kept } = scope
  const outcomes = await Promise.allSettled([
    put(store, 'a'),
    store.change(async ({ settings }) => {
      await settings.put('o', 'b', 1)
      throw new Error('no')
    }),
    put(store, 'c'),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(await kept(), ['a', 'c'])
  assert.equal(writer.commits, 1)
})

test('when the commit fails, all that shared it fail and none is kept', async () => {
  await using scope = await watched('failed')
  const { store, writer, kept } = scope
  writer.failing = new Error('the disk')
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => put(store, name)))
  assert.deepEqual(
    outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason?.message),
    ['the disk', 'the disk', 'the disk'],
  )
  writer.failing = null
  assert.deepEqual(await kept(), [])
  await put(store, 'd')
  assert.deepEqual(await kept(), ['d'])
})

test('when SQLite undoes the whole transaction, earlier changes in it fail too', async () => {
  await using scope = await watched('undone')
  const { store, writer, kept } = scope
  const outcomes = await Promise.allSettled([
    put(store, 'a'),
    store.change(async () => {
      writer.exec('rollback')
      throw new Error('undone')
    }),
    put(store, 'c'),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(await kept(), ['c'])
})

test('a store that closes commits what it was told first', async () => {
  const scope = await watched('closing')
  const written = Promise.withResolvers<void>()
  const change = scope.store.change(async ({ settings }) => {
    await settings.put('o', 'a', 1)
    written.resolve()
  })
  await written.promise
  await scope.store.close()
  await change
  const again = await openSqliteStore({ path: join(folder, 'closing.db'), nowMs: () => 0 })
  assert.equal(await again.read(({ settings }) => settings.get('o', 'a')), 1)
  await again.close()
})

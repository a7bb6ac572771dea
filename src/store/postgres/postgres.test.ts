import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { type Database, emptyDatabase, startDatabase } from '../../../tools/database.ts'
import { seed } from '../contract/seed.ts'
import { storeContract } from '../contract.ts'
import { openSqliteStore } from '../sqlite/open.ts'
import type { Store, Transaction } from '../store.ts'
import { copyToPostgres } from './copy.ts'
import { openPostgresStore } from './open.ts'

let database: Database
let url = ''
before(async () => {
  database = await startDatabase()
  url = await database.create()
})
after(() => database.stop())

const open = (connections = 10) => openPostgresStore({ url, nowMs: () => 0, connections })

storeContract('postgres', async () => {
  await emptyDatabase(url)
  return await open()
})

describe('postgres', () => {
  it('R-01: a server whose commits are not durable is refused', async () => {
    for (const [name, value] of [
      ['synchronous_commit', 'off'],
      ['synchronous_commit', 'local'],
    ]) {
      const unsafe = new URL(url)
      unsafe.searchParams.set('options', `-c ${name}=${value}`)
      await assert.rejects(openPostgresStore({ url: unsafe.href, nowMs: () => 0 }), {
        code: 'DATABASE_UNSAFE',
        message: `the database has \`${name}\` = \`${value}\`, wanted \`on\` or \`remote_apply\``,
      })
    }
  })

  it('S-27: the database refuses to change, remove or empty the trail, in any statement', async () => {
    await emptyDatabase(url)
    const store = await open(2)
    const entry = {
      organizationId: 'o',
      sequence: 1,
      atMs: 1,
      event: 'x',
      actorId: '',
      previousHash: '',
      hash: 'h',
      body: '{}',
    }
    await store.change((tx) => tx.auditEntries.append(entry))
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      for (const statement of [
        "update audit_entries set event = 'y'",
        "update audit_entries set hash = 'y' where false",
        'delete from audit_entries',
        'delete from audit_entries where sequence = 1',
        'truncate audit_entries',
        "insert into audit_entries select * from audit_entries on conflict (organization_id, sequence) do update set hash = 'y'",
      ]) {
        await assert.rejects(client.query(statement), /append only/, statement)
      }
    } finally {
      await client.end()
    }
    const kept = await store.read((tx) => tx.auditEntries.forward('o', 0, 10))
    assert.deepEqual(kept.items, [entry])
    await store.close()
  })

  it('R-28: several servers may bring a new database up to date at once', async () => {
    const fresh = await database.create()
    const stores = await Promise.all(
      Array.from({ length: 4 }, () => openPostgresStore({ url: fresh, nowMs: () => 0, connections: 2 })),
    )
    for (const store of stores) await store.close()
  })

  it('R-11: a change outlives connections that the database has cut, and an interrupted one leaves nothing', async () => {
    await emptyDatabase(url)
    const store = await open(2)
    await store.change((tx) => tx.settings.put('server', 'x', 1))
    await cutAll()
    await store.change((tx) => tx.settings.put('server', 'x', 2))
    const interrupted = store.change(async (tx) => {
      await tx.settings.put('server', 'x', 3)
      await cutAll()
      await tx.settings.put('server', 'y', 3)
    })
    await assert.rejects(interrupted, { code: 'STORE_UNAVAILABLE' })
    assert.deepEqual([...(await store.read((tx) => tx.settings.all('server')))], [['x', 2]])
    await store.close()
  })

  it('R-06: changes of several servers on one database lose nothing of one another', async () => {
    await emptyDatabase(url)
    const stores = await Promise.all([open(2), open(2), open(2)])
    await stores[0]?.change((tx) => tx.settings.put('server', 'n', 0))
    const add = (store: (typeof stores)[number]) =>
      store.change(async (tx) =>
        tx.settings.put('server', 'n', Number(await tx.settings.get('server', 'n')) + 1),
      )
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(stores[index % 3] as never)))
    assert.equal(await stores[1]?.read((tx) => tx.settings.get('server', 'n')), 60)
    await Promise.all(stores.map((store) => store.close()))
  })

  it('R-09: of changes of two servers that each rely on what the other changes, one sees the other: no write skew', async () => {
    await emptyDatabase(url)
    const stores = await Promise.all([open(2), open(2)])
    // Two owners, each removed by another server at once on the ground that one is left; a name; a quota of one.
    await stores[0].change(async (tx) => {
      for (const owner of ['a', 'b']) await tx.settings.put('owners', owner, true)
    })
    const both = async (work: (tx: Transaction, index: number) => Promise<boolean>) =>
      (await Promise.all(stores.map((store, index) => store.change((tx) => work(tx, index))))).filter(Boolean)
    for (let round = 0; round < 5; round += 1) {
      const removed = await both(async (tx, index) => {
        const left = await tx.settings.all('owners')
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (left.size < 2) return false
        return await tx.settings.delete('owners', index === 0 ? 'a' : 'b')
      })
      assert.equal(removed.length, 1)
      const { size } = await stores[0].read((tx) => tx.settings.all('owners'))
      assert.equal(size, 1)
      await stores[0].change(async (tx) => {
        for (const owner of ['a', 'b']) await tx.settings.put('owners', owner, true)
      })
      const taken = await both(async (tx) => {
        const quota = await tx.settings.all(`quota-${round}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (quota.size > 0) return false
        await tx.settings.put(`quota-${round}`, String(Math.random()), 1)
        return true
      })
      assert.equal(taken.length, 1)
      assert.equal((await both((tx) => tx.settings.putIfAbsent('names', `n${round}`, 1))).length, 1)
    }
    await Promise.all(stores.map((store) => store.close()))
  })

  it('R-10: a server that hangs in the middle of a change holds up the changes of others for seconds, not for ever', async () => {
    await emptyDatabase(url)
    const [hung, sound] = await Promise.all([open(2), open(2)])
    const started = Promise.withResolvers<void>()
    const thawed = Promise.withResolvers<void>()
    const hanging = hung.change(async (tx) => {
      await tx.settings.put('server', 'x', 'hung')
      started.resolve()
      await thawed.promise
      await tx.settings.put('server', 'y', 'hung')
    })
    const refused = assert.rejects(hanging, { code: 'STORE_UNAVAILABLE' })
    await started.promise
    await sound.change((tx) => tx.settings.put('server', 'x', 'sound'))
    thawed.resolve()
    await refused
    assert.deepEqual([...(await sound.read((tx) => tx.settings.all('server')))], [['x', 'sound']])
    await Promise.all([hung.close(), sound.close()])
  })

  it('R-30: a store file moves into a database whole, once, and never into one that is used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openesc-copy-'))
    const path = join(folder, 'openesc.db')
    const nowMs = () => 0
    const file = await openSqliteStore({ path, nowMs })
    await seed(file)
    const fresh = await database.create()
    await assert.rejects(copyToPostgres({ path, url: fresh, nowMs }), { code: 'STORE_IN_USE' })
    const wanted = await contentOf(file)
    await file.close()
    assert.equal(
      (await copyToPostgres({ path, url: fresh, nowMs })).get('revisions'),
      wanted.revisions.length,
    )
    const store = await openPostgresStore({ url: fresh, nowMs, connections: 2 })
    assert.deepEqual(await contentOf(store), wanted)
    await store.close()
    await assert.rejects(copyToPostgres({ path, url: fresh, nowMs }), { code: 'COPY_TARGET_USED' })
    rmSync(folder, { recursive: true })
  })

  it('a database that does not answer is named without user and password', async () => {
    const nowhere = 'postgres://ada:hunter2@127.0.0.1:1/esc'
    await assert.rejects(openPostgresStore({ url: nowhere, nowMs: () => 0 }), (error: Error) => {
      assert.match(error.message, /^the database `postgres:\/\/127\.0\.0\.1:1\/esc` cannot be used: /)
      assert.doesNotMatch(error.message, /hunter2|ada/)
      return true
    })
  })
})

async function contentOf(store: Store) {
  return await store.read(async (tx) => {
    const environment = await tx.environments.get('e-p-web-dev')
    const { items } = await tx.revisions.list('e-p-web-dev', null, 100)
    const revisions = []
    for (const { number } of items) revisions.push(await tx.revisions.get('e-p-web-dev', number))
    return { environment, revisions, organizations: (await tx.organizations.list(null, 100)).items }
  })
}

async function cutAll(): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await client.end()
}

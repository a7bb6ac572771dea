// Stores that the servers of earlier schemas left, brought up to date and taken back, also when that is interrupted.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import {
  migrations,
  openPostgresStore,
  openSqliteStore,
  takeBackPostgres,
  takeBackSqlite,
} from '../src/store/index.ts'
import { type Database, startDatabase } from '../tools/database.ts'
import { freePort, runEsc } from '../tools/demo/process.ts'
import { cleanEnvironment } from '../tools/demo/servers.ts'
import { type Dump, dumpPostgres, dumpSqlite } from '../tools/golden/dump.ts'
import { copyKey, type Golden, goldens, loadPostgres, loadSqlite } from '../tools/golden/load.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { send } from '../tools/torture/workload.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const newest = migrations.at(-1)?.number ?? 0
const floor = migrations.findLast(({ down }) => down === null)?.number ?? 0
const nowMs = () => 5
const folder = mkdtempSync(join(tmpdir(), 'openesc-golden-'))
let database: Database
before(async () => {
  database = await startDatabase()
})
after(async () => {
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
})

let places = 0
function newFolder(): string {
  places += 1
  const path = join(folder, String(places))
  mkdirSync(path)
  return path
}

/** What can be done to a store of a kind; `place` is a file or a URL. */
interface Kind {
  readonly name: 'sqlite' | 'postgres'
  empty(): Promise<string>
  load(golden: Golden): Promise<string>
  dump(place: string): Promise<Dump>
  /** Brings it up to date. */
  up(place: string): Promise<void>
  down(place: string, to: number): Promise<void>
  /** A program that does the same and is killed before its statement number `at`. */
  readonly program: (place: string, to: number | null, at: number) => string
}

const module = (path: string) => JSON.stringify(join(root, 'src/store', path))

const sqlite: Kind = {
  name: 'sqlite',
  empty: async () => join(newFolder(), 'openesc.db'),
  async load(golden) {
    const path = join(newFolder(), 'openesc.db')
    loadSqlite(golden, path)
    return path
  },
  async dump(path) {
    const file = new DatabaseSync(path, { readOnly: true })
    try {
      return dumpSqlite(file)
    } finally {
      file.close()
    }
  },
  up: async (path) => await (await openSqliteStore({ path, nowMs })).close(),
  async down(path, to) {
    await takeBackSqlite({ path, nowMs, to })
  },
  program: (path, to, at) => `
    import { DatabaseSync, StatementSync } from 'node:sqlite'
    import { openSqliteStore } from ${module('sqlite/open.ts')}
    import { takeBackSqlite } from ${module('sqlite/migrate.ts')}
    let count = 0
    const counted = (prototype, name) => {
      const real = prototype[name]
      prototype[name] = function (...given) {
        count += 1
        if (count === ${at}) process.kill(process.pid, 'SIGKILL')
        return real.apply(this, given)
      }
    }
    counted(DatabaseSync.prototype, 'exec')
    for (const name of ['run', 'all']) counted(StatementSync.prototype, name)
    const options = { path: ${JSON.stringify(path)}, nowMs: () => 5, to: ${to} }
    if (${to} === null) await openSqliteStore(options)
    else await takeBackSqlite(options)`,
}

const postgres: Kind = {
  name: 'postgres',
  empty: () => database.create(),
  async load(golden) {
    const url = await database.create()
    await loadPostgres(golden, url)
    return url
  },
  async dump(url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return await dumpPostgres(client)
    } finally {
      await client.end()
    }
  },
  up: async (url) => await (await openPostgresStore({ url, nowMs })).close(),
  async down(url, to) {
    await takeBackPostgres({ url, nowMs, to })
  },
  program: (url, to, at) => `
    import pg from 'pg'
    import { migratePostgres, takeBackPostgres } from ${module('postgres/migrate.ts')}
    let count = 0
    const { query } = pg.Client.prototype
    pg.Client.prototype.query = function (...given) {
      count += 1
      if (count === ${at}) process.kill(process.pid, 'SIGKILL')
      return query.apply(this, given)
    }
    const options = { url: ${JSON.stringify(url)}, nowMs: () => 5, to: ${to} }
    if (${to} === null) await migratePostgres(options)
    else await takeBackPostgres(options)`,
}

/** The same whatever order things were made in, and whenever. */
function comparable({ schema, rows }: Dump, withRows = true): object {
  const timeless = (row: string) =>
    row.startsWith('insert into "schema_migrations"') ? row.replace(/', \d+/, "', 0") : row
  return { schema: [...schema].sort(), ...(withRows ? { rows: rows.map(timeless).sort() } : {}) }
}

for (const kind of [sqlite, postgres]) {
  describe(`R-28: golden stores, ${kind.name}`, () => {
    for (const golden of goldens(kind.name)) {
      const back = Math.max(golden.schema, floor)
      test(`one of schema ${golden.schema} becomes what a new one is, and goes back to what it was`, async () => {
        const fresh = await kind.empty()
        await kind.up(fresh)
        const place = await kind.load(golden)
        assert.deepEqual(comparable(await kind.dump(place)), comparable(golden.dump), 'as it was dumped')
        await kind.up(place)
        assert.deepEqual(comparable(await kind.dump(place), false), comparable(await kind.dump(fresh), false))
        await kind.down(place, back)
        assert.deepEqual(comparable(await kind.dump(place)), comparable(golden.dump))
        await kind.up(place)
        assert.deepEqual(comparable(await kind.dump(place), false), comparable(await kind.dump(fresh), false))
      })
    }

    const [oldest] = goldens(kind.name)
    assert.ok(oldest)
    const every = Number(process.env['OPENESC_MIGRATION_EVERY'] ?? 40)
    test(`killed before any statement${every > 1 ? ` (each ${every}th here)` : ''}, either way, it is between two steps, and goes on next time`, async () => {
      const upToDate = await kind.load(oldest)
      const between = [comparable(await kind.dump(upToDate))]
      await kind.up(upToDate)
      between.push(comparable(await kind.dump(upToDate)))
      for (let to = newest - 1; to >= oldest.schema; to -= 1) {
        await kind.down(upToDate, to)
        between.push(comparable(await kind.dump(upToDate)))
      }
      for (const to of [null, oldest.schema]) {
        let deaths = 0
        for (let at = 1; ; at += every) {
          const place = await kind.load(oldest)
          if (to !== null) await kind.up(place)
          const { NODE_TEST_CONTEXT: _, ...env } = process.env
          const child = spawnSync(
            process.execPath,
            ['--input-type=module', '-e', kind.program(place, to, at)],
            { cwd: root, encoding: 'utf8', env },
          )
          if (child.signal === null) {
            assert.equal(child.status, 0, child.stderr)
            break
          }
          deaths += 1
          const left = comparable(await kind.dump(place))
          assert.ok(
            between.some((state) => JSON.stringify(state) === JSON.stringify(left)),
            `killed before statement ${at}, the store is between no two steps`,
          )
          await (to === null ? kind.up(place) : kind.down(place, to))
          const wanted = between[to === null ? 1 : 0]
          assert.deepEqual(comparable(await kind.dump(place)), wanted, `statement ${at}`)
        }
        assert.ok(deaths >= 1, `${deaths} deaths`)
      }
    })
  })
}

test('R-28: a schema is taken back to where there is a way, in nobody’s use, and a newer one that allows it is worked with', async () => {
  const data = newFolder()
  const path = join(data, 'openesc.db')
  const store = await openSqliteStore({ path, nowMs })
  await assert.rejects(takeBackSqlite({ path, nowMs, to: newest - 1 }), { code: 'STORE_IN_USE' })
  await store.close()
  for (const to of [floor - 1, newest + 1])
    await assert.rejects(takeBackSqlite({ path, nowMs, to }), { code: 'MIGRATION_ONE_WAY' })
  const note = (number: number, worksWith: number | null) => {
    const file = new DatabaseSync(path)
    file
      .prepare('insert into schema_migrations (number, name, applied_ms, works_with) values (?, ?, 0, ?)')
      .run(number, 'later', worksWith)
    file.close()
  }
  note(newest + 1, newest)
  await (await openSqliteStore({ path, nowMs })).close()
  note(newest + 2, newest + 1)
  await assert.rejects(openSqliteStore({ path, nowMs }), { code: 'STORE_NEWER' })
  const url = await database.create()
  const server = await openPostgresStore({ url, nowMs })
  await server.read((tx) => tx.settings.all('server'))
  await assert.rejects(takeBackPostgres({ url, nowMs, to: newest - 1 }), { code: 'MIGRATION_IN_USE' })
  await server.close()
})

for (const golden of goldens('sqlite')) {
  test(`R-28, R-30: a backup of schema ${golden.schema} is restored: its secrets open, its trail holds, its old tokens do not`, async () => {
    const home = newFolder()
    const backup = join(home, 'backup.db')
    loadSqlite(golden, backup)
    copyKey(golden.keyFile, join(home, 'kept.key'))
    const data = join(home, 'data')
    const env = cleanEnvironment(home)
    const told = await runEsc(
      ['server', 'restore', backup, '--data', data, '--key-file', join(home, 'kept.key')],
      env,
    )
    assert.equal(told.code, 0, told.stderr)
    assert.match(told.stderr, /1 tokens disabled/)
    copyKey(golden.keyFile, join(data, 'key'))
    copyKey(join(data, 'restored-token'), join(home, 'token'))
    const server = new TorturedServer({ folder: home, port: await freePort(), database: undefined })
    try {
      await server.start()
      const client = { urls: [server.url], token: await server.token() }
      const read = async (path: string, method = 'GET') => {
        const answer = await send(client, server.url, path, { method })
        assert.equal(answer?.status, 200, `${path}: ${answer?.text}`)
        return answer?.text ?? ''
      }
      const { id } = JSON.parse(await read('/acme/golden/app/open', 'POST'))
      const opened = await read(`/acme/golden/app/open/${id}`)
      assert.match(opened, /golden words/)
      assert.match(opened, /https:\/\/eu-west-1\.example\.com/)
      assert.match(await read('/acme/golden/base/versions/2/decrypt'), /old words/)
      assert.match(await read('/acme/golden/base/versions/tags'), /stable/)
      assert.match(await read('/acme/golden/app/hooks'), /hooks\.example\.com/)
      const saved = await send(client, server.url, '/acme/golden/base', {
        method: 'PATCH',
        body: 'values: {}\n',
      })
      assert.equal(saved?.status, 200, saved?.text)
    } finally {
      await server.end('SIGTERM')
    }
    const doctor = await runEsc(['server', 'doctor', '--data', data], env)
    assert.equal(doctor.code, 0, doctor.stderr)
  })
}

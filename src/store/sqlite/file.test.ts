import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { seed } from '../contract/seed.ts'
import { type Migration, migrations } from '../migrations/index.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-sqlite-'))
// A child that runs as another user must be able to enter it.
chmodSync(folder, 0o755)
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = () => {
  files += 1
  return join(folder, `${files}`, 'data.db')
}
const nowMs = () => 5

describe('sqlite file', () => {
  it('makes folder and files private to their owner', async () => {
    const path = fresh()
    const store = await openSqliteStore({ path, nowMs })
    await seed(store)
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
    for (const file of readdirSync(join(path, '..'))) {
      assert.equal(statSync(join(path, '..', file)).mode & 0o077, 0, file)
    }
    await store.close()
  })

  it('keeps what was committed over a close, and leaves no log behind', async () => {
    const path = fresh()
    const first = await openSqliteStore({ path, nowMs })
    await seed(first)
    await first.close()
    assert.equal(existsSync(`${path}-wal`), false)
    const again = await openSqliteStore({ path, nowMs })
    assert.notEqual(await again.read((tx) => tx.environments.get('e-p-web-dev')), null)
    await again.close()
  })

  it('R-21: a second process on the same file is refused, and may come when the first is gone', async () => {
    const path = fresh()
    const holder = child(`
      await openSqliteStore({ path: ${JSON.stringify(path)}, nowMs: () => 0 })
      console.log('open')
      setInterval(() => undefined, 1000)
    `)
    assert.equal(await holder.line(), 'open')
    await assert.rejects(openSqliteStore({ path, nowMs }), {
      code: 'STORE_IN_USE',
      message: `the store \`${path}\` is already open in another process`,
    })
    holder.process.kill('SIGKILL')
    await holder.ended
    await (await openSqliteStore({ path, nowMs })).close()
  })

  it('R-21: a second store on the same file in the same process is refused', async () => {
    const path = fresh()
    const first = await openSqliteStore({ path, nowMs })
    await assert.rejects(openSqliteStore({ path, nowMs }), { code: 'STORE_IN_USE' })
    // The refused attempt must not have loosened the first one's lock.
    const other = child(tryToOpen(path))
    assert.equal(await other.line(), 'STORE_IN_USE')
    await other.ended
    await first.close()
    await (await openSqliteStore({ path, nowMs })).close()
  })

  it('a folder that cannot be written to is named in the refusal', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('needs root to become a user without rights')
    const path = fresh()
    mkdirSync(join(path, '..'), { mode: 0o755 })
    const other = child(tryToOpen(path), { uid: 65534 })
    assert.equal(await other.line(), 'STORE_UNWRITABLE')
    await other.ended
  })

  it('a path through a file is refused', async () => {
    const path = fresh()
    mkdirSync(join(path, '..'))
    writeFileSync(path, '')
    await assert.rejects(openSqliteStore({ path: join(path, 'x.db'), nowMs }), { code: 'STORE_UNWRITABLE' })
  })

  it('a file that is no store is refused and left as it was', async () => {
    const path = fresh()
    mkdirSync(join(path, '..'))
    const text = 'not a database at all, but long enough to be read as a header of one\n'.repeat(20)
    writeFileSync(path, text)
    await assert.rejects(openSqliteStore({ path, nowMs }), { code: 'STORE_DAMAGED' })
    assert.equal(readFileSync(path, 'utf8'), text)
  })

  it('R-28: a schema newer than the program is refused and left as it was', async () => {
    const path = fresh()
    await (await openSqliteStore({ path, nowMs })).close()
    const known = migrations.at(-1)!.number
    tamper(
      path,
      `insert into schema_migrations (number, name, applied_ms) values (${known + 1}, 'future', 0)`,
    )
    const before = readFileSync(path)
    await assert.rejects(openSqliteStore({ path, nowMs }), {
      code: 'STORE_NEWER',
      message: `the store has schema ${known + 1}, this program knows schemas up to ${known}`,
    })
    assert.deepEqual(readFileSync(path), before)
  })

  it('R-28: a step that fails leaves the old schema, a checked copy, and runs again next time', async () => {
    const path = fresh()
    const first = await openSqliteStore({ path, nowMs })
    await seed(first)
    await first.close()
    const number = migrations.at(-1)!.number + 1
    const step = (fails: boolean): Migration => ({
      number,
      name: 'next',
      async up(db, types) {
        await db.schema
          .createTable('next')
          .addColumn('id', types.text as never)
          .execute()
        if (fails) throw new Error('interrupted')
      },
      down: null,
    })
    const opening = openSqliteStore({ path, nowMs, migrations: [...migrations, step(true)] })
    await assert.rejects(opening, /interrupted/)
    assert.deepEqual(tables(path, 'next'), [])
    assert.deepEqual(tables(`${path}.schema-${number - 1}.backup`, 'environments'), ['environments'])
    await (await openSqliteStore({ path, nowMs, migrations: [...migrations, step(false)] })).close()
    assert.deepEqual(tables(path, 'next'), ['next'])
  })

  it('R-21: another program that holds the write lock is waited for, then named', async () => {
    const path = fresh()
    let waits = 0
    let hold = 3
    const outside = () => other.exec('commit')
    const store = await openSqliteStore({
      path,
      nowMs,
      wait: async () => {
        waits += 1
        if (waits === hold) outside()
      },
    })
    const other = new DatabaseSync(path)
    other.exec('begin immediate')
    await store.change((tx) => tx.settings.put('server', 'x', 1))
    assert.equal(waits, 3)
    other.exec('begin immediate')
    hold = -1
    await assert.rejects(
      store.change((tx) => tx.settings.put('server', 'x', 2)),
      { code: 'STORE_BUSY' },
    )
    other.exec('commit')
    other.close()
    await store.change((tx) => tx.settings.put('server', 'x', 3))
    await store.close()
  })

  it('reads run beside a change and see what was committed before it', async () => {
    const store = await openSqliteStore({ path: fresh(), nowMs })
    await seed(store)
    const gate = Promise.withResolvers<void>()
    const changing = store.change(async (tx) => {
      await tx.settings.put('server', 'x', 'new')
      await gate.promise
    })
    const seen = await store.read((tx) => tx.settings.get('server', 'x'))
    assert.equal(seen, undefined)
    gate.resolve()
    await changing
    assert.equal(await store.read((tx) => tx.settings.get('server', 'x')), 'new')
    await store.close()
  })

  it('S-22: a read sees one snapshot however long it takes', async () => {
    const store = await openSqliteStore({ path: fresh(), nowMs })
    await seed(store)
    const started = Promise.withResolvers<void>()
    const changed = Promise.withResolvers<void>()
    const reading = store.read(async (tx) => {
      const before = await tx.environments.get('e-p-web-dev')
      started.resolve()
      await changed.promise
      return [before?.latest, (await tx.environments.get('e-p-web-dev'))?.latest]
    })
    await started.promise
    assert.equal(await store.change((tx) => tx.environments.advance('e-p-web-dev', 1, 9)), true)
    changed.resolve()
    assert.deepEqual(await reading, [1, 1])
    await store.close()
  })

  it('more reads than connections wait for one another', async () => {
    const store = await openSqliteStore({ path: fresh(), nowMs })
    await seed(store)
    const reads = Array.from({ length: 50 }, () =>
      store.read(async (tx) => {
        await new Promise((resolve) => setImmediate(resolve))
        return (await tx.environments.get('e-p-web-dev'))?.name
      }),
    )
    assert.deepEqual(new Set(await Promise.all(reads)), new Set(['dev']))
    await store.close()
  })

  it('R-02: kill -9 in the middle of writing loses nothing acknowledged and tears nothing', async () => {
    const path = fresh()
    await withStore(path, seed)
    let acknowledged = 1
    for (const afterWrites of [3, 40, 17]) {
      const writer = child(writeForEver(path))
      for (let count = 0; count < afterWrites; count += 1) acknowledged = Number(await writer.line())
      writer.process.kill('SIGKILL')
      for (const rest of await writer.rest()) acknowledged = Number(rest)
      await withStore(path, (store) => checkWhole(store, acknowledged))
    }
    assert.ok(acknowledged > 60)
  })
})

describe('a disk that fails', () => {
  it('R-22: after a write that failed the store stops, and opens again with all that was acknowledged', async () => {
    const path = fresh()
    await withStore(path, seed)
    // Files may not grow past this many KiB: the operating system refuses the write as a broken disk would.
    const writer = child(writeForEver(path), { fileLimitKiB: 700 })
    const lines = await writer.rest()
    const acknowledged = Number(lines.filter((line) => /^\d+$/.test(line)).at(-1))
    assert.ok(acknowledged > 10)
    assert.deepEqual(lines.slice(-3), ['change STORE_FAILED', 'change STORE_FAILED', 'read STORE_FAILED'])
    await withStore(path, (store) => checkWhole(store, acknowledged))
  })
})

async function withStore(path: string, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openSqliteStore({ path, nowMs })
  await work(store)
  await store.close()
}

/** Every acknowledged save is there; `latest`, its revision and its tag moved together. */
async function checkWhole(store: Store, acknowledged: number): Promise<void> {
  await store.read(async (tx) => {
    const { latest } = (await tx.environments.get('e-p-web-dev'))!
    assert.ok(latest >= acknowledged, `latest ${latest}, acknowledged ${acknowledged}`)
    assert.equal((await tx.revisions.latest('e-p-web-dev'))?.number, latest)
    assert.equal(await tx.revisions.get('e-p-web-dev', latest + 1), null)
    if (latest > 1) assert.equal((await tx.revisionTags.get('e-p-web-dev', `t${latest}`))?.revision, latest)
  })
}

const prelude = `
  import { openSqliteStore } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
`

const tryToOpen = (path: string) => `
  await openSqliteStore({ path: ${JSON.stringify(path)}, nowMs: () => 0 }).then(
    () => console.log('open'), (error) => console.log(error.code))
`

const writeForEver = (path: string) => `
  const store = await openSqliteStore({ path: ${JSON.stringify(path)}, nowMs: () => 0 })
  const id = 'e-p-web-dev'
  const by = { id: 'u', login: 'u', name: 'u' }
  const save = () => store.change(async (tx) => {
    const { latest } = await tx.environments.get(id)
    await tx.environments.advance(id, latest, latest)
    await tx.revisions.insert({ environmentId: id, number: latest + 1, source: new Uint8Array(3000),
      contentHash: 'h', bonds: null, creator: by, createdMs: 1, retraction: null, sourceChangeRequest: null })
    await tx.revisionTags.insert({ environmentId: id, name: 't' + (latest + 1), revision: latest + 1,
      editor: by, createdMs: 1, modifiedMs: 1 })
    return latest + 1
  })
  try {
    for (;;) {
      process.stdout.write(await save() + '\\n')
      await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (error) {
    console.log('change', error.code)
    await save().catch((again) => console.log('change', again.code))
    await store.read((tx) => tx.environments.get(id)).catch((again) => console.log('read', again.code))
  }
`

/** A real process that runs `source`, read line by line. */
function child(source: string, limits: { readonly uid?: number; readonly fileLimitKiB?: number } = {}) {
  const { uid, fileLimitKiB } = limits
  // The test runner's own variable would turn the child's output into a report.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const node = [process.execPath, '--input-type=module', '-e', prelude + source]
  const limited = ['bash', '-c', `ulimit -f ${fileLimitKiB} && exec "$@"`, 'bash', ...node]
  const [command = '', ...args] = fileLimitKiB === undefined ? node : limited
  const process_: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
    ...(uid !== undefined && { uid }),
  })
  const lines = createInterface({ input: process_.stdout! })[Symbol.asyncIterator]()
  const ended = once(process_, 'exit')
  return {
    process: process_,
    ended,
    line: async () => (await lines.next()).value as string | undefined,
    async rest() {
      const all: string[] = []
      for await (const line of { [Symbol.asyncIterator]: () => lines }) all.push(line)
      return all
    },
  }
}

function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

function tables(path: string, name: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const rows = database
      .prepare("select name from sqlite_master where type = 'table' and name = ?")
      .all(name)
    return rows.map((row) => row['name'])
  } finally {
    database.close()
  }
}

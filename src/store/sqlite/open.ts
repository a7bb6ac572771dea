import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../diag/index.ts'
import type { Migration } from '../migrations/index.ts'
import type { Store } from '../store.ts'
import { Connection } from './connection.ts'
import { failureOf } from './failure.ts'
import { lockStore } from './lock.ts'
import { type OpenLog, takeOverFlush } from './log-flush.ts'
import { bringUpToDate } from './migrate.ts'
import { watchPresence } from './presence.ts'
import { Readers } from './readers.ts'
import { SqliteStore } from './store.ts'
import { openWriter } from './writer.ts'

const busyMilliseconds = 5000
const readerLimit = 8

/** What a store on SQLite is opened with. */
export interface SqliteStoreOptions {
  /** The data file, or `:memory:` for a store that ends with the process. */
  readonly path: string
  readonly nowMs: () => number
  /** How to wait while another program holds the write lock. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
  /** The schema's steps; others than the product's own only in tests. */
  readonly migrations?: readonly Migration[]
}

/**
 * Opens the store, makes file and folder (private to the user) when they are missing, and brings its schema up
 * to date after putting a checked copy beside it.
 *
 * @throws AppError STORE_IN_USE, STORE_UNWRITABLE, STORE_DAMAGED, STORE_NEWER; nothing was changed then
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const inMemory = options.path === ':memory:'
  const path = inMemory ? options.path : resolve(options.path)
  if (!inMemory) createPrivately(path)
  const lock = inMemory ? { release() {} } : lockStore(path)
  let writer: Connection | null = null
  let log: OpenLog | null = null
  try {
    writer = openWriter(path, inMemory)
    requireReadable(writer)
    await bringUpToDate(writer, { ...options, path })
    if (!inMemory) log = takeOverFlush(path, writer)
    writer.exec('pragma busy_timeout = 0')
  } catch (error) {
    writer?.close()
    lock.release()
    throw failureOf(error, path)
  }
  return new SqliteStore({
    path,
    writer,
    presence: inMemory ? null : watchPresence(path, writer),
    log,
    readers: inMemory ? null : new Readers(() => openReader(path), readerLimit),
    wait: options.wait ?? sleep,
    release: lock.release,
  })
}

/**
 * Looks at both ends of every table. SQLite itself notices a page that is none only when it comes to it, and a log that
 * belongs to another file would put a sound first page before it.
 */
function requireReadable(writer: Connection): void {
  const tables = writer.execute<{ name: string }>(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
    [],
  ).rows
  for (const { name } of tables) {
    const quoted = `"${name.replaceAll('"', '""')}"`
    for (const order of ['asc', 'desc'])
      writer.execute(`select * from ${quoted} order by rowid ${order} limit 1`, [])
  }
}

function openReader(path: string): Connection {
  const reader = new Connection(path, busyMilliseconds)
  reader.exec('pragma query_only = on')
  return reader
}

/**
 * Makes the folder and the file, readable by their owner only. An existing file is left untouched, not even
 * opened: closing a handle of our own would drop SQLite's locks on it.
 */
function createPrivately(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    createIfAbsent(path)
    createIfAbsent(`${path}.lock`)
  } catch (error) {
    throw new AppError('STORE_UNWRITABLE', { path }, { cause: error })
  }
}

function createIfAbsent(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

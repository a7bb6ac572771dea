import { resolve } from 'node:path'
import pg from 'pg'
import { AppError } from '../../diag/index.ts'
import { Connection } from '../sqlite/connection.ts'
import { openSqliteStore } from '../sqlite/open.ts'
import { connectToPrimary } from './connections.ts'
import { failureOf } from './failure.ts'
import { noFence } from './fence.ts'
import { placeOf } from './hosts.ts'
import { migratePostgres } from './migrate.ts'

const busyMilliseconds = 5000
const batchRows = 500

/**
 * Copies a store file into a new PostgreSQL database, all of it in one transaction; gives the rows of each table. The
 * file stays as it is, brought up to date; no server may work on it meanwhile. Sealed values stay sealed under the same key.
 *
 * @throws AppError STORE_IN_USE, COPY_TARGET_USED, DATABASE_UNSAFE, STORE_UNAVAILABLE; the database is then unchanged
 */
export async function copyToPostgres(options: {
  readonly path: string
  readonly url: string
  readonly nowMs: () => number
}): Promise<ReadonlyMap<string, number>> {
  const { url, nowMs } = options
  const path = resolve(options.path)
  // Held open, so that no server starts on the file while it is copied.
  const store = await openSqliteStore({ path, nowMs })
  const source = new Connection(path, busyMilliseconds)
  let target: pg.Client | null = null
  try {
    await migratePostgres({ url, nowMs })
    target = await connectToPrimary(url, { statement_timeout: 0, query_timeout: 0 })
    return await copyTables(source, target)
  } catch (error) {
    throw failureOf(error, placeOf(url))
  } finally {
    await target?.end().catch(() => undefined)
    source.close()
    await store.close()
  }
}

async function copyTables(source: Connection, target: pg.Client): Promise<ReadonlyMap<string, number>> {
  const copied = new Map<string, number>()
  await target.query(`begin; ${noFence}`)
  // Tables were made in an order in which none refers to a later one.
  const tables = source.execute<{ name: string }>(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> 'schema_migrations' order by rowid",
    [],
  ).rows
  for (const { name } of tables) {
    const { rowCount } = await target.query(`select 1 from ${pg.escapeIdentifier(name)} limit 1`)
    if (rowCount !== 0) throw new AppError('COPY_TARGET_USED', { table: name })
    copied.set(name, await copyTable(source, target, name))
  }
  await target.query('commit')
  return copied
}

async function copyTable(source: Connection, target: pg.Client, table: string): Promise<number> {
  const name = pg.escapeIdentifier(table)
  let count = 0
  for (let after = -1; ; ) {
    const { rows } = source.execute<Record<string, unknown>>(
      `select rowid as copied_row, * from ${name} where rowid > ? order by rowid limit ?`,
      [after, batchRows],
    )
    for (const { copied_row, ...row } of rows) {
      const columns = Object.keys(row)
      await target.query({
        text: `insert into ${name} (${columns.map((column) => pg.escapeIdentifier(column)).join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
        values: Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value)),
      })
      after = Number(copied_row)
    }
    count += rows.length
    if (rows.length < batchRows) return count
  }
}

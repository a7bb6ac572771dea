// A server that never syncs: SQLite without syncs, PostgreSQL with asynchronous commits, each switched on after the check of the settings.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

const { exec } = DatabaseSync.prototype
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  exec.call(this, sql)
  // The last thing that opening a store does.
  if (sql === 'pragma busy_timeout = 0') exec.call(this, 'pragma synchronous = off')
}

const files = createRequire(import.meta.url)('node:fs') as { fdatasync: unknown }
files.fdatasync = (_: number, told: (error: null) => void) => setImmediate(told, null)
syncBuiltinESMExports()

const { connect } = pg.Pool.prototype as { connect: (this: pg.Pool) => Promise<pg.PoolClient> }
pg.Pool.prototype.connect = async function (this: pg.Pool) {
  const client = await connect.call(this)
  await client.query('set synchronous_commit = off')
  return client
} as never

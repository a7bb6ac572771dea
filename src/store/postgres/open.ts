import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { type ColumnTypes, type Migration, migrate, migrations } from '../migrations/index.ts'
import type { Store } from '../store.ts'
import { postgresDialect } from './dialect.ts'
import { failureOf } from './failure.ts'
import { migrationLock } from './locks.ts'
import { assertDurable, clientConfig, placeOf } from './session.ts'
import { PostgresStore } from './store.ts'

/** What a store on PostgreSQL is opened with. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  readonly nowMs: () => number
  /** The most connections this server opens; 10 when absent. */
  readonly connections?: number
  /** The schema's steps; others than the product's own only in tests. */
  readonly migrations?: readonly Migration[]
}

/**
 * Opens the store and brings its schema up to date. Several servers may do so at once on one database: one migrates,
 * the others wait for it.
 *
 * @throws AppError DATABASE_UNSAFE, STORE_NEWER, STORE_UNAVAILABLE; nothing was changed then
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const place = placeOf(options.url)
  try {
    await migratePostgres(options)
  } catch (error) {
    throw failureOf(error, place)
  }
  const pool = new pg.Pool({ ...clientConfig(options.url), max: options.connections ?? 10 })
  // An idle connection that breaks is replaced when the next unit begins.
  pool.on('error', () => undefined)
  // One that breaks in the middle of a unit says so twice; the statement under way is where it is dealt with.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresStore(pool, place)
}

/** Brings the schema up to date; gives the numbers of the steps that ran. */
export async function migratePostgres(options: PostgresStoreOptions): Promise<readonly number[]> {
  const client = new pg.Client({ ...clientConfig(options.url), lock_timeout: 0, statement_timeout: 0 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await assertDurable(client)
    await client.query(`select pg_advisory_lock(${migrationLock})`)
    return await migrate(
      {
        db: new Kysely<unknown>({ dialect: postgresDialect(runnerOf(client)) }),
        types: postgresTypes,
        nowMs: options.nowMs,
        atomically: (step) => atomically(client, step),
        // A database has backups of its own; see docs/operations.md.
        backUp: async () => {},
      },
      options.migrations ?? migrations,
    )
  } finally {
    await client.end()
  }
}

function runnerOf(client: pg.Client) {
  return {
    async execute<R>(text: string, parameters: readonly unknown[]) {
      const { rows, rowCount } = await client.query(text, [...parameters])
      return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
    },
  }
}

async function atomically(client: pg.Client, step: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await step()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** PostgreSQL's words for the column types of the migrations. Texts compare by bytes. */
export const postgresTypes: ColumnTypes = {
  text: sql`text collate "C"`,
  integer: sql`bigint`,
  bytes: sql`bytea`,
  tableEnd: sql``,
  appendOnly: (table) => [
    sql`create function ${sql.id(`${table}_refuse`)}() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$`,
    sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete or truncate on ${sql.table(table)} for each statement execute function ${sql.id(`${table}_refuse`)}()`,
  ],
}

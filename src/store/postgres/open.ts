import pg from 'pg'
import { migrations } from '../migrations/index.ts'
import type { Store } from '../store.ts'
import { migratePostgres, type PostgresMigration } from './migrate.ts'
import { applicationName, clientConfig, placeOf } from './session.ts'
import { PostgresStore } from './store.ts'

/** What a store on PostgreSQL is opened with. */
export interface PostgresStoreOptions extends PostgresMigration {
  /** The most connections this server opens; 10 when absent. */
  readonly connections?: number
}

/**
 * Opens the store and brings its schema up to date. Several servers may do so at once on one database: one migrates,
 * the others wait for it.
 *
 * @throws AppError DATABASE_UNSAFE, STORE_NEWER, STORE_UNAVAILABLE; nothing was changed then
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const place = placeOf(options.url)
  await migratePostgres(options)
  const schema = (options.migrations ?? migrations).at(-1)?.number ?? 0
  const pool = new pg.Pool({
    ...clientConfig(options.url),
    application_name: `${applicationName} (schema ${schema})`,
    max: options.connections ?? 10,
  })
  // An idle connection that breaks is replaced when the next unit begins.
  pool.on('error', () => undefined)
  // One that breaks in the middle of a unit says so twice; the statement under way is where it is dealt with.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresStore(pool, place)
}

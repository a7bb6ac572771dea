import { migrations } from '../migrations/index.ts'
import type { Store } from '../store.ts'
import { Connections } from './connections.ts'
import { migratePostgres, type PostgresMigration } from './migrate.ts'
import { applicationName } from './session.ts'
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
  await migratePostgres(options)
  const schema = (options.migrations ?? migrations).at(-1)?.number ?? 0
  const connections = new Connections({
    url: options.url,
    applicationName: `${applicationName} (schema ${schema})`,
    most: options.connections ?? 10,
  })
  return new PostgresStore(connections)
}

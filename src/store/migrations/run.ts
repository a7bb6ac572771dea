import { type Kysely, sql } from 'kysely'
import { AppError } from '../../diag/index.ts'
import type { ColumnTypes, Migration } from './migration.ts'

/** What an engine gives for migrating: a connection, its words, and a database transaction around a step. */
export interface MigrationHost {
  readonly db: Kysely<unknown>
  readonly types: ColumnTypes
  readonly nowMs: () => number
  /** Runs `step` in one database transaction; nothing of it stays when it throws. */
  atomically(step: () => Promise<void>): Promise<void>
  /** Called once, before the first step that changes a store which already has a schema. */
  backUp(schema: number): Promise<void>
}

interface Ran {
  readonly schema_migrations: { readonly number: number; readonly name: string; readonly applied_ms: number }
}

/**
 * The number of the schema a store has now: its last migration, 0 when it is new.
 *
 * @throws AppError STORE_NEWER when the store has a migration this program does not know
 */
export async function schemaNumber(
  db: Kysely<unknown>,
  types: ColumnTypes,
  known: readonly Migration[],
): Promise<number> {
  await db.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .modifyEnd(types.tableEnd)
    .addColumn('number', sql`${types.integer}` as never, (column) => column.notNull())
    .addColumn('name', sql`${types.text}` as never, (column) => column.notNull())
    .addColumn('applied_ms', sql`${types.integer}` as never, (column) => column.notNull())
    .addPrimaryKeyConstraint('schema_migrations_id', ['number'])
    .execute()
  const { last } = await (db as Kysely<Ran>)
    .selectFrom('schema_migrations')
    .select((row) => row.fn.max('number').as('last'))
    .executeTakeFirstOrThrow()
  const newest = known.at(-1)?.number ?? 0
  const found = Number(last ?? 0)
  if (found > newest) throw new AppError('STORE_NEWER', { found, known: newest })
  return found
}

/** Brings the store to the newest schema; gives the numbers of the steps that ran. Interrupted, it goes on next time. */
export async function migrate(host: MigrationHost, known: readonly Migration[]): Promise<readonly number[]> {
  const found = await schemaNumber(host.db, host.types, known)
  const missing = known.filter((migration) => migration.number > found)
  if (found > 0 && missing.length > 0) await host.backUp(found)
  for (const migration of missing) {
    await host.atomically(async () => {
      await migration.up(host.db, host.types)
      await (host.db as Kysely<Ran>)
        .insertInto('schema_migrations')
        .values({ number: migration.number, name: migration.name, applied_ms: host.nowMs() })
        .execute()
    })
  }
  return missing.map((migration) => migration.number)
}

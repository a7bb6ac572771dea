import { type Kysely, sql } from 'kysely'
import { AppError } from '../../diag/index.ts'
import { neighbours } from './0006-neighbours.ts'
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
  readonly schema_migrations: {
    readonly number: number
    readonly name: string
    readonly applied_ms: number
    readonly works_with?: number | null | undefined
  }
}

/**
 * Brings the store to the newest schema; gives the numbers of the steps that ran. Interrupted, it goes on next time. A store
 * whose newer steps all work with this program's schema stays as it is.
 *
 * @throws AppError STORE_NEWER when the store has a step that this program does not know and cannot work with
 */
export async function migrate(host: MigrationHost, known: readonly Migration[]): Promise<readonly number[]> {
  const found = await schemaNumber(host, known)
  const missing = known.filter((migration) => migration.number > found)
  if (found > 0 && missing.length > 0) await host.backUp(found)
  for (const migration of missing) {
    await host.atomically(async () => {
      await migration.up(host.db, host.types)
      await note(host, migration)
    })
  }
  return missing.map((migration) => migration.number)
}

/**
 * Takes steps back until the store has schema `to`, the newest first; gives their numbers. Interrupted, it goes on next time.
 *
 * @throws AppError STORE_NEWER; MIGRATION_ONE_WAY when a step on the way has no way back. Nothing was changed then
 */
export async function takeBack(
  host: MigrationHost,
  known: readonly Migration[],
  to: number,
): Promise<readonly number[]> {
  const found = await schemaNumber(host, known)
  const newest = known.at(-1)?.number ?? 0
  if (found > newest) throw new AppError('STORE_NEWER', { found, known: newest })
  const steps = known.filter(({ number }) => number > to && number <= found).reverse()
  const floor = known.findLast(({ down }) => down === null)?.number ?? 0
  if (to < floor || to > found) throw new AppError('MIGRATION_ONE_WAY', { to, found, floor })
  if (steps.length > 0) await host.backUp(found)
  for (const { number, down } of steps) {
    await host.atomically(async () => {
      await (host.db as Kysely<Ran>).deleteFrom('schema_migrations').where('number', '=', number).execute()
      await down?.(host.db, host.types)
    })
  }
  return steps.map(({ number }) => number)
}

/** The number of the schema a store has now: its last step, 0 when it is new. */
async function schemaNumber({ db, types }: MigrationHost, known: readonly Migration[]): Promise<number> {
  await db.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .modifyEnd(types.tableEnd)
    .addColumn('number', sql`${types.integer}` as never, (column) => column.notNull())
    .addColumn('name', sql`${types.text}` as never, (column) => column.notNull())
    .addColumn('applied_ms', sql`${types.integer}` as never, (column) => column.notNull())
    .addPrimaryKeyConstraint('schema_migrations_id', ['number'])
    .execute()
  const ran = await (db as Kysely<Ran>)
    .selectFrom('schema_migrations')
    .selectAll()
    .orderBy('number')
    .execute()
  const newest = known.at(-1)?.number ?? 0
  const found = Number(ran.at(-1)?.number ?? 0)
  // Each step that this program does not know must say that it works with what the program knows.
  const isStranger = ({ number, works_with }: Ran['schema_migrations']) =>
    Number(number) > newest && Number(works_with ?? Number.POSITIVE_INFINITY) > newest
  if (ran.some(isStranger)) throw new AppError('STORE_NEWER', { found, known: newest })
  return found
}

async function note(host: MigrationHost, { number, name, worksWith }: Migration): Promise<void> {
  const row = { number, name, applied_ms: host.nowMs() }
  await (host.db as Kysely<Ran>)
    .insertInto('schema_migrations')
    .values(number < neighbours.number ? row : { ...row, works_with: worksWith ?? null })
    .execute()
}

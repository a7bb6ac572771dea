import { resolve } from 'node:path'
import { Kysely } from 'kysely'
import { type Migration, type MigrationHost, migrate, migrations, takeBack } from '../migrations/index.ts'
import { copyStore } from './backup.ts'
import type { Connection } from './connection.ts'
import { nodeSqliteDialect } from './dialect.ts'
import { failureOf } from './failure.ts'
import { lockStore } from './lock.ts'
import { sqliteTypes } from './types.ts'
import { openWriter } from './writer.ts'

/** Which file to migrate. */
export interface SqliteMigration {
  readonly path: string
  readonly nowMs: () => number
  /** The schema's steps; others than the product's own only in tests. */
  readonly migrations?: readonly Migration[]
}

/** Brings the schema up to date, after putting a checked copy beside a file that has one; gives the steps that ran. */
export async function bringUpToDate(
  writer: Connection,
  options: SqliteMigration,
): Promise<readonly number[]> {
  return await migrate(hostOf(writer, options), options.migrations ?? migrations)
}

/**
 * Takes the schema of a file that nobody uses back to an earlier one, after putting a checked copy beside it; gives the
 * numbers of the steps that were taken back.
 *
 * @throws AppError STORE_IN_USE, MIGRATION_ONE_WAY, STORE_NEWER, STORE_DAMAGED; nothing was changed then
 */
export async function takeBackSqlite(
  options: SqliteMigration & { readonly to: number },
): Promise<readonly number[]> {
  const path = resolve(options.path)
  const lock = lockStore(path)
  let writer: Connection | null = null
  try {
    writer = openWriter(path, false)
    return await takeBack(hostOf(writer, { ...options, path }), options.migrations ?? migrations, options.to)
  } catch (error) {
    throw failureOf(error, path)
  } finally {
    writer?.close()
    lock.release()
  }
}

function hostOf(writer: Connection, { path, nowMs }: SqliteMigration): MigrationHost {
  return {
    db: new Kysely<unknown>({ dialect: nodeSqliteDialect(writer) }),
    types: sqliteTypes,
    nowMs,
    async atomically(step) {
      writer.exec('begin immediate')
      try {
        await step()
        writer.exec('commit')
      } catch (error) {
        writer.exec('rollback')
        throw error
      }
    },
    backUp: async (schema) => {
      if (path !== ':memory:') copyStore(writer, path, `${path}.schema-${schema}.backup`)
    },
  }
}

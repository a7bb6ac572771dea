import { sql } from 'kysely'
import type { ColumnTypes } from '../migrations/index.ts'

/** SQLite's words for the column types of the migrations. Strict tables, whole numbers, texts compared by bytes. */
export const sqliteTypes: ColumnTypes = {
  text: sql`text`,
  integer: sql`integer`,
  bytes: sql`blob`,
  tableEnd: sql`strict`,
  appendOnly: (table) =>
    ['update', 'delete'].map(
      (action) =>
        sql`create trigger ${sql.id(triggerName(table, action))} before ${sql.raw(action)} on ${sql.table(table)} begin select raise(abort, 'append only'); end`,
    ),
  changeable: (table) =>
    ['update', 'delete'].map((action) => sql`drop trigger ${sql.id(triggerName(table, action))}`),
  // A file knows no users and no policies.
  fence: [],
  unfence: [],
}

function triggerName(table: string, action: string): string {
  return `${table}_no_${action}`
}

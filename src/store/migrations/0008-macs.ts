import { type Kysely, sql } from 'kysely'
import { protectedTables } from '../sql/record-macs.ts'
import type { Tables } from '../sql/tables.ts'
import type { Migration } from './migration.ts'

/**
 * A MAC beside each row that decides what is served, run or allowed; null until records are protected. Older programs
 * work beside it until then.
 */
export const macs: Migration = {
  number: 8,
  name: 'macs',
  worksWith: 7,
  async up(db, types) {
    for (const table of Object.keys(protectedTables)) {
      await db.schema
        .alterTable(table)
        .addColumn('mac', sql`${types.text}` as never)
        .execute()
    }
  },
  async down(db) {
    for (const table of Object.keys(protectedTables)) {
      await db.schema.alterTable(table).dropColumn('mac').execute()
    }
    // Records that older programs write carry none, so that they must be sealed anew when this step is taken again.
    await (db as Kysely<Tables>)
      .deleteFrom('settings')
      .where('owner_id', '=', 'server')
      .where('name', '=', 'recordProtection')
      .execute()
  },
}

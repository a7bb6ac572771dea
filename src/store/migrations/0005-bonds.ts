import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** What ties sealed values to the revision that holds them (S-02). */
export const bonds: Migration = {
  number: 5,
  name: 'bonds',
  async up(db, types) {
    await db.schema
      .alterTable('revisions')
      .addColumn('bonds', sql`${types.text}` as never)
      .execute()
  },
  async down(db) {
    await db.schema.alterTable('revisions').dropColumn('bonds').execute()
  },
}

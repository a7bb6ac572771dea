import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Which older programs may work on the store beside newer ones. */
export const neighbours: Migration = {
  number: 6,
  name: 'neighbours',
  worksWith: 5,
  async up(db, types) {
    await db.schema
      .alterTable('schema_migrations')
      .addColumn('works_with', sql`${types.integer}` as never)
      .execute()
  },
  async down(db) {
    await db.schema.alterTable('schema_migrations').dropColumn('works_with').execute()
  },
}

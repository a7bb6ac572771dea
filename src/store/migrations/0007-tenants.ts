import type { Migration } from './migration.ts'

/**
 * A second fence between organizations, held by the database (S-19). Programs from before do not say for whom they work, and
 * would see nothing: they refuse the store.
 */
export const tenants: Migration = {
  number: 7,
  name: 'tenants',
  async up(db, types) {
    for (const statement of types.fence) await statement.execute(db)
  },
  async down(db, types) {
    for (const statement of types.unfence) await statement.execute(db)
  },
}

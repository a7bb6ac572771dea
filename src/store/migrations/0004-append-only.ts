import type { Migration } from './migration.ts'

/** Entries of the audit trail are never changed or removed (S-27). */
export const appendOnly: Migration = {
  number: 4,
  name: 'append only',
  async up(db, types) {
    for (const statement of types.appendOnly('audit_entries')) await statement.execute(db)
  },
  async down(db, types) {
    for (const statement of types.changeable('audit_entries')) await statement.execute(db)
  },
}

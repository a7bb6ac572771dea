// Makes of the sources the version after this one: its schema has one step more, which only adds.
import { sql } from 'kysely'
import { type Migration, migrations } from '../../src/store/index.ts'

const before = migrations.at(-1)?.number ?? 0

const step: Migration = {
  number: before + 1,
  name: 'next version',
  worksWith: before,
  async up(db, types) {
    await db.schema
      .alterTable('environments')
      .addColumn('of_the_next_version', sql`${types.text}` as never)
      .execute()
    await db.schema
      .createTable('next_version')
      .modifyEnd(types.tableEnd)
      .addColumn('id', sql`${types.text}` as never, (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('environments_of_the_next_version')
      .on('environments')
      .columns(['of_the_next_version'])
      .execute()
  },
  async down(db) {
    await db.schema.dropIndex('environments_of_the_next_version').execute()
    await db.schema.dropTable('next_version').execute()
    await db.schema.alterTable('environments').dropColumn('of_the_next_version').execute()
  },
}

// Nobody else may add to the list; this program is loaded before the product.
;(migrations as Migration[]).push(step)

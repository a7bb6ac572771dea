import type { Migration } from './migration.ts'
import { table } from './table.ts'

/** Which environment names which; answers to repeated requests. */
export const references: Migration = {
  number: 3,
  name: 'references',
  async up(db, types) {
    await table(db, types, 'environment_references', {
      environment_id: 'text',
      revision: 'integer',
      project: 'text',
      name: 'text',
      version: 'text',
    })
      .addPrimaryKeyConstraint('environment_references_id', [
        'environment_id',
        'revision',
        'project',
        'name',
        'version',
      ])
      .addForeignKeyConstraint(
        'environment_references_revision',
        ['environment_id', 'revision'],
        'revisions',
        ['environment_id', 'number'],
        (key) => key.onDelete('cascade'),
      )
      .execute()
    await db.schema
      .createIndex('environment_references_to')
      .on('environment_references')
      .columns(['project', 'name', 'environment_id', 'revision', 'version'])
      .execute()
    await table(db, types, 'remembered_answers', {
      key: 'text',
      request_hash: 'text',
      answer: 'text',
      expires_ms: 'integer',
    })
      .addPrimaryKeyConstraint('remembered_answers_id', ['key'])
      .execute()
    await db.schema
      .createIndex('remembered_answers_by_time')
      .on('remembered_answers')
      .columns(['expires_ms'])
      .execute()
  },
  // Who names whom is worked out anew, answers are remembered for a day at most: nothing is lost.
  async down(db) {
    await db.schema.dropTable('remembered_answers').execute()
    await db.schema.dropTable('environment_references').execute()
  },
}

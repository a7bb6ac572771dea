import type { Kysely } from 'kysely'
import type { Tombstones } from '../store.ts'
import { nameKey } from './name-key.ts'
import type { Tables } from './tables.ts'

/** Tombstones over SQL; they are never removed. */
export function tombstones(db: Kysely<Tables>): Tombstones {
  return {
    async find(kind, parentId, name) {
      const rows = await db
        .selectFrom('tombstones')
        .selectAll()
        .where('kind', '=', kind)
        .where('parent_id', '=', parentId)
        .where('name_key', '=', nameKey(name))
        .orderBy('at_ms', 'desc')
        .orderBy('bearer_id')
        .execute()
      return rows.map((row) => ({
        kind: row.kind,
        parentId: row.parent_id,
        name: row.name,
        bearerId: row.bearer_id,
        atMs: row.at_ms,
      }))
    },
    async put(tombstone) {
      await db
        .insertInto('tombstones')
        .values({
          kind: tombstone.kind,
          parent_id: tombstone.parentId,
          name: tombstone.name,
          name_key: nameKey(tombstone.name),
          bearer_id: tombstone.bearerId,
          at_ms: tombstone.atMs,
        })
        .onConflict((on) =>
          on
            .columns(['kind', 'parent_id', 'name_key', 'bearer_id'])
            .doUpdateSet({ at_ms: tombstone.atMs })
            .where('tombstones.at_ms', '<', tombstone.atMs),
        )
        .execute()
    },
  }
}

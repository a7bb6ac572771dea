import type { Kysely } from 'kysely'
import type { Settings } from '../store.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed } from './page.ts'
import type { Tables } from './tables.ts'

/** Settings over SQL: one JSON text each. */
export function settings(db: Kysely<Tables>, hot: HotStatements): Settings {
  const rows = (ownerId: string) =>
    db.selectFrom('settings').select(['name', 'value']).where('owner_id', '=', ownerId)
  return {
    async get(ownerId, name) {
      const row = await hot.setting(ownerId, name)
      return row === undefined ? undefined : JSON.parse(row.value)
    },
    async all(ownerId) {
      const found = await rows(ownerId).orderBy('name').execute()
      return new Map(found.map((row) => [row.name, JSON.parse(row.value) as unknown]))
    },
    async put(ownerId, name, value) {
      const text = JSON.stringify(value)
      await db
        .insertInto('settings')
        .values({ owner_id: ownerId, name, value: text })
        .onConflict((on) => on.columns(['owner_id', 'name']).doUpdateSet({ value: text }))
        .execute()
    },
    async putIfAbsent(ownerId, name, value) {
      const insert = db
        .insertInto('settings')
        .values({ owner_id: ownerId, name, value: JSON.stringify(value) })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async delete(ownerId, name) {
      const remove = db.deleteFrom('settings').where('owner_id', '=', ownerId).where('name', '=', name)
      return changed(await remove.executeTakeFirstOrThrow())
    },
  }
}

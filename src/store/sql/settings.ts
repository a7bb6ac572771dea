import type { Kysely } from 'kysely'
import type { Settings } from '../store.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'

/** Settings over SQL: one JSON text each. */
export function settings(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Settings {
  const rows = (ownerId: string) => db.selectFrom('settings').selectAll().where('owner_id', '=', ownerId)
  return {
    async get(ownerId, name) {
      const row = await hot.setting(ownerId, name)
      return row === undefined ? undefined : JSON.parse(macs.whole('settings', row).value)
    },
    async all(ownerId) {
      const found = await rows(ownerId).orderBy('name').execute()
      // One that was altered is left out, and keeps no other from being read: what it allowed is not allowed.
      const whole = found.filter((row) => macs.isWhole('settings', row))
      return new Map(whole.map((row) => [row.name, JSON.parse(row.value) as unknown]))
    },
    async put(ownerId, name, value) {
      const row = macs.sealed('settings', { owner_id: ownerId, name, value: JSON.stringify(value) })
      await db
        .insertInto('settings')
        .values(row)
        .onConflict((on) => on.columns(['owner_id', 'name']).doUpdateSet({ value: row.value, mac: row.mac }))
        .execute()
    },
    async putIfAbsent(ownerId, name, value) {
      const insert = db
        .insertInto('settings')
        .values(macs.sealed('settings', { owner_id: ownerId, name, value: JSON.stringify(value) }))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async delete(ownerId, name) {
      const remove = db.deleteFrom('settings').where('owner_id', '=', ownerId).where('name', '=', name)
      return changed(await remove.executeTakeFirstOrThrow())
    },
  }
}

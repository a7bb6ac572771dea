import type { Kysely } from 'kysely'
import type { DataKeys } from '../key-repositories.ts'
import type { DataKey } from '../records.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed, pageOf } from './page.ts'
import type { DataKeyRow, Tables } from './tables.ts'

/** Wrapped data keys over SQL. */
export function dataKeys(db: Kysely<Tables>, hot: HotStatements): DataKeys {
  const rows = () => db.selectFrom('data_keys').selectAll()
  const newestFirst = (ownerId: string) =>
    rows().where('owner_id', '=', ownerId).orderBy('created_ms', 'desc').orderBy('id', 'desc')
  return {
    async get(id) {
      const row = await hot.dataKey(id)
      return row ? keyFrom(row) : null
    },
    async current(ownerId) {
      const row = await hot.currentDataKey(ownerId)
      return row ? keyFrom(row) : null
    },
    async ofOwner(ownerId) {
      return (await newestFirst(ownerId).execute()).map(keyFrom)
    },
    async summary(keyId) {
      const row = await db
        .selectFrom('data_keys')
        .select(({ fn, eb }) => [
          fn.countAll<number>().as('all'),
          fn.count<number>('retired_ms').as('retired'),
          fn.count<number>(eb.case().when('key_id', '<>', keyId).then(1).end()).as('other'),
          fn
            .min<number | null>(eb.case().when('retired_ms', 'is', null).then(eb.ref('created_ms')).end())
            .as('oldest'),
        ])
        .executeTakeFirstOrThrow()
      return { dataKeys: row.all, retired: row.retired, underOldKeys: row.other, oldestMs: row.oldest }
    },
    async list(after, limit) {
      const query = rows()
        .orderBy('id')
        .limit(limit + 1)
      return pageOf(await (after === null ? query : query.where('id', '>', after)).execute(), limit, keyFrom)
    },
    async insert(key) {
      const insert = db.insertInto('data_keys').values({
        id: key.id,
        owner_id: key.ownerId,
        wrapped: key.wrapped,
        key_id: key.keyId,
        created_ms: key.createdMs,
        retired_ms: key.retiredMs,
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async retire(id, atMs) {
      const update = db
        .updateTable('data_keys')
        .set({ retired_ms: atMs })
        .where('id', '=', id)
        .where('retired_ms', 'is', null)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async retireAll(atMs) {
      const update = db.updateTable('data_keys').set({ retired_ms: atMs }).where('retired_ms', 'is', null)
      return Number((await update.executeTakeFirstOrThrow()).numUpdatedRows)
    },
    async destroy(id) {
      const remove = db.deleteFrom('data_keys').where('id', '=', id).where('retired_ms', 'is not', null)
      return changed(await remove.executeTakeFirstOrThrow())
    },
    async rewrap(id, wrapped, keyId) {
      const update = db.updateTable('data_keys').set({ wrapped, key_id: keyId }).where('id', '=', id)
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

function keyFrom(row: DataKeyRow): DataKey {
  return {
    id: row.id,
    ownerId: row.owner_id,
    wrapped: row.wrapped,
    keyId: row.key_id,
    createdMs: row.created_ms,
    retiredMs: row.retired_ms,
  }
}

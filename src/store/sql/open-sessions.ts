import type { Kysely } from 'kysely'
import type { OpenSession } from '../records.ts'
import type { OpenSessions } from '../store.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { OpenSessionRow, Tables } from './tables.ts'

/** Open sessions over SQL. */
export function openSessions(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): OpenSessions {
  return {
    async get(id) {
      const row = await hot.openSession(id)
      return row ? sessionFrom(macs.whole('open_sessions', row)) : null
    },
    async isUnder(dataKeyId) {
      const found = db.selectFrom('open_sessions').select('id').where('data_key_id', '=', dataKeyId).limit(1)
      return (await found.executeTakeFirst()) !== undefined
    },
    async insert(session) {
      const row = macs.sealed('open_sessions', {
        id: session.id,
        organization_id: session.organizationId,
        environment_id: session.environmentId,
        revision: session.revision,
        owner_id: session.ownerId,
        sealed: session.sealed,
        data_key_id: session.dataKeyId,
        created_ms: session.createdMs,
        expires_ms: session.expiresMs,
      })
      // In the order of the statement's columns.
      const inserted = await hot.insertOpenSession(...Object.values(row))
      return inserted > 0
    },
    async delete(id) {
      return changed(await db.deleteFrom('open_sessions').where('id', '=', id).executeTakeFirstOrThrow())
    },
    deleteExpired: (nowMs, limit) => hot.deleteExpiredSessions(nowMs, limit),
    async deleteOfOwner(ownerId) {
      const remove = db.deleteFrom('open_sessions').where('owner_id', '=', ownerId)
      return Number((await remove.executeTakeFirstOrThrow()).numDeletedRows)
    },
  }
}

function sessionFrom(row: OpenSessionRow): OpenSession {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environmentId: row.environment_id,
    revision: row.revision,
    ownerId: row.owner_id,
    sealed: row.sealed,
    dataKeyId: row.data_key_id,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
  }
}

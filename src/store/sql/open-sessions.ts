import type { Kysely } from 'kysely'
import type { OpenSession } from '../records.ts'
import type { OpenSessions } from '../store.ts'
import type { HotReads } from './hot-reads.ts'
import { changed } from './page.ts'
import type { OpenSessionRow, Tables } from './tables.ts'

/** Open sessions over SQL. */
export function openSessions(db: Kysely<Tables>, hot: HotReads): OpenSessions {
  return {
    async get(id) {
      const row = await hot.openSession(id)
      return row ? sessionFrom(row) : null
    },
    async insert(session) {
      const insert = db.insertInto('open_sessions').values({
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
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async delete(id) {
      return changed(await db.deleteFrom('open_sessions').where('id', '=', id).executeTakeFirstOrThrow())
    },
    async deleteExpired(nowMs, limit) {
      const { numDeletedRows } = await db
        .deleteFrom('open_sessions')
        .where('id', 'in', (from) =>
          from.selectFrom('open_sessions').select('id').where('expires_ms', '<=', nowMs).limit(limit),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
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

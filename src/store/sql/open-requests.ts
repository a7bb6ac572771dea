import type { Kysely } from 'kysely'
import type { OpenRequests } from '../workflow.ts'
import type { OpenRequest } from '../workflow-records.ts'
import { actorFrom, actorText } from './actor.ts'
import { changed } from './page.ts'
import type { Tables } from './tables.ts'
import type { OpenRequestRow } from './workflow-tables.ts'

/** Requests to open, over SQL. */
export function openRequests(db: Kysely<Tables>): OpenRequests {
  const rows = () => db.selectFrom('open_requests').selectAll()
  return {
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? requestFrom(row) : null
    },
    async active(environmentId, askerId, nowMs) {
      const row = await rows()
        .where('environment_id', '=', environmentId)
        .where('asker_id', '=', askerId)
        .where('access_until_ms', '>', nowMs)
        .orderBy('access_until_ms', 'desc')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      return row ? requestFrom(row) : null
    },
    async insert(request) {
      const insert = db.insertInto('open_requests').values({
        id: request.id,
        organization_id: request.organizationId,
        environment_id: request.environmentId,
        asker_id: request.asker.id,
        asker: actorText(request.asker),
        grant_expiration_seconds: request.grantExpirationSeconds,
        access_duration_seconds: request.accessDurationSeconds,
        created_ms: request.createdMs,
        granted_ms: request.grantedMs,
        access_until_ms: request.accessUntilMs,
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async changeTimes(id, { grantExpirationSeconds, accessDurationSeconds }) {
      const update = db
        .updateTable('open_requests')
        .set({
          grant_expiration_seconds: grantExpirationSeconds,
          access_duration_seconds: accessDurationSeconds,
        })
        .where('id', '=', id)
        .where('granted_ms', 'is', null)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async grant(id, grantedMs, accessUntilMs) {
      const update = db
        .updateTable('open_requests')
        .set({ granted_ms: grantedMs, access_until_ms: accessUntilMs })
        .where('id', '=', id)
        .where('granted_ms', 'is', null)
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

function requestFrom(row: OpenRequestRow): OpenRequest {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environmentId: row.environment_id,
    asker: actorFrom(row.asker),
    grantExpirationSeconds: row.grant_expiration_seconds,
    accessDurationSeconds: row.access_duration_seconds,
    createdMs: row.created_ms,
    grantedMs: row.granted_ms,
    accessUntilMs: row.access_until_ms,
  }
}

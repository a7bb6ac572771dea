import type { Kysely } from 'kysely'
import type { OpenRequests } from '../workflow.ts'
import type { OpenRequest } from '../workflow-records.ts'
import { actorFrom, actorText } from './actor.ts'
import { changeRow } from './change-row.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'
import type { OpenRequestRow } from './workflow-tables.ts'

/** Requests to open, over SQL. */
export function openRequests(db: Kysely<Tables>, _: HotStatements, macs: RecordMacs): OpenRequests {
  const rows = () => db.selectFrom('open_requests').selectAll()
  return {
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? requestFrom(macs.whole('open_requests', row)) : null
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
      return row ? requestFrom(macs.whole('open_requests', row)) : null
    },
    async insert(request) {
      const row = macs.sealed('open_requests', {
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
      const insert = db.insertInto('open_requests').values(row)
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async changeTimes(id, { grantExpirationSeconds, accessDurationSeconds }) {
      const change = {
        grant_expiration_seconds: grantExpirationSeconds,
        access_duration_seconds: accessDurationSeconds,
      }
      return await changeRow(db, macs, 'open_requests', { id }, change, { wanted: isUngranted })
    },
    async grant(id, grantedMs, accessUntilMs) {
      const change = { granted_ms: grantedMs, access_until_ms: accessUntilMs }
      return await changeRow(db, macs, 'open_requests', { id }, change, { wanted: isUngranted })
    },
  }
}

function isUngranted({ granted_ms }: OpenRequestRow): boolean {
  return granted_ms === null
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

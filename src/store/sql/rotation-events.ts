import type { Kysely } from 'kysely'
import type { RotationEvents } from '../workflow.ts'
import type { Rotation, RotationEvent } from '../workflow-records.ts'
import { actorFrom, actorText } from './actor.ts'
import { jsonOr } from './json-text.ts'
import { changed, pageOf } from './page.ts'
import type { Tables } from './tables.ts'
import type { RotationEventRow } from './workflow-tables.ts'

/** Rotation events over SQL. */
export function rotationEvents(db: Kysely<Tables>): RotationEvents {
  const rows = () => db.selectFrom('rotation_events').selectAll()
  return {
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? eventFrom(row) : null
    },
    async list(environmentId, before, limit) {
      const all = rows().where('environment_id', '=', environmentId)
      const rest =
        before === null
          ? all
          : all.where(({ eb, refTuple, tuple }) =>
              eb(refTuple('created_ms', 'id'), '<', tuple(before.createdMs, before.id)),
            )
      const query = rest
        .orderBy('created_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      return pageOf(await query.execute(), limit, eventFrom)
    },
    async insert(event) {
      const insert = db.insertInto('rotation_events').values(rowFrom(event))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async complete(event) {
      const update = db
        .updateTable('rotation_events')
        .set({
          completed_ms: event.completedMs,
          post_rotation_revision: event.postRotationRevision,
          status: event.status,
          error_message: event.errorMessage,
          rotations: JSON.stringify(event.rotations),
        })
        .where('id', '=', event.id)
        .where('completed_ms', 'is', null)
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

function eventFrom(row: RotationEventRow): RotationEvent {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environmentId: row.environment_id,
    createdMs: row.created_ms,
    completedMs: row.completed_ms,
    preRotationRevision: row.pre_rotation_revision,
    postRotationRevision: row.post_rotation_revision,
    user: actorFrom(row.actor),
    status: row.status as RotationEvent['status'],
    scheduledActionId: row.scheduled_action_id,
    errorMessage: row.error_message,
    rotations: jsonOr<readonly Rotation[]>(row.rotations, []),
  }
}

function rowFrom(event: RotationEvent): RotationEventRow {
  return {
    id: event.id,
    organization_id: event.organizationId,
    environment_id: event.environmentId,
    created_ms: event.createdMs,
    completed_ms: event.completedMs,
    pre_rotation_revision: event.preRotationRevision,
    post_rotation_revision: event.postRotationRevision,
    actor: actorText(event.user),
    status: event.status,
    scheduled_action_id: event.scheduledActionId,
    error_message: event.errorMessage,
    rotations: JSON.stringify(event.rotations),
  }
}

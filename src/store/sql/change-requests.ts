import type { Kysely } from 'kysely'
import type { ChangeRequests } from '../workflow.ts'
import type { Approval, ChangeRequest, ChangeRequestEvent, DraftRevision } from '../workflow-records.ts'
import { actorFrom, actorText } from './actor.ts'
import { changeRow } from './change-row.ts'
import type { HotStatements } from './hot-statements.ts'
import { jsonOr } from './json-text.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'
import type {
  ApprovalRow,
  ChangeRequestEventRow,
  ChangeRequestRow,
  DraftRevisionRow,
} from './workflow-tables.ts'

/** Change requests with their drafts, events and approvals, over SQL. */
export function changeRequests(db: Kysely<Tables>, _: HotStatements, macs: RecordMacs): ChangeRequests {
  const rows = () => db.selectFrom('change_requests').selectAll()
  return {
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? requestFrom(row) : null
    },
    async list(organizationId, environmentId, before, limit) {
      const all = rows().where('organization_id', '=', organizationId)
      const some = environmentId === null ? all : all.where('environment_id', '=', environmentId)
      const rest =
        before === null
          ? some
          : some.where(({ eb, refTuple, tuple }) =>
              eb(refTuple('created_ms', 'id'), '<', tuple(before.createdMs, before.id)),
            )
      const query = rest
        .orderBy('created_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      return pageOf(await query.execute(), limit, requestFrom)
    },
    async active(environmentId, statuses) {
      if (statuses.length === 0) return null
      const row = await rows()
        .where('environment_id', '=', environmentId)
        .where('action', '=', 'update')
        .where('status', 'in', statuses)
        .orderBy('created_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row ? requestFrom(row) : null
    },
    async insert(request) {
      const insert = db.insertInto('change_requests').values(rowFrom(request))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async transition(id, expected, change) {
      const update = db
        .updateTable('change_requests')
        .set({
          status: change.status ?? expected,
          ...(change.description !== undefined && { description: change.description }),
          ...(change.modifiedMs !== undefined && { modified_ms: change.modifiedMs }),
        })
        .where('id', '=', id)
        .where('status', '=', expected)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async advance(id, expected, modifiedMs) {
      const update = db
        .updateTable('change_requests')
        .set({ latest_revision: expected + 1, modified_ms: modifiedMs })
        .where('id', '=', id)
        .where('latest_revision', '=', expected)
      return changed(await update.executeTakeFirstOrThrow())
    },
    ...drafts(db, macs),
    ...events(db),
    ...approvals(db, macs),
  }
}

function drafts(
  db: Kysely<Tables>,
  macs: RecordMacs,
): Pick<ChangeRequests, 'draft' | 'insertDraft' | 'resealDraft'> {
  return {
    async draft(id, number) {
      const row = await db
        .selectFrom('draft_revisions')
        .selectAll()
        .where('change_request_id', '=', id)
        .where('number', '=', number)
        .executeTakeFirst()
      return row ? draftFrom(macs.whole('draft_revisions', row)) : null
    },
    async insertDraft(draft) {
      const row = macs.sealed('draft_revisions', {
        change_request_id: draft.changeRequestId,
        number: draft.number,
        source: draft.source,
        content_hash: draft.contentHash,
        creator: actorText(draft.creator),
        created_ms: draft.createdMs,
      })
      const insert = db.insertInto('draft_revisions').values(row)
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async resealDraft(id, number, expectedHash, { source, contentHash }) {
      const keys = { change_request_id: id, number, content_hash: expectedHash }
      return await changeRow(db, macs, 'draft_revisions', keys, { source, content_hash: contentHash })
    },
  }
}

function events(db: Kysely<Tables>): Pick<ChangeRequests, 'events' | 'insertEvent'> {
  return {
    async events(id, after, limit) {
      const rows = await db
        .selectFrom('change_request_events')
        .selectAll()
        .where('change_request_id', '=', id)
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit + 1)
        .execute()
      return pageOf(rows, limit, eventFrom)
    },
    async insertEvent(event) {
      const insert = db.insertInto('change_request_events').values({
        change_request_id: event.changeRequestId,
        number: event.number,
        type: event.type,
        actor: actorText(event.by),
        at_ms: event.atMs,
        details: JSON.stringify(event.details),
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
  }
}

function approvals(
  db: Kysely<Tables>,
  macs: RecordMacs,
): Pick<ChangeRequests, 'approvals' | 'putApproval' | 'deleteApproval' | 'deleteApprovals'> {
  const remove = (id: string) => db.deleteFrom('approvals').where('change_request_id', '=', id)
  return {
    async approvals(id) {
      const rows = await db
        .selectFrom('approvals')
        .selectAll()
        .where('change_request_id', '=', id)
        .orderBy('at_ms')
        .orderBy('approver_id')
        .execute()
      return rows.map((row) => approvalFrom(macs.whole('approvals', row)))
    },
    async putApproval(approval) {
      const { change_request_id, approver_id, ...content } = macs.sealed('approvals', {
        change_request_id: approval.changeRequestId,
        approver_id: approval.approver.id,
        approver: actorText(approval.approver),
        revision: approval.revision,
        comment: approval.comment,
        at_ms: approval.atMs,
      })
      await db
        .insertInto('approvals')
        .values({
          change_request_id,
          approver_id,
          ...content,
        })
        .onConflict((on) => on.columns(['change_request_id', 'approver_id']).doUpdateSet(content))
        .execute()
    },
    async deleteApproval(id, approverId) {
      return changed(await remove(id).where('approver_id', '=', approverId).executeTakeFirstOrThrow())
    },
    async deleteApprovals(id) {
      return Number((await remove(id).executeTakeFirstOrThrow()).numDeletedRows)
    },
  }
}

function requestFrom(row: ChangeRequestRow): ChangeRequest {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environmentId: row.environment_id,
    action: row.action as ChangeRequest['action'],
    status: row.status,
    description: row.description,
    createdBy: actorFrom(row.created_by),
    baseRevision: row.base_revision,
    latestRevision: row.latest_revision,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}

function rowFrom(request: ChangeRequest): ChangeRequestRow {
  return {
    id: request.id,
    organization_id: request.organizationId,
    environment_id: request.environmentId,
    action: request.action,
    status: request.status,
    description: request.description,
    created_by: actorText(request.createdBy),
    base_revision: request.baseRevision,
    latest_revision: request.latestRevision,
    created_ms: request.createdMs,
    modified_ms: request.modifiedMs,
  }
}

function draftFrom(row: DraftRevisionRow): DraftRevision {
  return {
    changeRequestId: row.change_request_id,
    number: row.number,
    source: row.source,
    contentHash: row.content_hash,
    creator: actorFrom(row.creator),
    createdMs: row.created_ms,
  }
}

function eventFrom(row: ChangeRequestEventRow): ChangeRequestEvent {
  return {
    changeRequestId: row.change_request_id,
    number: row.number,
    type: row.type,
    by: actorFrom(row.actor),
    atMs: row.at_ms,
    details: jsonOr<ChangeRequestEvent['details']>(row.details, {}),
  }
}

function approvalFrom(row: ApprovalRow): Approval {
  return {
    changeRequestId: row.change_request_id,
    approver: actorFrom(row.approver),
    revision: row.revision,
    comment: row.comment,
    atMs: row.at_ms,
  }
}

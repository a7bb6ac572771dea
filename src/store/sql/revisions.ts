import type { Kysely } from 'kysely'
import type { Retraction, Revision, RevisionSummary } from '../records.ts'
import type { Revisions } from '../store.ts'
import { actorFrom, actorText } from './actor.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed, pageOf } from './page.ts'
import type { RevisionRow, Tables } from './tables.ts'

const withoutSource = [
  'environment_id',
  'number',
  'content_hash',
  'creator',
  'created_ms',
  'retraction',
  'source_change_request',
] as const

/** Revisions over SQL. */
export function revisions(db: Kysely<Tables>, hot: HotStatements): Revisions {
  return {
    async get(environmentId, number) {
      const row = await db
        .selectFrom('revisions')
        .selectAll()
        .where('environment_id', '=', environmentId)
        .where('number', '=', number)
        .executeTakeFirst()
      return row ? revisionFrom(row) : null
    },
    async latest(environmentId) {
      const row = await hot.latestRevision(environmentId)
      return row ? revisionFrom(row) : null
    },
    async list(environmentId, before, limit) {
      const query = db
        .selectFrom('revisions')
        .select(withoutSource)
        .where('environment_id', '=', environmentId)
        .orderBy('number', 'desc')
        .limit(limit + 1)
      const rows = await (before === null ? query : query.where('number', '<', before)).execute()
      return pageOf(rows, limit, summaryFrom)
    },
    async insert(revision) {
      const insert = db.insertInto('revisions').values({
        environment_id: revision.environmentId,
        number: revision.number,
        source: revision.source,
        content_hash: revision.contentHash,
        bonds: revision.bonds,
        creator: actorText(revision.creator),
        created_ms: revision.createdMs,
        retraction: revision.retraction && JSON.stringify(revision.retraction),
        source_change_request: revision.sourceChangeRequest && JSON.stringify(revision.sourceChangeRequest),
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async reseal(environmentId, number, expectedHash, { source, contentHash, bonds }) {
      const update = db
        .updateTable('revisions')
        .set({ source, content_hash: contentHash, bonds })
        .where('environment_id', '=', environmentId)
        .where('number', '=', number)
        .where('content_hash', '=', expectedHash)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async retract(environmentId, number, retraction) {
      const update = db
        .updateTable('revisions')
        .set({ retraction: JSON.stringify(retraction) })
        .where('environment_id', '=', environmentId)
        .where('number', '=', number)
        .where('retraction', 'is', null)
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

function revisionFrom(row: RevisionRow): Revision {
  return { ...summaryFrom(row), source: row.source, bonds: row.bonds }
}

function summaryFrom(row: Omit<RevisionRow, 'source' | 'bonds'>): RevisionSummary {
  return {
    environmentId: row.environment_id,
    number: row.number,
    contentHash: row.content_hash,
    creator: actorFrom(row.creator),
    createdMs: row.created_ms,
    // Only the two statements above wrote these texts.
    retraction: row.retraction === null ? null : (JSON.parse(row.retraction) as Retraction),
    sourceChangeRequest:
      row.source_change_request === null
        ? null
        : (JSON.parse(row.source_change_request) as Revision['sourceChangeRequest']),
  }
}

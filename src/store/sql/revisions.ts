import type { Kysely } from 'kysely'
import { AppError } from '../../diag/index.ts'
import type { Retraction, Revision, RevisionSummary } from '../records.ts'
import type { Revisions } from '../store.ts'
import { actorFrom, actorText } from './actor.ts'
import { changeRow } from './change-row.ts'
import { fullName, wholeByName } from './full-name.ts'
import type { HotStatements } from './hot-statements.ts'
import { jsonOr } from './json-text.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs, Sealed } from './record-macs.ts'
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

/** A mark that cannot be read still keeps the revision from being used. */
const damagedRetraction: Retraction = {
  replacement: 0,
  reason: 'the record of its retraction is damaged',
  by: { id: '', login: '', name: '' },
  atMs: 0,
}

/** Revisions over SQL. */
export function revisions(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Revisions {
  return {
    async get(environmentId, number) {
      const row = await db
        .selectFrom('revisions')
        .selectAll()
        .where('environment_id', '=', environmentId)
        .where('number', '=', number)
        .executeTakeFirst()
      return row ? revisionFrom(await wholeByName(db, macs, 'revisions', row)) : null
    },
    async latest(environmentId) {
      const row = await hot.latestRevision(environmentId)
      if (!row) return null
      // An environment's row that was put back to an earlier one is whole by itself.
      if (macs.enforced && row.beyond > 0) {
        const record = await fullName(db, 'environments', { id: row.environment_id })
        throw new AppError('RECORD_INTEGRITY', { record })
      }
      return revisionFrom(await wholeByName(db, macs, 'revisions', row))
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
      const row = macs.sealed('revisions', {
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
      const insert = db.insertInto('revisions').values(row)
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async reseal(environmentId, number, expectedHash, { source, contentHash, bonds }) {
      const keys = { environment_id: environmentId, number, content_hash: expectedHash }
      return await changeRow(db, macs, 'revisions', keys, { source, content_hash: contentHash, bonds })
    },
    async retract(environmentId, number, retraction) {
      const keys = { environment_id: environmentId, number }
      return await changeRow(
        db,
        macs,
        'revisions',
        keys,
        { retraction: JSON.stringify(retraction) },
        {
          wanted: (row) => row.retraction === null,
        },
      )
    },
  }
}

function revisionFrom(row: RevisionRow): Revision {
  return { ...summaryFrom(row), source: row.source, bonds: row.bonds }
}

function summaryFrom(row: Omit<RevisionRow, 'source' | 'bonds' | keyof Sealed>): RevisionSummary {
  return {
    environmentId: row.environment_id,
    number: row.number,
    contentHash: row.content_hash,
    creator: actorFrom(row.creator),
    createdMs: row.created_ms,
    // Only the two statements above wrote these texts.
    retraction: row.retraction === null ? null : jsonOr<Retraction>(row.retraction, damagedRetraction),
    sourceChangeRequest:
      row.source_change_request === null
        ? null
        : jsonOr<Revision['sourceChangeRequest']>(row.source_change_request, null),
  }
}

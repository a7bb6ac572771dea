import type { Kysely } from 'kysely'
import type { RevisionTag } from '../records.ts'
import type { RevisionTags } from '../store.ts'
import { actorFrom, actorText } from './actor.ts'
import { changeRow } from './change-row.ts'
import { wholeByName } from './full-name.ts'
import type { HotStatements } from './hot-statements.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { RevisionTagRow, Tables } from './tables.ts'

/** Revision tags over SQL. */
export function revisionTags(db: Kysely<Tables>, _: HotStatements, macs: RecordMacs): RevisionTags {
  const rows = (environmentId: string) =>
    db.selectFrom('revision_tags').selectAll().where('environment_id', '=', environmentId)
  return {
    async get(environmentId, name) {
      const row = await rows(environmentId).where('name_key', '=', nameKey(name)).executeTakeFirst()
      return row?.name === name ? tagFrom(await wholeByName(db, macs, 'revision_tags', row)) : null
    },
    async list(environmentId, after, limit) {
      const query = rows(environmentId)
        .orderBy('name')
        .limit(limit + 1)
      return pageOf(
        await (after === null ? query : query.where('name', '>', after)).execute(),
        limit,
        tagFrom,
      )
    },
    async ofRevision(environmentId, revision) {
      const found = await rows(environmentId).where('revision', '=', revision).orderBy('name').execute()
      return found.map(tagFrom)
    },
    async insert(tag) {
      const row = macs.sealed('revision_tags', {
        environment_id: tag.environmentId,
        name: tag.name,
        name_key: nameKey(tag.name),
        revision: tag.revision,
        editor: actorText(tag.editor),
        created_ms: tag.createdMs,
        modified_ms: tag.modifiedMs,
      })
      const insert = db.insertInto('revision_tags').values(row)
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async move(environmentId, name, revision, editor, modifiedMs) {
      const change = { revision, editor: actorText(editor), modified_ms: modifiedMs }
      return await changeRow(db, macs, 'revision_tags', { environment_id: environmentId, name }, change)
    },
    async delete(environmentId, name) {
      const remove = db
        .deleteFrom('revision_tags')
        .where('environment_id', '=', environmentId)
        .where('name', '=', name)
      return changed(await remove.executeTakeFirstOrThrow())
    },
  }
}

function tagFrom(row: RevisionTagRow): RevisionTag {
  return {
    environmentId: row.environment_id,
    name: row.name,
    revision: row.revision,
    editor: actorFrom(row.editor),
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}

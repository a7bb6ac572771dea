import type { Kysely } from 'kysely'
import type { EnvironmentTag } from '../records.ts'
import type { EnvironmentTags } from '../store.ts'
import { actorFrom, actorText } from './actor.ts'
import type { HotStatements } from './hot-statements.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { EnvironmentTagRow, Tables } from './tables.ts'

/** Environment tags over SQL. */
export function environmentTags(db: Kysely<Tables>, hot: HotStatements): EnvironmentTags {
  const rows = (environmentId: string) =>
    db.selectFrom('environment_tags').selectAll().where('environment_id', '=', environmentId)
  return {
    async get(environmentId, name) {
      const row = await rows(environmentId).where('name_key', '=', nameKey(name)).executeTakeFirst()
      return row?.name === name ? tagFrom(row) : null
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
    async ofEnvironments(environmentIds) {
      if (environmentIds.length === 0) return []
      const found = await db
        .selectFrom('environment_tags')
        .selectAll()
        .where('environment_id', 'in', environmentIds)
        .orderBy('environment_id')
        .orderBy('name')
        .execute()
      return found.map(tagFrom)
    },
    async ofPage(organizationId, first, last) {
      const rows = await hot.environmentTagPage(
        organizationId,
        first.project,
        first.name,
        last.project,
        last.name,
      )
      return rows.map(tagFrom)
    },
    async valuesOf(organizationId, limit) {
      const found = await db
        .selectFrom('environment_tags as t')
        .innerJoin('environments as e', 'e.id', 't.environment_id')
        .select(['t.name', 't.value', 't.environment_id'])
        .where('e.organization_id', '=', organizationId)
        .where('e.deleted_ms', 'is', null)
        .orderBy('t.name')
        .orderBy('t.value')
        .orderBy('t.environment_id')
        .limit(limit)
        .execute()
      return found.map((row) => ({ name: row.name, value: row.value, environmentId: row.environment_id }))
    },
    async insert(tag) {
      const insert = db.insertInto('environment_tags').values(rowFrom(tag))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async update(name, tag) {
      const row = rowFrom(tag)
      const update = db
        .updateTable('environment_tags')
        .set(row)
        .where('environment_id', '=', tag.environmentId)
        .where('name', '=', name)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('environment_tags as other')
                .select('other.name')
                .where('other.environment_id', '=', row.environment_id)
                .where('other.name_key', '=', row.name_key)
                .where('other.name', '<>', name),
            ),
          ),
        )
      return changed(await update.executeTakeFirstOrThrow())
    },
    async delete(environmentId, name) {
      const remove = db
        .deleteFrom('environment_tags')
        .where('environment_id', '=', environmentId)
        .where('name', '=', name)
      return changed(await remove.executeTakeFirstOrThrow())
    },
  }
}

function tagFrom(row: EnvironmentTagRow): EnvironmentTag {
  return {
    environmentId: row.environment_id,
    name: row.name,
    value: row.value,
    editor: actorFrom(row.editor),
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}

function rowFrom(tag: EnvironmentTag): EnvironmentTagRow {
  return {
    environment_id: tag.environmentId,
    name: tag.name,
    name_key: nameKey(tag.name),
    value: tag.value,
    editor: actorText(tag.editor),
    created_ms: tag.createdMs,
    modified_ms: tag.modifiedMs,
  }
}

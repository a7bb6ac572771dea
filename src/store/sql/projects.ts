import type { Kysely } from 'kysely'
import type { Project } from '../records.ts'
import type { Projects } from '../store.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { ProjectRow, Tables } from './tables.ts'

/** Projects over SQL. */
export function projects(db: Kysely<Tables>): Projects {
  const rows = (organizationId: string) =>
    db.selectFrom('projects').selectAll().where('organization_id', '=', organizationId)
  return {
    async find(organizationId, name) {
      const row = await rows(organizationId).where('name_key', '=', nameKey(name)).executeTakeFirst()
      return row?.name === name ? projectFrom(row) : null
    },
    async list(organizationId, after, limit) {
      const query = rows(organizationId)
        .orderBy('name')
        .limit(limit + 1)
      return pageOf(
        await (after === null ? query : query.where('name', '>', after)).execute(),
        limit,
        projectFrom,
      )
    },
    async insert(project) {
      const row: ProjectRow = {
        id: project.id,
        organization_id: project.organizationId,
        name: project.name,
        name_key: nameKey(project.name),
        created_ms: project.createdMs,
      }
      const insert = db.insertInto('projects').values(row)
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async deleteIfEmpty(id) {
      const remove = db
        .deleteFrom('projects')
        .where('id', '=', id)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('environments as e').select('e.id').where('e.project_id', '=', id))),
        )
      return changed(await remove.executeTakeFirstOrThrow())
    },
  }
}

function projectFrom(row: ProjectRow): Project {
  return { id: row.id, organizationId: row.organization_id, name: row.name, createdMs: row.created_ms }
}

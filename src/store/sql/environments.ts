import type { Expression, ExpressionBuilder, Kysely, SqlBool, Updateable } from 'kysely'
import type { Environment } from '../records.ts'
import type { EnvironmentChange, EnvironmentKey, Environments } from '../store.ts'
import { actorFrom, actorText } from './actor.ts'
import type { HotStatements, NamedEnvironmentRow } from './hot-statements.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { EnvironmentRow, Tables } from './tables.ts'

/** Environments over SQL. */
export function environments(db: Kysely<Tables>, hot: HotStatements): Environments {
  return {
    async get(id) {
      const row = await named(db).where('e.id', '=', id).executeTakeFirst()
      return row ? environmentFrom(row) : null
    },
    async find(organizationId, project, name) {
      const row = await hot.environment(organizationId, project, name)
      return row ? environmentFrom(row) : null
    },
    async findDeleted(organizationId, project, name) {
      const row = await named(db)
        .where('e.organization_id', '=', organizationId)
        .where('e.project', '=', project)
        .where('e.name', '=', name)
        .where('e.deleted_ms', 'is not', null)
        .orderBy('e.deleted_ms', 'desc')
        .orderBy('e.id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row ? environmentFrom(row) : null
    },
    list: (organizationIds, after, limit) => list(db, organizationIds, after, limit),
    async listDeleted(organizationId, after, limit) {
      const query = named(db)
        .where('e.organization_id', '=', organizationId)
        .where('e.deleted_ms', 'is not', null)
        .orderBy('e.id')
        .limit(limit + 1)
      const rows = await (after === null ? query : query.where('e.id', '>', after)).execute()
      return pageOf(rows, limit, environmentFrom)
    },
    async insert(environment) {
      const project = await projectOf(db, environment.projectId)
      const insert = db.insertInto('environments').values({
        id: environment.id,
        organization_id: project.organization_id,
        project_id: project.id,
        project: project.name,
        name: environment.name,
        name_key: nameKey(environment.name),
        latest: environment.latest,
        owned_by: actorText(environment.ownedBy),
        deletion_protected: environment.deletionProtected ? 1 : 0,
        created_ms: environment.createdMs,
        modified_ms: environment.modifiedMs,
        deleted_ms: null,
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async advance(id, expected, modifiedMs) {
      const update = db
        .updateTable('environments')
        .set({ latest: expected + 1, modified_ms: modifiedMs })
        .where('id', '=', id)
        .where('latest', '=', expected)
        .where('deleted_ms', 'is', null)
      return changed(await update.executeTakeFirstOrThrow())
    },
    update: (id, change) => update(db, id, change),
    async delete(id, atMs) {
      const update = db
        .updateTable('environments')
        .set({ deleted_ms: atMs })
        .where('id', '=', id)
        .where('deletion_protected', '=', 0)
        .where('deleted_ms', 'is', null)
      if (!changed(await update.executeTakeFirstOrThrow())) return false
      await db.deleteFrom('open_sessions').where('environment_id', '=', id).execute()
      return true
    },
    async restore(id, modifiedMs) {
      const row = await db
        .selectFrom('environments')
        .selectAll()
        .where('id', '=', id)
        .where('deleted_ms', 'is not', null)
        .executeTakeFirst()
      if (row === undefined) return false
      const restored = db
        .updateTable('environments')
        .set({ deleted_ms: null, modified_ms: modifiedMs })
        .where('id', '=', id)
        .where(isFree(row.project_id, row.name_key, id))
      return changed(await restored.executeTakeFirstOrThrow())
    },
    async purge(id) {
      const remove = db.deleteFrom('environments').where('id', '=', id).where('deleted_ms', 'is not', null)
      if (!changed(await remove.executeTakeFirstOrThrow())) return false
      await db.deleteFrom('data_keys').where('owner_id', '=', id).execute()
      await db.deleteFrom('settings').where('owner_id', '=', id).execute()
      return true
    },
  }
}

function named(db: Kysely<Tables>) {
  return db
    .selectFrom('environments as e')
    .innerJoin('organizations as o', 'o.id', 'e.organization_id')
    .selectAll('e')
    .select('o.name as organization')
}

async function list(
  db: Kysely<Tables>,
  organizationIds: readonly string[],
  after: EnvironmentKey | null,
  limit: number,
) {
  const rows: NamedEnvironmentRow[] = []
  // Organization by organization, so that each step is one range of one index.
  for (const { id, name } of await organizationsFrom(db, organizationIds, after)) {
    const query = named(db)
      .where('e.organization_id', '=', id)
      .where('e.deleted_ms', 'is', null)
      .orderBy('e.project')
      .orderBy('e.name')
      .limit(limit + 1 - rows.length)
    const rest =
      after !== null && after.organization === name
        ? query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('e.project', 'e.name'), '>', tuple(after.project, after.name)),
          )
        : query
    rows.push(...(await rest.execute()))
    if (rows.length > limit) break
  }
  return pageOf(rows, limit, environmentFrom)
}

async function organizationsFrom(
  db: Kysely<Tables>,
  ids: readonly string[],
  after: EnvironmentKey | null,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (ids.length === 0) return []
  const query = db.selectFrom('organizations').select(['id', 'name']).where('id', 'in', ids).orderBy('name')
  return await (after === null ? query : query.where('name', '>=', after.organization)).execute()
}

async function update(db: Kysely<Tables>, id: string, change: EnvironmentChange): Promise<boolean> {
  const row = await db.selectFrom('environments').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) return false
  const project = change.projectId === undefined ? null : await projectOf(db, change.projectId)
  const set: Updateable<EnvironmentRow> = {
    ...(project && { project_id: project.id, project: project.name }),
    ...(change.name !== undefined && { name: change.name, name_key: nameKey(change.name) }),
    ...(change.ownedBy && { owned_by: actorText(change.ownedBy) }),
    ...(change.deletionProtected !== undefined && { deletion_protected: change.deletionProtected ? 1 : 0 }),
    modified_ms: change.modifiedMs ?? row.modified_ms,
  }
  const statement = db
    .updateTable('environments')
    .set(set)
    .where('id', '=', id)
    .where(isFree(project?.id ?? row.project_id, nameKey(change.name ?? row.name), id))
  return changed(await statement.executeTakeFirstOrThrow())
}

/** The condition that no other live environment of the project bears the name. */
function isFree(projectId: string, key: string, id: string) {
  return ({ not, exists, selectFrom }: ExpressionBuilder<Tables, 'environments'>): Expression<SqlBool> =>
    not(
      exists(
        selectFrom('environments as other')
          .select('other.id')
          .where('other.project_id', '=', projectId)
          .where('other.name_key', '=', key)
          .where('other.deleted_ms', 'is', null)
          .where('other.id', '<>', id),
      ),
    )
}

async function projectOf(db: Kysely<Tables>, id: string) {
  return await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

function environmentFrom(row: NamedEnvironmentRow): Environment {
  return {
    id: row.id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    organization: row.organization,
    project: row.project,
    name: row.name,
    latest: row.latest,
    ownedBy: actorFrom(row.owned_by),
    deletionProtected: row.deletion_protected === 1,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    deletedMs: row.deleted_ms,
  }
}

import type { Kysely } from 'kysely'
import type { Environment } from '../records.ts'
import type { EnvironmentChange, EnvironmentKey, Environments } from '../store.ts'
import { actorFrom, actorText } from './actor.ts'
import { changeRow } from './change-row.ts'
import { wholeByName } from './full-name.ts'
import type { HotStatements, NamedEnvironmentRow } from './hot-statements.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { EnvironmentRow, Tables } from './tables.ts'

/** Environments over SQL. */
export function environments(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Environments {
  const whole = async (row: NamedEnvironmentRow) =>
    environmentFrom(await wholeByName(db, macs, 'environments', row))
  return {
    async get(id) {
      const row = await named(db).where('e.id', '=', id).executeTakeFirst()
      return row ? await whole(row) : null
    },
    async find(organizationId, project, name) {
      const row = await hot.environment(organizationId, project, name)
      return row ? await whole(row) : null
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
      return row ? await whole(row) : null
    },
    list: (organizationIds, after, limit) => list(hot, organizationIds, after, limit),
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
      const row = macs.sealed('environments', {
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
      const insert = db.insertInto('environments').values(row)
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async advance(id, expected, modifiedMs) {
      const change = { latest: expected + 1, modified_ms: modifiedMs }
      return await changeRow(db, macs, 'environments', { id, latest: expected }, change, {
        wanted: (row) => row.deleted_ms === null,
      })
    },
    update: (id, change) => update(db, macs, id, change),
    async delete(id, atMs) {
      const isDeleted = await changeRow(
        db,
        macs,
        'environments',
        { id },
        { deleted_ms: atMs },
        {
          wanted: (row) => row.deletion_protected === 0 && row.deleted_ms === null,
        },
      )
      if (!isDeleted) return false
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
      if (!(await isFree(db, row.project_id, row.name_key, id))) return false
      return await changeRow(db, macs, 'environments', { id }, { deleted_ms: null, modified_ms: modifiedMs })
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
  hot: HotStatements,
  organizationIds: readonly string[],
  after: EnvironmentKey | null,
  limit: number,
) {
  const rows: NamedEnvironmentRow[] = []
  // Organization by organization, so that each step is one range of one index.
  for (const { id, name } of await organizationsFrom(hot, organizationIds, after)) {
    const from = after !== null && after.organization === name ? after : null
    rows.push(
      ...(await hot.environmentPage(id, from?.project ?? '', from?.name ?? '', limit + 1 - rows.length)),
    )
    if (rows.length > limit) break
  }
  return pageOf(rows, limit, environmentFrom)
}

async function organizationsFrom(
  hot: HotStatements,
  ids: readonly string[],
  after: EnvironmentKey | null,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const found = await Promise.all(ids.map((id) => hot.organizationById(id)))
  return found
    .filter((row) => row !== undefined)
    .filter(({ name }) => after === null || name >= after.organization)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function update(
  db: Kysely<Tables>,
  macs: RecordMacs,
  id: string,
  change: EnvironmentChange,
): Promise<boolean> {
  const row = await db.selectFrom('environments').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) return false
  const project = change.projectId === undefined ? null : await projectOf(db, change.projectId)
  const set: Partial<EnvironmentRow> = {
    ...(project && { project_id: project.id, project: project.name }),
    ...(change.name !== undefined && { name: change.name, name_key: nameKey(change.name) }),
    ...(change.ownedBy && { owned_by: actorText(change.ownedBy) }),
    ...(change.deletionProtected !== undefined && { deletion_protected: change.deletionProtected ? 1 : 0 }),
    modified_ms: change.modifiedMs ?? row.modified_ms,
  }
  if (!(await isFree(db, project?.id ?? row.project_id, nameKey(change.name ?? row.name), id))) return false
  return await changeRow(db, macs, 'environments', { id }, set)
}

/** Whether no other live environment of the project bears the name. Changes run one after another, so that it stays so. */
async function isFree(db: Kysely<Tables>, projectId: string, key: string, id: string): Promise<boolean> {
  const other = await db
    .selectFrom('environments')
    .select('id')
    .where('project_id', '=', projectId)
    .where('name_key', '=', key)
    .where('deleted_ms', 'is', null)
    .where('id', '<>', id)
    .executeTakeFirst()
  return other === undefined
}

async function projectOf(db: Kysely<Tables>, id: string) {
  return await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** What a row that is remembered was read as. */
const read = new WeakMap<NamedEnvironmentRow, Environment>()

function environmentFrom(row: NamedEnvironmentRow): Environment {
  const known = read.get(row)
  if (known !== undefined) return known
  const environment: Environment = {
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
  read.set(row, environment)
  return environment
}

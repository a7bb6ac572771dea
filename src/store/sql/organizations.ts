import type { Kysely } from 'kysely'
import type { Organization } from '../records.ts'
import type { Organizations } from '../store.ts'
import type { HotStatements } from './hot-statements.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { OrganizationRow, Tables } from './tables.ts'

/** Organizations over SQL. */
export function organizations(db: Kysely<Tables>, hot: HotStatements): Organizations {
  const rows = () => db.selectFrom('organizations').selectAll()
  return {
    async get(id) {
      const row = await hot.organizationById(id)
      return row ? organizationFrom(row) : null
    },
    async find(name) {
      const row = await hot.organization(nameKey(name))
      return row?.name === name ? organizationFrom(row) : null
    },
    async list(after, limit) {
      const query = after === null ? rows() : rows().where('name', '>', after)
      return pageOf(
        await query
          .orderBy('name')
          .limit(limit + 1)
          .execute(),
        limit,
        organizationFrom,
      )
    },
    async insert(organization) {
      const insert = db.insertInto('organizations').values(rowFrom(organization))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async update(organization) {
      const row = rowFrom(organization)
      const update = db
        .updateTable('organizations')
        .set(row)
        .where('id', '=', row.id)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('organizations as other')
                .select('other.id')
                .where('other.name_key', '=', row.name_key)
                .where('other.id', '<>', row.id),
            ),
          ),
        )
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

/** The record of a row. */
export function organizationFrom(row: OrganizationRow): Organization {
  return {
    id: row.id,
    name: row.name,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    createdMs: row.created_ms,
  }
}

function rowFrom(organization: Organization): OrganizationRow {
  return {
    id: organization.id,
    name: organization.name,
    name_key: nameKey(organization.name),
    display_name: organization.displayName,
    avatar_url: organization.avatarUrl,
    created_ms: organization.createdMs,
  }
}

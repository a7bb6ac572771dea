import pg from 'pg'
import { fences } from '../migrations/fences.ts'
import { connectToPrimary } from './connections.ts'
import { failureOf } from './failure.ts'
import { placeOf } from './hosts.ts'
import { applicationName } from './session.ts'

/** As whom a server is in its database, and what of the fence between organizations does not hold because of that (S-19). */
export interface DatabaseRole {
  readonly name: string
  readonly database: string
  /** Why no policy binds the role; `null` when every policy does. */
  readonly passes: 'is a superuser' | 'has BYPASSRLS' | null
  /** The role that the database system was made with can never be anything else. */
  readonly isFirst: boolean
  /** Tables of organizations whose rows the role would see all the same, because somebody took the fence off. */
  readonly unfenced: readonly string[]
}

/** Asks a database who we are in it. It changes nothing. @throws AppError STORE_UNAVAILABLE */
export async function databaseRole(url: string): Promise<DatabaseRole> {
  let client: pg.Client | null = null
  try {
    client = await connectToPrimary(url, { application_name: applicationName })
    const { rows } = await client.query<RoleRow>(
      'select rolname as name, current_database() as database, rolsuper as super, rolbypassrls as bypass, oid = 10 as first from pg_roles where rolname = current_user',
    )
    const tables = await client.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname = any($1) and not (relrowsecurity and relforcerowsecurity)
       order by relname`,
      [Object.keys(fences)],
    )
    const [row] = rows
    if (row === undefined) throw new Error('the database knows no current user')
    return {
      name: row.name,
      database: row.database,
      passes: row.super ? 'is a superuser' : row.bypass ? 'has BYPASSRLS' : null,
      isFirst: row.first,
      unfenced: tables.rows.map(({ name }) => name),
    }
  } catch (error) {
    throw failureOf(error, placeOf(url))
  } finally {
    await client?.end().catch(() => undefined)
  }
}

/** The SQL that makes the fence hold again; `null` when it does. */
export function roleCure(role: DatabaseRole): string | null {
  const name = pg.escapeIdentifier(role.name)
  if (role.passes !== null && role.isFirst) {
    const database = pg.escapeIdentifier(role.database)
    return `create role openesc login password '…'; alter database ${database} owner to openesc; (tables that are there already change their owner as docs/operations.md says, "Another role")`
  }
  if (role.passes !== null) return `alter role ${name} nosuperuser nobypassrls`
  if (role.unfenced.length === 0) return null
  return role.unfenced
    .map((table) => `alter table ${table} enable row level security, force row level security`)
    .join('; ')
}

/** What is wrong with a role, in a sentence; `null` when nothing is. */
export function roleProblem(role: DatabaseRole): string | null {
  if (role.passes !== null)
    return `role \`${role.name}\` ${role.passes}, so that row-level security does not hold organizations apart`
  if (role.unfenced.length === 0) return null
  return `row-level security is not forced on ${role.unfenced.join(', ')}, so that it does not hold organizations apart there`
}

interface RoleRow {
  readonly name: string
  readonly database: string
  readonly super: boolean
  readonly bypass: boolean
  readonly first: boolean
}

import pg from 'pg'
import type { Tenant } from '../tenancy.ts'

/** The settings of a database transaction that its policies read; where they are absent, no row of an organization is seen. */
const organizations = 'openesc.organizations'
const user = 'openesc.user'

/** What begins a unit of work within a tenant's fence (S-19). Ends with its transaction. */
export function fenceFor(tenant: Tenant): string {
  if (tenant === 'all') return local(organizations, "'*'")
  if ('organizationId' in tenant) return local(organizations, pg.escapeLiteral(tenant.organizationId))
  const id = pg.escapeLiteral(tenant.userId)
  const own = `(select coalesce(string_agg(organization_id, ','), '') from memberships where user_id = ${id})`
  // A user's own organizations are looked up without a fence, by the statement that puts it up.
  return [local(organizations, "'*'"), local(user, id), local(organizations, own)].join('; ')
}

/** For a connection that works on all rows until it is closed: a migration, a copy. */
export const noFence = `set ${organizations} = '*'`

function local(name: string, value: string): string {
  return `select set_config('${name}', ${value}, true)`
}

import { type RawBuilder, sql } from 'kysely'
import { type FencedBy, fences } from '../migrations/fences.ts'

const seen = `(select current_setting('openesc.organizations', true))`
const all = `${seen} = '*'`

/** `'*'`, or a list of ids; evaluated once for each statement. */
const among = (column: string) => `${column} = any ((select string_to_array(${seen}, ','))::text[])`
const own = (column: string) => `${column} = (select current_setting('openesc.user', true))`

/** The parents' own policies decide which of them are there. */
const within = (parent: string, column: string) =>
  `exists (select 1 from ${parent} parent where parent.id = ${column})`

const conditions: { readonly [by in FencedBy]: string } = {
  id: among('id'),
  organization: among('organization_id'),
  // The installation's own trail takes entries of everybody's requests.
  trail: `organization_id = 'server' or ${among('organization_id')}`,
  environment: within('environments', 'environment_id'),
  'change request': within('change_requests', 'change_request_id'),
  schedule: within('schedules', 'schedule_id'),
  webhook: within('webhooks', 'webhook_id'),
  token: `${among('organization_id')} or organization_id is null and (${own('user_id')} or exists (select 1 from memberships m where m.user_id = access_tokens.user_id))`,
  owner: `owner_id = 'server' or ${among('owner_id')} or ${own('owner_id')} or ${within('environments', 'owner_id')}`,
}

/** Row-level security on every table of an organization's rows, for the tables' owner too. @see PostgreSQL, "Row Security Policies" */
export function fenceStatements(): readonly RawBuilder<unknown>[] {
  return Object.entries(fences).flatMap(([table, by]) => {
    const name = sql.table(table)
    return [
      sql`create policy tenant on ${name} using (${sql.raw(`${all} or ${conditions[by]}`)})`,
      sql`alter table ${name} enable row level security`,
      sql`alter table ${name} force row level security`,
    ]
  })
}

/** Takes it off again. */
export function unfenceStatements(): readonly RawBuilder<unknown>[] {
  return Object.keys(fences).flatMap((table) => {
    const name = sql.table(table)
    return [
      sql`alter table ${name} no force row level security`,
      sql`alter table ${name} disable row level security`,
      sql`drop policy tenant on ${name}`,
    ]
  })
}

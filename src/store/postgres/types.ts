import { sql } from 'kysely'
import type { ColumnTypes } from '../migrations/index.ts'
import { fenceStatements, unfenceStatements } from './row-security.ts'

/** PostgreSQL's words for the column types of the migrations. Texts compare by bytes. */
export const postgresTypes: ColumnTypes = {
  text: sql`text collate "C"`,
  integer: sql`bigint`,
  bytes: sql`bytea`,
  tableEnd: sql``,
  appendOnly: (table) => [
    sql`create function ${sql.id(`${table}_refuse`)}() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$`,
    sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete or truncate on ${sql.table(table)} for each statement execute function ${sql.id(`${table}_refuse`)}()`,
  ],
  changeable: (table) => [
    sql`drop trigger ${sql.id(`${table}_no_change`)} on ${sql.table(table)}`,
    sql`drop function ${sql.id(`${table}_refuse`)}()`,
  ],
  fence: fenceStatements(),
  unfence: unfenceStatements(),
}

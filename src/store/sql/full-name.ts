import type { Kysely } from 'kysely'
import { AppError } from '../../diag/index.ts'
import { nameOf, type ProtectedName, type RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'

/** What people call a row, its environment by name: `revision acme/web/dev@3`. For rows that were altered, and seldom needed. */
export async function fullName(db: Kysely<Tables>, table: ProtectedName, columnsOf: object): Promise<string> {
  const row = columnsOf as Readonly<Record<string, unknown>>
  const id = table === 'environments' ? row['id'] : row['environment_id']
  if (typeof id !== 'string') return nameOf(table, row)
  const environment = await db
    .selectFrom('environments as e')
    .innerJoin('organizations as o', 'o.id', 'e.organization_id')
    .select(['o.name as organization', 'e.project', 'e.name'])
    .where('e.id', '=', id)
    .executeTakeFirst()
  if (environment === undefined) return nameOf(table, row)
  const { organization, project, name } = environment
  const full = `${organization}/${project}/${name}`
  const told = nameOf(table, row)
  if (table === 'environments') return `environment ${full}`
  return told.includes(id) ? told.replace(id, full) : `${told} of ${full}`
}

/** The row as it is. @throws AppError RECORD_INTEGRITY with the row's full name */
export async function wholeByName<Row extends object>(
  db: Kysely<Tables>,
  macs: RecordMacs,
  table: ProtectedName,
  row: Row,
): Promise<Row> {
  if (macs.isWhole(table, row)) return row
  throw new AppError('RECORD_INTEGRITY', { record: await fullName(db, table, row) })
}

import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ProtectedName, RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'

/**
 * Changes columns of the one row that has `keys` and is `wanted`, and its MAC with them, after holding the row as it is
 * against its MAC: a change must not make an altered row good. False when there is no such row.
 *
 * @throws AppError RECORD_INTEGRITY
 */
export async function changeRow<Name extends ProtectedName>(
  db: Kysely<Tables>,
  macs: RecordMacs,
  table: Name,
  keys: Partial<Tables[Name]>,
  change: Partial<Tables[Name]>,
  {
    wanted = () => true,
    whole = macs.whole,
  }: {
    readonly wanted?: (row: Tables[Name]) => boolean
    /** How the row is held against its MAC first; another only where the change makes it harmless. */
    readonly whole?: RecordMacs['whole']
  } = {},
): Promise<boolean> {
  const where = sql.join(assignments(keys), sql` and `)
  const found = await sql<Tables[Name]>`select * from ${sql.table(table)} where ${where}`.execute(db)
  const [row] = found.rows
  if (row === undefined || !wanted(row)) return false
  const { mac } = macs.sealed(table, { ...whole(table, row), ...change })
  const set = sql.join(assignments({ ...change, mac }))
  await sql`update ${sql.table(table)} set ${set} where ${where}`.execute(db)
  return true
}

function assignments(values: object): readonly RawBuilder<unknown>[] {
  return Object.entries(values).map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
}

import { type Kysely, sql } from 'kysely'
import type { ProtectedRecords } from '../workflow.ts'
import { fullName } from './full-name.ts'
import type { HotStatements } from './hot-statements.ts'
import { type ProtectedName, protectedTables, type RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'

/** The schema that brought the MACs. */
const macsSchema = 8

type Row = Readonly<Record<string, unknown>>

const names = Object.keys(protectedTables) as readonly ProtectedName[]

function tableOf(name: string): ProtectedName {
  const found = names.find((each) => each === name)
  if (found === undefined) throw new Error(`no protected table \`${name}\``)
  return found
}

function keysOf(table: ProtectedName, row: Row): readonly unknown[] {
  return protectedTables[table].keys.map((key) => row[key])
}

function lastKeys(table: ProtectedName, rows: readonly Row[]): readonly unknown[] | null {
  const last = rows.at(-1)
  return last === undefined ? null : keysOf(table, last)
}

/** The condition that a row has these keys. */
function having(table: ProtectedName, keys: readonly unknown[]) {
  const matches = protectedTables[table].keys.map((key, index) => sql`${sql.ref(key)} = ${keys[index]}`)
  return sql.join(matches, sql` and `)
}

/** All rows that carry MACs, whichever table they are in. */
export function protectedRecords(db: Kysely<Tables>, _: HotStatements, macs: RecordMacs): ProtectedRecords {
  const wholeRow = async (table: string, keys: readonly unknown[]) => {
    const name = tableOf(table)
    const found = await sql<Row>`select * from ${sql.table(name)} where ${having(name, keys)}`.execute(db)
    const [row] = found.rows
    return row !== undefined && macs.isWhole(name, row) ? row : null
  }
  /** What came after the row was kept: revisions of an environment stay, and a token may have been revoked since. */
  const asOfNow = async (name: ProtectedName, row: Row): Promise<Row> => {
    if (name === 'access_tokens')
      return { ...row, revoked_ms: row['revoked_ms'] ?? Number(row['created_ms']) }
    if (name !== 'environments') return row
    const newest = await db
      .selectFrom('revisions')
      .select(({ fn }) => fn.max('number').as('number'))
      .where('environment_id', '=', String(row['id']))
      .executeTakeFirst()
    return { ...row, latest: Math.max(Number(row['latest']), Number(newest?.number ?? 0)) }
  }
  const page = async (name: ProtectedName, after: readonly unknown[] | null, limit: number) => {
    const keys = sql.join(protectedTables[name].keys.map((key) => sql.ref(key)))
    const behind =
      after === null ? sql`` : sql`where (${keys}) > (${sql.join(after.map((key) => sql`${key}`))})`
    const found =
      await sql<Row>`select * from ${sql.table(name)} ${behind} order by ${keys} limit ${limit}`.execute(db)
    return found.rows
  }
  return {
    tables: names,
    wholeRow,
    async examine(table, after, limit) {
      const name = tableOf(table)
      const found = await page(name, after, limit)
      const bad = []
      for (const row of found) {
        if (!macs.isWhole(name, row))
          bad.push({ name: await fullName(db, name, row), keys: keysOf(name, row) })
      }
      return { count: found.length, bad, last: lastKeys(name, found) }
    },
    async sealMissing(table, after, limit) {
      const name = tableOf(table)
      const found = await page(name, after, limit)
      const missing = found.filter((row) => row['mac'] === null)
      for (const row of missing) {
        const { mac } = macs.sealed(name, row)
        const mine = having(name, keysOf(name, row))
        await sql`update ${sql.table(name)} set mac = ${mac} where ${mine}`.execute(db)
      }
      return { count: missing.length, bad: [], last: lastKeys(name, found) }
    },
    async refuseOlder() {
      await sql`update schema_migrations set works_with = null where number = ${macsSchema}`.execute(db)
    },
    async bringBack(table, keys, row) {
      const name = tableOf(table)
      if (!macs.isWhole(name, row)) return false
      const back: Row = macs.sealed(name, await asOfNow(name, row))
      const columns: readonly string[] = [...protectedTables[name].columns, 'mac']
      const set = sql.join(columns.map((column) => sql`${sql.ref(column)} = ${back[column]}`))
      const changed = await sql`update ${sql.table(name)} set ${set} where ${having(name, keys)}`.execute(db)
      return (changed.numAffectedRows ?? 0n) > 0n
    },
  }
}

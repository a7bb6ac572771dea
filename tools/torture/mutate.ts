// Alters one thing of a store under a server, looks what the server then says, puts it back, and does it again.
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { protectedTables } from '../../src/store/sql/record-macs.ts'

export type Value = string | number | Uint8Array | null
export type Row = Readonly<Record<string, Value>>

/** Another program's way into the database, beside the server's own. */
export interface Intruder {
  rows(table: string): Promise<readonly Row[]>
  /** Changes the row that has these keys. @throws when the database itself refuses */
  write(table: string, keys: Row, change: Row): Promise<void>
  close(): Promise<void>
}

/** The tables that are altered, and what finds a row of each. */
export const tables: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(protectedTables).map(([name, { keys }]) => [name, keys])),
  data_keys: ['id'],
  audit_entries: ['organization_id', 'sequence'],
}

/** Columns that decide nothing: for people, or a time after which a key seals no more. */
export const harmless: ReadonlySet<string> = new Set([
  'access_tokens.last_used_ms',
  'data_keys.created_ms',
  'data_keys.retired_ms',
])

export function sqliteIntruder(path: string): Intruder {
  const database = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false })
  // The trail cannot be changed by a statement; whoever owns the file can take the triggers away.
  const triggers = database.prepare("select name from sqlite_schema where type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`)
  return {
    rows: async (table) => database.prepare(`select * from ${table}`).all() as unknown as Row[],
    async write(table, keys, change) {
      const set = Object.keys(change).map((column) => `${column} = ?`)
      const where = Object.keys(keys).map((column) => `${column} is ?`)
      database
        .prepare(`update ${table} set ${set.join(', ')} where ${where.join(' and ')}`)
        .run(...Object.values(change), ...Object.values(keys))
    },
    close: async () => database.close(),
  }
}

export async function postgresIntruder(url: string): Promise<Intruder> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // Neither triggers nor references hold for whoever owns the database.
  await client.query('set session_replication_role = replica')
  pg.types.setTypeParser(20, Number)
  return {
    rows: async (table) => (await client.query<Record<string, Value>>(`select * from ${table}`)).rows,
    async write(table, keys, change) {
      const columns = Object.keys(change)
      const set = columns.map((column, index) => `${column} = $${index + 1}`)
      const where = Object.keys(keys).map((column, index) => `${column} = $${columns.length + index + 1}`)
      const text = `update ${table} set ${set.join(', ')} where ${where.join(' and ')}`
      await client.query(text, [...Object.values(change), ...Object.values(keys)])
    },
    close: () => client.end(),
  }
}

/** How something is altered. */
export const ways = ['flip', 'swap', 'truncate', 'duplicate', 'roll back a field', 'roll back a row'] as const
export type Way = (typeof ways)[number]

export interface Mutation {
  readonly table: string
  readonly way: Way
  readonly columns: readonly string[]
  readonly before: Row
  readonly after: Row
}

/** A mutation of a row that changes something; null when this way has nothing to do there. */
export function mutate(
  table: string,
  rows: readonly Row[],
  earlier: readonly Row[],
  way: Way,
  random: () => number,
): Mutation | null {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  const before = pick(rows)
  if (before === undefined) return null
  const keys = tables[table] ?? []
  const column = pick(Object.keys(before)) ?? ''
  const others = rows.filter((row) => row !== before)
  const old = pick(earlier.filter((row) => keys.every((key) => same(row[key] ?? null, before[key] ?? null))))
  const change = ((): Row | null => {
    switch (way) {
      case 'flip':
        return { [column]: flipped(before[column] ?? null, random) }
      case 'truncate':
        return { [column]: truncated(before[column] ?? null, random) }
      case 'swap':
        return others.length === 0 ? null : { [column]: pick(others)?.[column] ?? null }
      case 'duplicate': {
        const other = pick(others)
        if (other === undefined) return null
        return Object.fromEntries(Object.entries(other).filter(([name]) => !keys.includes(name)))
      }
      case 'roll back a field':
        return old === undefined ? null : { [column]: old[column] ?? null }
      case 'roll back a row':
        return old ?? null
    }
  })()
  if (change === null) return null
  const after = { ...before, ...change }
  const columns = Object.keys(after).filter((name) => !same(before[name] ?? null, after[name] ?? null))
  return columns.length === 0 ? null : { table, way, columns, before, after }
}

function same(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return a === b
}

/** One bit of it is another; of a text the lowest of a letter's, so that it stays text. */
function flipped(value: Value, random: () => number): Value {
  if (value === null) return value
  if (typeof value === 'number') return value + (random() < 0.5 ? 1 : -1) * 2 ** Math.floor(random() * 20)
  if (typeof value === 'string') {
    const at = Math.floor(random() * value.length)
    const code = value.charCodeAt(at)
    if (code >= 0x7f || code < 0x21) return value
    return value.slice(0, at) + String.fromCharCode(code ^ 1) + value.slice(at + 1)
  }
  const bytes = Buffer.from(value)
  const bit = Math.floor(random() * bytes.length * 8)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bytes
}

function truncated(value: Value, random: () => number): Value {
  if (value === null || typeof value === 'number') return value
  const length = Math.floor(random() * value.length)
  return typeof value === 'string' ? value.slice(0, length) : Buffer.from(value.subarray(0, length))
}

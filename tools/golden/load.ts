// Makes a store again from its text.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Dump, readStatements } from './dump.ts'

const folder = fileURLToPath(new URL('../../tests/golden', import.meta.url))

/** What a version left in a store of one kind. */
export interface Golden {
  readonly schema: number
  readonly dump: Dump
  /** The key file of that time. */
  readonly keyFile: string
}

/** Every golden store of a kind, the oldest first. */
export function goldens(store: 'sqlite' | 'postgres'): readonly Golden[] {
  return readdirSync(folder)
    .map((name) => ({ name, schema: Number(name.replace('schema-', '')) }))
    .filter(({ name }) => existsSync(join(folder, name, `${store}.sql`)))
    .sort((a, b) => a.schema - b.schema)
    .map(({ name, schema }) => {
      const statements = readStatements(readFileSync(join(folder, name, `${store}.sql`), 'utf8'))
      const isRow = (statement: string) => statement.startsWith('insert into ')
      const dump = {
        schema: statements.filter((statement) => !isRow(statement)),
        rows: statements.filter(isRow),
      }
      return { schema, dump, keyFile: join(folder, name, `${store}.key`) }
    })
}

/** Makes a file, with its folder and the key of that time beside it. */
export function loadSqlite({ dump, keyFile }: Golden, path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = new DatabaseSync(path)
  try {
    file.exec('pragma journal_mode = wal; begin')
    for (const statement of [...dump.schema, ...dump.rows]) file.exec(statement)
    file.exec('commit')
  } finally {
    file.close()
  }
  copyKey(keyFile, join(dirname(path), 'key'))
}

/** Fills an empty database. */
export async function loadPostgres({ dump }: Golden, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Neither triggers nor foreign keys look at what is put back.
    await client.query('begin; set local session_replication_role = replica')
    for (const statement of [...dump.schema, ...dump.rows]) await client.query(statement)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/** A key file that only its owner may read. */
export function copyKey(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o600)
}

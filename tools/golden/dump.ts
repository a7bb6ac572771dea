// A store as text: the statements that make it again. Two stores with the same text are the same.
import type { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

/** What a store is made of, and what is in it; both sorted so that they can be compared. */
export interface Dump {
  readonly schema: readonly string[]
  readonly rows: readonly string[]
}

/** The text of a SQLite file. */
export function dumpSqlite(database: DatabaseSync): Dump {
  const made = database
    .prepare("select type, name, sql from sqlite_schema where sql is not null and name not like 'sqlite_%'")
    .all() as { type: string; name: string; sql: string }[]
  const tables = made.filter(({ type }) => type === 'table').map(({ name }) => name)
  const rows = tables.flatMap((table) =>
    database
      .prepare(`select * from ${quoted(table)} order by rowid`)
      .all()
      .map((row) => insertion(table, row, (bytes) => `x'${bytes}'`)),
  )
  return { schema: made.map(({ sql }) => sql.replace(/\s+/g, ' ')), rows }
}

/** The text of a PostgreSQL database: what `pg_dump` would say of the things that our steps make. */
export async function dumpPostgres(client: pg.Client): Promise<Dump> {
  const ask = async (sql: string) => (await client.query<{ said: string }>(sql)).rows.map(({ said }) => said)
  const tables = await ask(
    `select c.relname as said from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by c.oid`,
  )
  const schema = [
    ...(await ask(`select format('create table %I (%s)', c.relname, string_agg(format('%I %s%s%s', a.attname,
        format_type(a.atttypid, a.atttypmod), case when l.collname in ('C') then ' collate "C"' else '' end,
        case when a.attnotnull then ' not null' else '' end), ', ' order by a.attnum)) as said
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_collation l on l.oid = a.attcollation
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.oid, c.relname order by c.oid`)),
    ...(await ask(`select format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as said
      from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' and conrelid <> 0
      order by contype = 'f', conrelid, conname`)),
    ...(await ask(`select pg_get_indexdef(i.indexrelid) as said from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = 'public'::regnamespace
        and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid) order by c.relname`)),
    ...(await ask(
      `select pg_get_functiondef(oid) as said from pg_proc where pronamespace = 'public'::regnamespace order by proname`,
    )),
    ...(await ask(`select pg_get_triggerdef(t.oid) as said from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not t.tgisinternal and c.relnamespace = 'public'::regnamespace order by t.tgname`)),
    ...(await ask(`select format('alter table %I enable row level security', relname) as said from pg_class
      where relrowsecurity and relnamespace = 'public'::regnamespace order by relname`)),
    ...(await ask(`select format('alter table %I force row level security', relname) as said from pg_class
      where relforcerowsecurity and relnamespace = 'public'::regnamespace order by relname`)),
    ...(await ask(`select format('create policy %I on %I as %s for %s to %s%s%s', policyname, tablename, permissive, cmd,
        array_to_string(roles, ', '), ' using (' || qual || ')', ' with check (' || with_check || ')') as said
      from pg_policies where schemaname = 'public' order by tablename, policyname`)),
  ].map((statement) => statement.trim().replace(/\s+/g, ' '))
  const rows: string[] = []
  for (const table of tables) {
    const found = await client.query(`select * from ${quoted(table)}`)
    const all = found.rows.map((row) => insertion(table, row, (bytes) => `'\\x${bytes}'`))
    rows.push(...all.sort())
  }
  return { schema, rows }
}

/** Statements as one text that `readStatements` takes apart again. */
export function statementsText(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('')
}

/** The statements of a text: one a line. */
export function readStatements(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'))
    .map((line) => line.replace(/;$/, ''))
}

function insertion(table: string, row: object, bytesText: (hex: string) => string): string {
  const cells = Object.entries(row).filter(([, value]) => value !== null)
  const values = cells.map(([, value]) => {
    if (value instanceof Uint8Array) return bytesText(Buffer.from(value).toString('hex'))
    // A line is a statement.
    const text = String(value)
    if (text.includes('\n')) throw new Error(`${table}: a text of several lines cannot be dumped`)
    return typeof value === 'number' ? text : `'${text.replaceAll("'", "''")}'`
  })
  return `insert into ${quoted(table)} (${cells.map(([name]) => quoted(name)).join(', ')}) values (${values.join(', ')})`
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name)
}

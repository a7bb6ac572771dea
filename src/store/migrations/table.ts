import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { ColumnTypes } from './migration.ts'

type Kind = 'text' | 'integer' | 'bytes'

/** Begins a table of non-null columns; a kind that ends in `?` admits null. */
export function table(
  db: Kysely<unknown>,
  types: ColumnTypes,
  name: string,
  columns: Readonly<Record<string, Kind | `${Kind}?`>>,
): CreateTableBuilder<string, string> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(name).modifyEnd(types.tableEnd)
  for (const [column, kind] of Object.entries(columns)) {
    const type = sql`${types[kind.replace('?', '') as Kind]}`
    builder = builder.addColumn(column, type as never, (made) => (kind.endsWith('?') ? made : made.notNull()))
  }
  return builder
}

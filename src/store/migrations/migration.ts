import type { Kysely, RawBuilder } from 'kysely'

/** Column types and a table ending, which engines spell differently. Texts must compare by bytes. */
export interface ColumnTypes {
  readonly text: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
  readonly bytes: RawBuilder<unknown>
  /** Follows the closing bracket of `create table`. */
  readonly tableEnd: RawBuilder<unknown>
  /** What makes the database refuse every change and removal of a table's rows. */
  readonly appendOnly: (table: string) => readonly RawBuilder<unknown>[]
}

/**
 * One step forward of the schema. Steps are never edited after a release and never skipped; each runs in one
 * database transaction with the note that it ran.
 */
export interface Migration {
  readonly number: number
  readonly name: string
  up(db: Kysely<unknown>, types: ColumnTypes): Promise<void>
}

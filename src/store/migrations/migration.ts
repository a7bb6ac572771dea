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
  /** What takes that back. */
  readonly changeable: (table: string) => readonly RawBuilder<unknown>[]
  /** What makes the database hold organizations apart, where it can. */
  readonly fence: readonly RawBuilder<unknown>[]
  /** What takes that back. */
  readonly unfence: readonly RawBuilder<unknown>[]
}

/**
 * One step forward of the schema, and its way back. Steps are never edited after a release and never skipped; each runs in
 * one database transaction with the note that it ran.
 */
export interface Migration {
  readonly number: number
  readonly name: string
  /**
   * The lowest schema whose programs work on a store that has taken this step: they may go on, and be started, beside newer
   * ones. A step that only adds names the schema before it. Absent = older programs refuse the store.
   */
  readonly worksWith?: number
  up(db: Kysely<unknown>, types: ColumnTypes): Promise<void>
  /** Takes back what `up` did, so that the program before works as it did. `null` = there is no way back from here. */
  readonly down: ((db: Kysely<unknown>, types: ColumnTypes) => Promise<void>) | null
}

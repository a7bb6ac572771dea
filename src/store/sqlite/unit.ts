import { Kysely, type QueryResult } from 'kysely'
import {
  type HotReads,
  type HotStatements,
  type HotValue,
  hotPages,
  hotReadNames,
  hotStatements,
  hotWriteNames,
  hotWriteStatements,
} from '../sql/hot-statements.ts'
import { onUse } from '../sql/on-use.ts'
import type { RecordMacs } from '../sql/record-macs.ts'
import type { Tables } from '../sql/tables.ts'
import { sqlTransaction } from '../sql/transaction.ts'
import type { StatementRunner } from '../sql/unit-driver.ts'
import type { Transaction } from '../store.ts'
import type { Connection } from './connection.ts'
import { nodeSqliteDialect } from './dialect.ts'
import { keyOf, type Shelf } from './remembered-rows.ts'

/** Where a unit's statements run. */
export interface UnitPlace {
  /** The connection with the unit's transaction. */
  connection(): Connection | Promise<Connection>
  /** Remembered rows that are what the unit's transaction would give; null when there are none. */
  shelf(read: keyof HotReads): Shelf | null
  /** Is told of every statement that is no query, and changed something. */
  wrote(sql: string): void
}

/**
 * One unit of work. It remembers the first statement that failed, so that a failure which the
 * work swallowed still undoes the unit, and refuses statements that come after its end: they would fall into
 * somebody else's unit.
 */
export class Unit implements StatementRunner {
  readonly transaction: Transaction
  readonly #place: UnitPlace
  #failure: { readonly error: unknown } | null = null
  #ended = false

  constructor(place: UnitPlace, macs: RecordMacs) {
    this.#place = place
    // Most units read and need no builder of queries, which takes longer to make than a read takes.
    const db = onUse(() => new Kysely<Tables>({ dialect: nodeSqliteDialect(this) }))
    // The loops below gave the class a method for each; every read selects the columns of the row it is typed as.
    this.transaction = sqlTransaction(db, new UnitStatements(this) as unknown as HotStatements, macs)
  }

  /** What the first failed statement threw. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure
  }

  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> | Promise<QueryResult<R>> {
    return this.#run((connection) => {
      const result = connection.execute<R>(sql, parameters)
      if (!sql.startsWith('select') && result.numAffectedRows !== 0n) this.#place.wrote(sql)
      return result
    })
  }

  /** The row of a hot read, or its rows, remembered or not. */
  read(name: keyof HotReads, sql: string, parameters: readonly HotValue[]): unknown {
    if (this.#ended) throw new Error(tooLate)
    const shelf = this.#place.shelf(name)
    const ask = (connection: Connection): unknown =>
      hotPages.has(name) ? connection.all(sql, parameters) : connection.first(sql, parameters)
    if (shelf === null) return this.#run(ask)
    const key = keyOf(parameters)
    const known = shelf.get(key)
    if (known !== undefined) return known ?? undefined
    return this.#run((connection) => {
      const row = ask(connection)
      // A commit may have come while the unit waited for a connection.
      if (this.#place.shelf(name) === shelf && (row !== undefined || remembersAbsence.has(name)))
        shelf.set(key, row ?? null)
      return row
    })
  }

  /** The number of rows that a hot write changed. */
  write(sql: string, parameters: readonly HotValue[]): unknown {
    return this.#run((connection) => {
      const changes = connection.changes(sql, parameters)
      if (changes > 0) this.#place.wrote(sql)
      return changes
    })
  }

  get ended(): boolean {
    return this.#ended
  }

  end(): void {
    this.#ended = true
  }

  /** Runs a statement unless the unit has ended, and notes the first that fails. */
  #run<T>(statement: (connection: Connection) => T): T | Promise<T> {
    const noting = (connection: Connection): T => {
      if (this.#ended) throw new Error(tooLate)
      try {
        return statement(connection)
      } catch (error) {
        this.#failure ??= { error }
        throw error
      }
    }
    if (this.#ended) throw new Error(tooLate)
    const connection = this.#place.connection()
    return connection instanceof Promise ? connection.then(noting) : noting(connection)
  }
}

const tooLate = 'a transaction was used after its unit of work had ended'

/** Most settings that are asked for are not there. Of other rows, an absent one may come at any time. */
const remembersAbsence: ReadonlySet<keyof HotReads> = new Set<keyof HotReads>(['setting'])

/** Every unit of work has statements of its own, so that making them must cost nothing: the methods are the prototype's. */
class UnitStatements {
  readonly unit: Unit
  constructor(unit: Unit) {
    this.unit = unit
  }
}

for (const name of hotReadNames) {
  const sql = sqliteText(hotStatements[name])
  Object.defineProperty(UnitStatements.prototype, name, {
    async value(this: UnitStatements, ...parameters: readonly HotValue[]) {
      return this.unit.read(name, sql, parameters)
    },
  })
}
for (const name of hotWriteNames) {
  const sql = sqliteText(hotWriteStatements[name])
  Object.defineProperty(UnitStatements.prototype, name, {
    async value(this: UnitStatements, ...parameters: readonly HotValue[]) {
      return this.unit.write(sql, parameters)
    },
  })
}

/** Numbered parameters as SQLite writes them. */
function sqliteText(text: string): string {
  return text.replaceAll('$', '?')
}

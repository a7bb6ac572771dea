import { Kysely, type QueryResult } from 'kysely'
import { onUse } from '../sql/on-use.ts'
import type { Tables } from '../sql/tables.ts'
import { sqlTransaction } from '../sql/transaction.ts'
import type { StatementRunner } from '../sql/unit-driver.ts'
import type { Transaction } from '../store.ts'
import type { Connection } from './connection.ts'
import { nodeSqliteDialect } from './dialect.ts'
import { sqliteHotStatements } from './hot-statements.ts'

/**
 * One unit of work on a connection. It remembers the first statement that failed, so that a failure which the
 * work swallowed still undoes the unit, and refuses statements that come after its end: they would fall into
 * somebody else's unit.
 */
export class Unit implements StatementRunner {
  readonly transaction: Transaction
  readonly #connection: Connection
  #failure: { readonly error: unknown } | null = null
  #ended = false

  constructor(connection: Connection) {
    this.#connection = connection
    // Most units read and need no builder of queries, which takes longer to make than a read takes.
    const db = onUse(() => new Kysely<Tables>({ dialect: nodeSqliteDialect(this) }))
    const hot = sqliteHotStatements({
      first: (sql, parameters) => this.#noting(() => connection.first(sql, parameters)),
      changes: (sql, parameters) => this.#noting(() => connection.changes(sql, parameters)),
    })
    this.transaction = sqlTransaction(db, hot)
  }

  /** What the first failed statement threw. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure
  }

  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> {
    return this.#noting(() => this.#connection.execute(sql, parameters))
  }

  get ended(): boolean {
    return this.#ended
  }

  end(): void {
    this.#ended = true
  }

  /** Runs a statement unless the unit has ended, and notes the first that fails. */
  #noting<T>(statement: () => T): T {
    if (this.#ended) throw new Error('a transaction was used after its unit of work had ended')
    try {
      return statement()
    } catch (error) {
      this.#failure ??= { error }
      throw error
    }
  }
}

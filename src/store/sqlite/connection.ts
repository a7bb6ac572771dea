import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { QueryResult } from 'kysely'

const cachedStatements = 256

interface Prepared {
  readonly statement: StatementSync
  readonly hasRows: boolean
}

/**
 * One SQLite connection with the settings durability asks for, and its prepared statements by text.
 * Statements are kept; the least recently used goes when there are too many.
 */
export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, Prepared>()

  /** @throws SQLite's own error when the file cannot be opened */
  constructor(path: string, busyMilliseconds: number) {
    this.#database = new DatabaseSync(path, { timeout: busyMilliseconds })
    try {
      this.#database.exec('pragma foreign_keys = on; pragma trusted_schema = off; pragma secure_delete = on')
      this.#database.exec(
        'pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on',
      )
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** Runs statements that give nothing back. */
  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /** Runs one statement without parameters or rows, prepared once. */
  run(sql: string): void {
    this.#prepared(sql).statement.run()
  }

  /** The value of a pragma, read back from the database itself. */
  pragma(name: string): unknown {
    const row = this.#database.prepare(`pragma ${name}`).get()
    return row === undefined ? undefined : Object.values(row)[0]
  }

  /** Runs one statement with its parameters. Yes and no become 1 and 0. */
  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> {
    const { statement, hasRows } = this.#prepared(sql)
    const values = parameters.map(inputValue)
    if (hasRows) return { rows: statement.all(...values) as R[] }
    const { changes } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes) }
  }

  /** The first row of a statement. */
  first(sql: string, parameters: readonly SQLInputValue[]): unknown {
    return this.#prepared(sql).statement.get(...parameters)
  }

  /** All rows of a statement. */
  all(sql: string, parameters: readonly SQLInputValue[]): readonly unknown[] {
    return this.#prepared(sql).statement.all(...parameters)
  }

  /** Runs a statement; the number of rows that it changed. */
  changes(sql: string, parameters: readonly SQLInputValue[]): number {
    return Number(this.#prepared(sql).statement.run(...parameters).changes)
  }

  /** The statement of a text, prepared at most once while it is in use. */
  #prepared(sql: string): Prepared {
    const known = this.#statements.get(sql)
    if (known !== undefined) {
      this.#statements.delete(sql)
      this.#statements.set(sql, known)
      return known
    }
    const statement = this.#database.prepare(sql)
    const made = { statement, hasRows: statement.columns().length > 0 }
    this.#statements.set(sql, made)
    if (this.#statements.size > cachedStatements) {
      const [oldest] = this.#statements.keys()
      if (oldest !== undefined) this.#statements.delete(oldest)
    }
    return made
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}

function inputValue(value: unknown): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value as SQLInputValue)
}

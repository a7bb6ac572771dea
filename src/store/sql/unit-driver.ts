import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'

/** Runs one statement of a unit of work. */
export interface StatementRunner {
  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> | Promise<QueryResult<R>>
}

/**
 * Kysely's driver over one connection that the store holds. It neither begins nor ends transactions: the store
 * does, around a whole unit of work, so a query through it belongs to whatever unit is open on the connection.
 *
 * @see kysely, "Dialect"
 */
export class UnitDriver implements Driver {
  readonly #connection: DatabaseConnection
  constructor(runner: StatementRunner) {
    this.#connection = new UnitConnection(runner)
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  beginTransaction(): Promise<void> {
    return Promise.reject(new Error('a unit of work is begun by the store, not by kysely'))
  }
  commitTransaction(): Promise<void> {
    return Promise.reject(new Error('a unit of work is ended by the store, not by kysely'))
  }
  rollbackTransaction(): Promise<void> {
    return Promise.reject(new Error('a unit of work is ended by the store, not by kysely'))
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

class UnitConnection implements DatabaseConnection {
  readonly #runner: StatementRunner
  constructor(runner: StatementRunner) {
    this.#runner = runner
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return await this.#runner.execute<R>(query.sql, query.parameters)
  }
  // biome-ignore lint/correctness/useYield: the interface wants a generator, and pages make streams needless.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('results are read whole, a page at a time')
  }
}

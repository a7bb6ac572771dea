import { Kysely, type QueryResult } from 'kysely'
import type { ClientBase } from 'pg'
import { type HotReads, hotStatements } from '../sql/hot-reads.ts'
import { Queue } from '../sql/queue.ts'
import type { Tables } from '../sql/tables.ts'
import { sqlTransaction } from '../sql/transaction.ts'
import type { StatementRunner } from '../sql/unit-driver.ts'
import type { Transaction } from '../store.ts'
import { postgresDialect } from './dialect.ts'

/**
 * One unit of work on a connection. Its statements run one after another however the work starts them. It remembers
 * the first that failed, so that a failure which the work swallowed still undoes the unit, and refuses statements
 * that come after its end: they would fall into somebody else's unit.
 */
export class Unit implements StatementRunner {
  readonly transaction: Transaction
  readonly #client: ClientBase
  readonly #statements = new Queue()
  #failure: { readonly error: unknown } | null = null
  #ended = false

  constructor(client: ClientBase) {
    this.#client = client
    const db = new Kysely<Tables>({ dialect: postgresDialect(this) })
    this.transaction = sqlTransaction(db, this.#hotReads())
  }

  /** What the first failed statement threw. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Refuses what comes from now on and waits for statements that the work did not wait for. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#statements.run(async () => {})
  }

  async execute<R>(text: string, parameters: readonly unknown[]): Promise<QueryResult<R>> {
    const result = await this.#run({ text, values: parameters.map(inputValue) })
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) }
  }

  #hotReads(): HotReads {
    const read =
      <Row>(name: keyof typeof hotStatements) =>
      async (...values: readonly string[]) =>
        // The statement selects the columns of the row it is typed as.
        (await this.#run({ name: `openesc_${name}`, text: hotStatements[name], values: [...values] }))
          .rows[0] as Row | undefined
    return {
      token: read('token'),
      environment: read('environment'),
      latestRevision: read('latestRevision'),
      openSession: read('openSession'),
      dataKey: read('dataKey'),
      currentDataKey: read('currentDataKey'),
    }
  }

  #run(query: { readonly name?: string; readonly text: string; readonly values: unknown[] }) {
    if (this.#ended) {
      return Promise.reject(new Error('a transaction was used after its unit of work had ended'))
    }
    return this.#statements.run(async () => {
      try {
        return await this.#client.query(query)
      } catch (error) {
        this.#failure ??= { error }
        throw error
      }
    })
  }
}

function inputValue(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}

import { Kysely, type QueryResult } from 'kysely'
import type { ClientBase, QueryConfig } from 'pg'
import {
  type HotStatements,
  type HotValue,
  hotPages,
  hotReadNames,
  hotStatements,
  hotWriteNames,
  hotWriteStatements,
} from '../sql/hot-statements.ts'
import { Queue } from '../sql/queue.ts'
import type { RecordMacs } from '../sql/record-macs.ts'
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
  readonly #longestMilliseconds: number
  readonly #statements = new Queue()
  #failure: { readonly error: unknown } | null = null
  #ended = false

  constructor(client: ClientBase, macs: RecordMacs, longestMilliseconds: number) {
    this.#client = client
    this.#longestMilliseconds = longestMilliseconds
    const db = new Kysely<Tables>({ dialect: postgresDialect(this) })
    this.transaction = sqlTransaction(db, this.#hotStatements(), macs)
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

  #hotStatements(): HotStatements {
    const run = (name: string, text: string, values: readonly HotValue[]) =>
      this.#run({ name: `openesc_${name}`, text, values: values.map(inputValue) })
    const read =
      (name: keyof typeof hotStatements) =>
      async (...values: readonly HotValue[]) => {
        const { rows } = await run(name, hotStatements[name], values)
        return hotPages.has(name) ? rows : rows[0]
      }
    const write =
      (name: keyof typeof hotWriteStatements) =>
      async (...values: readonly HotValue[]) =>
        (await run(name, hotWriteStatements[name], values)).rowCount ?? 0
    // Every read selects the columns of the row it is typed as.
    return Object.fromEntries([
      ...hotReadNames.map((name) => [name, read(name)]),
      ...hotWriteNames.map((name) => [name, write(name)]),
    ]) as unknown as HotStatements
  }

  #run(query: { readonly name?: string; readonly text: string; readonly values: unknown[] }) {
    if (this.#ended) {
      return Promise.reject(new Error('a transaction was used after its unit of work had ended'))
    }
    // A time limit of its own is part of the driver, and not of its types.
    const bounded: QueryConfig & { query_timeout: number } = {
      ...query,
      query_timeout: this.#longestMilliseconds,
    }
    return this.#statements.run(async () => {
      try {
        return await this.#client.query(bounded)
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

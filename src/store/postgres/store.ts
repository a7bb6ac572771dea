import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, PoolClient } from 'pg'
import { AppError } from '../../diag/index.ts'
import { Queue } from '../sql/queue.ts'
import { noMacs, type RecordMacs } from '../sql/record-macs.ts'
import type { ReadTransaction, Store, Transaction } from '../store.ts'
import { currentTenant, type Tenant } from '../tenancy.ts'
import { failureOf, isLost } from './failure.ts'
import { fenceFor } from './fence.ts'
import { changeLock } from './locks.ts'
import { Unit } from './unit.ts'

const beginTries = 3
const beginRead = 'begin isolation level repeatable read read only'
// Each statement of a change sees all that was committed before it got the lock, so changes of all servers on this
// database run one after another and no anomaly is possible.
// A change waits for nothing but its statements, so one that is idle belongs to a server that hangs: it must not hold the
// lock for the others' writes longer than they are willing to wait (R-10).
const beginChange = `begin isolation level read committed; set local idle_in_transaction_session_timeout = 3000; select pg_advisory_xact_lock(${changeLock})`

/** The store on PostgreSQL. Any number of servers may use one database. */
export class PostgresStore implements Store {
  readonly #pool: Pool
  readonly #place: string
  /** One change of this server waits for the lock at a time; the other connections are free for reads. */
  readonly #changes = new Queue()
  readonly #running = new Set<Promise<unknown>>()
  readonly #within = new AsyncLocalStorage<Unit>()
  #closed = false
  #macs: RecordMacs = noMacs

  constructor(pool: Pool, place: string) {
    this.#pool = pool
    this.#place = place
  }

  protect(macs: RecordMacs): void {
    this.#macs = macs
  }

  async read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    this.#refuse()
    return await this.#tracked(this.#unit(beginRead, currentTenant(), work))
  }

  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#refuse()
    const tenant = currentTenant()
    return await this.#tracked(this.#changes.run(() => this.#unit(beginChange, tenant, work)))
  }

  async clockMs(): Promise<number> {
    this.#refuse()
    const sql = 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms'
    const { rows } = await this.#pool.query<{ ms: number }>(sql).catch((error: unknown) => {
      throw failureOf(error, this.#place)
    })
    return rows[0]?.ms ?? Number.NaN
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.allSettled(this.#running)
    await this.#pool.end()
  }

  async #unit<T>(begin: string, tenant: Tenant, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#begin(`${begin}; ${fenceFor(tenant)}`)
    const unit = new Unit(client, this.#macs)
    try {
      const result = await this.#within.run(unit, work, unit.transaction)
      await unit.end()
      if (unit.failure !== null) throw unit.failure.error
      await commit(client)
      client.release()
      return result
    } catch (error) {
      await unit.end()
      const first = unit.failure?.error ?? error
      await undo(client, first)
      // The work may have made an error of its own of it; what the database said tells the caller what to do.
      const said = failureOf(first, this.#place)
      throw said instanceof AppError ? said : failureOf(error, this.#place)
    }
  }

  /** A connection on which a transaction has begun. A dead one from the pool is thrown away: nothing ran on it yet. */
  async #begin(statement: string): Promise<PoolClient> {
    for (let tries = 1; ; tries += 1) {
      let client: PoolClient | null = null
      try {
        client = await this.#pool.connect()
        await client.query(statement)
        return client
      } catch (error) {
        client?.release(true)
        if (!isLost(error) || tries >= beginTries) throw failureOf(error, this.#place)
      }
    }
  }

  async #tracked<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  #refuse(): void {
    if (this.#closed) throw new AppError('STORE_CLOSED')
    const around = this.#within.getStore()
    // What a unit started may outlive it, and is then outside.
    if (around !== undefined && !around.ended) {
      throw new Error('a unit of work may not start another: hand its transaction on')
    }
  }
}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('commit')
  // A transaction that cannot be committed answers ROLLBACK, without an error.
  if (command !== 'COMMIT') throw new Error('the database rolled the unit of work back')
}

async function undo(client: PoolClient, cause: unknown): Promise<void> {
  if (isLost(cause)) {
    client.release(true)
    return
  }
  try {
    await client.query('rollback')
    client.release()
  } catch {
    // The connection ended meanwhile, and its transaction with it.
    client.release(true)
  }
}

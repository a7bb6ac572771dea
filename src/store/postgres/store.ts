import { AsyncLocalStorage } from 'node:async_hooks'
import type { PoolClient, QueryResult } from 'pg'
import { AppError } from '../../diag/index.ts'
import { Queue } from '../sql/queue.ts'
import { noMacs, type RecordMacs } from '../sql/record-macs.ts'
import type { ReadTransaction, Store, Transaction } from '../store.ts'
import { currentTenant, type Tenant } from '../tenancy.ts'
import type { Connections } from './connections.ts'
import { failureOf, isLost, UncertainCommit } from './failure.ts'
import { fenceFor } from './fence.ts'
import { changeLock } from './locks.ts'
import { Unit } from './unit.ts'

/** How long a change waits for those before it. */
const longestWaitMilliseconds = 10_000

/** What a unit of work begins and ends with. */
interface UnitStatements {
  readonly begin: string
  readonly commit: string
  /** How long the beginning may take, and each statement after it, when the database says nothing at all. */
  readonly longestMilliseconds: { readonly begin: number; readonly statement: number }
}

const reading: UnitStatements = {
  begin: 'begin isolation level repeatable read read only',
  commit: 'commit',
  longestMilliseconds: { begin: 4_000, statement: 8_000 },
}

const changing: UnitStatements = {
  // Each statement of a change sees all that was committed before it got the lock, so changes of all servers on this
  // database run one after another and no anomaly is possible.
  // A change waits for nothing but its statements, so one that is idle belongs to a server that hangs: it must not hold the
  // lock for the others' writes longer than they are willing to wait (R-10).
  begin: `begin isolation level read committed; set local idle_in_transaction_session_timeout = 3000; select pg_advisory_xact_lock(${changeLock})`,
  // With a synchronous standby a commit returns when that has it. A time limit would end the wait with success, and a failover then
  // lose what was acknowledged: there is none here, and this end waits no longer than for any other statement.
  commit: 'set local statement_timeout = 0; commit',
  // Five seconds of it for the lock; the database itself ends a statement after fifteen.
  longestMilliseconds: { begin: 8_000, statement: 20_000 },
}

/** The store on PostgreSQL. Any number of servers may use one database. */
export class PostgresStore implements Store {
  readonly #connections: Connections
  /** One change of this server waits for the lock at a time; the other connections are free for reads. */
  readonly #changes = new Queue()
  readonly #running = new Set<Promise<unknown>>()
  readonly #within = new AsyncLocalStorage<Unit>()
  #closed = false
  #macs: RecordMacs = noMacs

  constructor(connections: Connections) {
    this.#connections = connections
  }

  protect(macs: RecordMacs): void {
    this.#macs = macs
  }

  async read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    this.#refuse()
    return await this.#tracked(this.#unit(reading, currentTenant(), work))
  }

  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#refuse()
    const tenant = currentTenant()
    const asked = performance.now()
    const unit = async () => {
      // While the database is away each change tries to find it; whoever waits behind many of them has gone.
      if (performance.now() - asked > longestWaitMilliseconds)
        throw new AppError('STORE_BUSY', { path: this.#connections.place })
      return await this.#unit(changing, tenant, work)
    }
    return await this.#tracked(this.#changes.run(unit))
  }

  async clockMs(): Promise<number> {
    this.#refuse()
    const client = await this.#connections.begin(reading.begin, reading.longestMilliseconds.begin)
    try {
      const sql = 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms'
      const { rows } = await client.query<{ ms: number }>(sql)
      await client.query('rollback')
      this.#connections.release(client)
      return rows[0]?.ms ?? Number.NaN
    } catch (error) {
      this.#connections.discard(client)
      throw failureOf(error, this.#connections.place)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.allSettled(this.#running)
    await this.#connections.close()
  }

  async #unit<T>(
    statements: UnitStatements,
    tenant: Tenant,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const client = await this.#connections.begin(
      `${statements.begin}; ${fenceFor(tenant)}`,
      statements.longestMilliseconds.begin,
    )
    const unit = new Unit(client, this.#macs, statements.longestMilliseconds.statement)
    try {
      const result = await this.#within.run(unit, work, unit.transaction)
      await unit.end()
      if (unit.failure !== null) throw unit.failure.error
      await end(client, statements.commit)
      this.#connections.release(client)
      return result
    } catch (error) {
      await unit.end()
      const first = unit.failure?.error ?? error
      await this.#undo(client, first)
      // The work may have made an error of its own of it; what the database said tells the caller what to do.
      const said = failureOf(first, this.#connections.place)
      throw said instanceof AppError ? said : failureOf(error, this.#connections.place)
    }
  }

  async #undo(client: PoolClient, cause: unknown): Promise<void> {
    if (isLost(cause)) return this.#connections.discard(client)
    try {
      await client.query('rollback')
      this.#connections.release(client)
    } catch {
      // The connection ended meanwhile, and its transaction with it.
      this.#connections.discard(client)
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

/** Ends the transaction for good. Whatever the database has to remark on that says that the change may yet be lost. */
async function end(client: PoolClient, commit: string): Promise<void> {
  const remarks: string[] = []
  const remark = ({ message }: { readonly message?: string | undefined }) => remarks.push(message ?? '')
  client.on('notice', remark)
  try {
    // Of several statements there are several results.
    const results: readonly QueryResult[] = [await client.query(commit)].flat()
    // A transaction that cannot be committed answers ROLLBACK, without an error.
    if (results.at(-1)?.command !== 'COMMIT') throw new Error('the database rolled the unit of work back')
    if (remarks.length > 0) throw new UncertainCommit(remarks.join('; '))
  } finally {
    client.off('notice', remark)
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { AppError } from '../../diag/index.ts'
import { Queue } from '../sql/queue.ts'
import type { ReadTransaction, Store, Transaction } from '../store.ts'
import type { Connection } from './connection.ts'
import { failureOf, isBusy, isFatal } from './failure.ts'
import type { Readers } from './readers.ts'
import { Unit } from './unit.ts'

const busyTries = 100
const busyWaitMilliseconds = 50

/** What a store on SQLite is made of; `open.ts` puts it together. */
export interface SqliteParts {
  readonly path: string
  readonly writer: Connection
  /** `null` in memory, where one connection is all there can be. */
  readonly readers: Readers | null
  readonly wait: (milliseconds: number) => Promise<unknown>
  readonly release: () => void
}

/** The store on SQLite: one writer behind a queue, readers beside it on snapshots of their own. */
export class SqliteStore implements Store {
  readonly #parts: SqliteParts
  readonly #changes = new Queue()
  readonly #reading = new Set<Promise<unknown>>()
  /** Set within a unit of work: a unit inside a unit would wait for itself. */
  readonly #within = new AsyncLocalStorage<Unit>()
  #stopped: AppError | null = null

  constructor(parts: SqliteParts) {
    this.#parts = parts
  }

  async read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    this.#refuseWithin()
    this.#refuseWhenStopped()
    const { readers, writer } = this.#parts
    const reading =
      readers === null
        ? this.#changes.run(() => this.#readOn(writer, work))
        : readers.use((connection) => this.#readOn(connection, work))
    this.#reading.add(reading)
    try {
      return await reading
    } catch (error) {
      throw failureOf(error, this.#parts.path)
    } finally {
      this.#reading.delete(reading)
    }
  }

  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#refuseWithin()
    this.#refuseWhenStopped()
    return await this.#changes.run(async () => {
      this.#refuseWhenStopped()
      await this.#begin()
      const unit = new Unit(this.#parts.writer)
      try {
        const result = await this.#within.run(unit, work, unit.transaction)
        unit.end()
        if (unit.failure !== null) throw unit.failure.error
        this.#parts.writer.run('commit')
        return result
      } catch (error) {
        unit.end()
        this.#undo(error)
        throw this.#stopIfFatal(unit.failure?.error ?? error, error)
      }
    })
  }

  async close(): Promise<void> {
    if (this.#stopped?.code === 'STORE_CLOSED') return
    this.#stopped = new AppError('STORE_CLOSED')
    await Promise.allSettled(this.#reading)
    await this.#changes.run(async () => {
      this.#parts.readers?.close()
      this.#parts.writer.close()
      this.#parts.release()
    })
  }

  async #readOn<T>(connection: Connection, work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    if (this.#parts.readers === null) connection.exec('pragma query_only = on')
    connection.run('begin')
    const unit = new Unit(connection)
    try {
      return await this.#within.run(unit, work, unit.transaction)
    } finally {
      unit.end()
      connection.run('rollback')
      if (this.#parts.readers === null) connection.exec('pragma query_only = off')
    }
  }

  /** Waits for the write lock without holding up the event loop: 5 s in all. */
  async #begin(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        this.#parts.writer.run('begin immediate')
        return
      } catch (error) {
        if (!isBusy(error) || tries >= busyTries) throw this.#stopIfFatal(error, error)
        await this.#parts.wait(busyWaitMilliseconds)
      }
    }
  }

  #undo(cause: unknown): void {
    try {
      this.#parts.writer.run('rollback')
    } catch {
      // SQLite itself has rolled back after some failures; then there is nothing to undo.
      void cause
    }
  }

  /** After a failed sync nothing may be written any more: the process restarts and recovers from the log. */
  #stopIfFatal(first: unknown, thrown: unknown): unknown {
    const said = failureOf(first, this.#parts.path)
    if (isFatal(first)) this.#stopped = said as AppError
    // The work may have made an error of its own of it; what the database said tells the caller what to do.
    return said instanceof AppError ? said : failureOf(thrown, this.#parts.path)
  }

  #refuseWhenStopped(): void {
    if (this.#stopped !== null) throw this.#stopped
  }

  #refuseWithin(): void {
    const around = this.#within.getStore()
    // What a unit started may outlive it, and is then outside.
    if (around === undefined || around.ended) return
    throw new Error('a unit of work may not start another: hand its transaction on')
  }
}

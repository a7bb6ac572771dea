import { AsyncLocalStorage } from 'node:async_hooks'
import { AppError } from '../../diag/index.ts'
import { Queue } from '../sql/queue.ts'
import { noMacs, type RecordMacs } from '../sql/record-macs.ts'
import type { ReadTransaction, Store, Transaction } from '../store.ts'
import { CommitGroup } from './commit-group.ts'
import type { Connection } from './connection.ts'
import { failureOf, isBusy, isFatal } from './failure.ts'
import type { OpenLog } from './log-flush.ts'
import type { Presence } from './presence.ts'
import type { Readers } from './readers.ts'
import { RememberedRows } from './remembered-rows.ts'
import { Snapshot, type SnapshotParts } from './snapshot.ts'
import { Unit, type UnitPlace } from './unit.ts'

const busyTries = 100
const busyWaitMilliseconds = 50
/** How many turns of the event loop a commit waits for further changes at most. */
const mostTurns = 4

/** What a store on SQLite is made of; `open.ts` puts it together. */
export interface SqliteParts {
  readonly path: string
  readonly writer: Connection
  /** `null` in memory, where there are no files. */
  readonly presence: Presence | null
  /** `null` in memory, and where the writer flushes each commit itself. */
  readonly log: OpenLog | null
  /** `null` in memory, where one connection is all there can be. */
  readonly readers: Readers | null
  readonly wait: (milliseconds: number) => Promise<unknown>
  readonly release: () => void
}

/** The store on SQLite: one writer behind a queue, readers beside it on snapshots of their own. */
export class SqliteStore implements Store {
  readonly #parts: SqliteParts
  readonly #changes = new Queue()
  /** The changes that the open transaction holds; null when there is none. */
  #group: CommitGroup | null = null
  readonly #reading = new Set<Promise<unknown>>()
  readonly #remembered = new RememberedRows()
  readonly #floating = new Set<Snapshot>()
  /** Ends when the last commit that changed remembered rows is on the disk; null when it is. */
  #rowsPending: Promise<void> | null = null
  /** Moves when another program commits to the file. */
  #foreignVersion: unknown = null
  /** Set within a unit of work: a unit inside a unit would wait for itself. */
  readonly #within = new AsyncLocalStorage<Unit>()
  #stopped: AppError | null = null
  #macs: RecordMacs = noMacs

  /** What all snapshots of the store share. */
  readonly #snapshots: Omit<SnapshotParts, 'readers'>

  constructor(parts: SqliteParts) {
    this.#parts = parts
    this.#snapshots = {
      remembered: this.#remembered,
      floating: this.#floating,
      pending: (rowsAlone) => (rowsAlone ? this.#rowsPending : (parts.log?.flush.pending ?? null)),
    }
  }

  protect(macs: RecordMacs): void {
    this.#macs = macs
  }

  forget(): void {
    this.#remembered.forgetAll()
  }

  async read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    this.#refuseWithin()
    this.#refuseWhenStopped()
    const { readers } = this.#parts
    const reading =
      readers === null
        ? this.#changes.run(() => this.#readOnWriter(work))
        : this.#readDurable(new Snapshot({ ...this.#snapshots, readers }), work)
    this.#reading.add(reading)
    try {
      return await reading
    } catch (error) {
      throw failureOf(error, this.#parts.path)
    } finally {
      this.#reading.delete(reading)
    }
  }

  /** Changes that are under way at the same time share a commit; each is undone alone when its work fails. */
  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#refuseWithin()
    this.#refuseWhenStopped()
    const { result, kept } = await this.#changes.run(() => this.#runUnit(work))
    await kept
    return result
  }

  async #runUnit<T>(
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<{ readonly result: T; readonly kept: Promise<void> }> {
    this.#refuseWhenStopped()
    const group = this.#group ?? (await this.#beginGroup())
    const { writer } = this.#parts
    const unit = new Unit(
      {
        connection: () => writer,
        shelf: (read) => this.#remembered.shelf(read, group.written),
        wrote: (sql) => group.written.note(sql),
      },
      this.#macs,
    )
    try {
      writer.run('savepoint unit')
      const result = await this.#within.run(unit, work, unit.transaction)
      unit.end()
      if (unit.failure !== null) throw unit.failure.error
      writer.run('release unit')
      const kept = group.join()
      // In memory the reads come through the same connection, which must be outside of a transaction then.
      if (this.#parts.readers === null) this.#commit(group)
      else if (group.size === 1) void this.#commitSoon(group)
      return { result, kept }
    } catch (error) {
      unit.end()
      const told = this.#stopIfFatal(unit.failure?.error ?? error, error)
      this.#undo(group, told)
      throw told
    }
  }

  async #beginGroup(): Promise<CommitGroup> {
    await this.#begin()
    this.#forgetForeign()
    this.#group = new CommitGroup()
    return this.#group
  }

  /** Commits when a turn of the event loop has brought no further change, or after a few turns. */
  async #commitSoon(group: CommitGroup): Promise<void> {
    for (let turn = 0, size = 0; turn < mostTurns && size < group.size; turn += 1) {
      size = group.size
      await new Promise((resolve) => setImmediate(resolve))
    }
    await this.#changes.run(async () => this.#commit(group))
  }

  #commit(group: CommitGroup): void {
    // The group may have ended before: when the store closed, or when SQLite undid it.
    if (this.#group !== group) return
    this.#group = null
    for (const snapshot of this.#floating) snapshot.hold()
    try {
      this.#parts.writer.run('commit')
      this.#parts.presence?.require()
      const isRemembered = this.#remembered.forget(group.written)
      void this.#acknowledge(group, isRemembered)
    } catch (error) {
      this.#rollBack()
      this.#remembered.forgetAll()
      group.failed(this.#stopIfFatal(error, error))
    }
  }

  /** Tells those whose changes were committed when they are on the disk. */
  async #acknowledge(group: CommitGroup, isRemembered: boolean): Promise<void> {
    const durable = this.#parts.log?.flush.committed()
    if (durable === undefined) return group.committed()
    if (isRemembered) this.#rowsPending = durable
    try {
      await durable
      if (this.#rowsPending === durable) this.#rowsPending = null
      group.committed()
    } catch (error) {
      // What was written may be lost, and is told to nobody from now on.
      this.#stopped ??= new AppError('STORE_FAILED', { path: this.#parts.path }, { cause: error })
      group.failed(this.#stopped)
    }
  }

  /** Undoes the unit that failed. After some failures SQLite has undone everything; then the whole group has failed. */
  #undo(group: CommitGroup, cause: unknown): void {
    try {
      if (group.size === 0) {
        this.#group = null
        this.#parts.writer.run('rollback')
        return
      }
      this.#parts.writer.run('rollback to unit')
      this.#parts.writer.run('release unit')
    } catch {
      this.#group = null
      this.#rollBack()
      group.failed(cause)
    }
  }

  async close(): Promise<void> {
    if (this.#stopped?.code === 'STORE_CLOSED') return
    this.#stopped = new AppError('STORE_CLOSED')
    await Promise.allSettled(this.#reading)
    await this.#changes.run(async () => {
      if (this.#group !== null) this.#commit(this.#group)
      await this.#parts.log?.flush.pending?.catch(() => undefined)
      this.#parts.log?.close()
      this.#parts.readers?.close()
      this.#parts.writer.close()
      this.#parts.release()
    })
  }

  /** What was read and is not on the disk yet is told when it is: a power cut takes nothing back that anybody saw. */
  async #readDurable<T>(snapshot: Snapshot, work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.#readOn(snapshot, work)
    } finally {
      if (snapshot.pending !== null) await this.#durable(snapshot.pending)
    }
  }

  async #durable(pending: Promise<void>): Promise<void> {
    try {
      await pending
    } catch (error) {
      throw this.#stopped ?? error
    }
  }

  async #readOn<T>(
    place: UnitPlace & { end(): void },
    work: (transaction: ReadTransaction) => Promise<T>,
  ): Promise<T> {
    const unit = new Unit(place, this.#macs)
    try {
      return await this.#within.run(unit, work, unit.transaction)
    } finally {
      unit.end()
      place.end()
    }
  }

  /** In memory, alone on the only connection. */
  #readOnWriter<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    const { writer } = this.#parts
    writer.exec('pragma query_only = on')
    writer.run('begin')
    const end = () => {
      writer.run('rollback')
      writer.exec('pragma query_only = off')
    }
    const remembered = this.#remembered
    return this.#readOn(
      { connection: () => writer, shelf: (read) => remembered.shelf(read), wrote() {}, end },
      work,
    )
  }

  /** A person may have changed the file by hand, with a program that knows nothing of the lock. */
  #forgetForeign(): void {
    const row = this.#parts.writer.first('pragma data_version', []) as { readonly data_version?: unknown }
    const version = row?.data_version
    if (version !== this.#foreignVersion) this.#remembered.forgetAll()
    this.#foreignVersion = version
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

  #rollBack(): void {
    try {
      this.#parts.writer.run('rollback')
    } catch {
      // SQLite itself has rolled back after some failures; then there is nothing to undo.
    }
  }

  /** After a failed sync nothing may be written any more: the process restarts and recovers from the log. */
  #stopIfFatal(first: unknown, thrown: unknown): unknown {
    const said = failureOf(first, this.#parts.path)
    if (isFatal(first) || (said instanceof AppError && said.code === 'STORE_REPLACED'))
      this.#stopped = said as AppError
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

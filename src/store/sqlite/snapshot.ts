import type { HotReads } from '../sql/hot-statements.ts'
import type { Connection } from './connection.ts'
import type { Readers } from './readers.ts'
import type { RememberedRows, Shelf } from './remembered-rows.ts'
import type { UnitPlace } from './unit.ts'

/** What all snapshots of a store share. */
export interface SnapshotParts {
  readonly readers: Readers
  readonly remembered: RememberedRows
  /** Snapshots that rest on remembered rows alone: a commit must not pass them by. */
  readonly floating: Set<Snapshot>
  /** When all that is committed is on the disk, or all that changed remembered rows; null when it is. */
  pending(rowsAlone: boolean): Promise<void> | null
}

/**
 * The one state of the store that a unit reads. While remembered rows are all that it asks for, it holds no connection; it gets
 * one with a transaction when it asks for more, or when a commit is about to make another state of what it has read.
 */
export class Snapshot implements UnitPlace {
  readonly #parts: SnapshotParts
  #connection: Connection | null = null
  #failure: unknown = null
  #generation: number | null = null
  #ended = false
  /** When the state that it reads is on the disk; null when it was. */
  pending: Promise<void> | null = null

  constructor(parts: SnapshotParts) {
    this.#parts = parts
  }

  shelf(read: keyof HotReads): Shelf | null {
    const { remembered, floating } = this.#parts
    if (this.#generation === null) {
      this.#generation = remembered.generation
      this.pending = this.#parts.pending(true)
      floating.add(this)
    }
    return this.#generation === remembered.generation ? remembered.shelf(read) : null
  }

  connection(): Connection | Promise<Connection> {
    if (this.#failure !== null) throw this.#failure
    if (this.#connection !== null) return this.#connection
    const taken = this.#parts.readers.take()
    return taken instanceof Promise ? taken.then((late) => this.#start(late)) : this.#start(taken)
  }

  /** Takes hold of the state that there is, because a commit is about to make another. */
  hold(): void {
    this.#parts.floating.delete(this)
    if (this.#connection !== null) return
    try {
      this.#start(this.#parts.readers.takeAtOnce())
    } catch (error) {
      // What it asks for from now on would be of another state.
      this.#failure = error
    }
  }

  wrote(): void {}

  end(): void {
    this.#ended = true
    this.#parts.floating.delete(this)
    const connection = this.#connection
    this.#connection = null
    if (connection === null) return
    connection.run('rollback')
    this.#parts.readers.give(connection)
  }

  #start(connection: Connection): Connection {
    // Two statements may have asked at once, and the unit may have ended while it waited.
    if (this.#ended || this.#connection !== null) {
      this.#parts.readers.give(connection)
      if (this.#connection !== null) return this.#connection
      throw new Error('a transaction was used after its unit of work had ended')
    }
    connection.run('begin')
    // The state is taken hold of by the first statement that reads, not by the beginning.
    connection.first('select 1 from sqlite_schema limit 1', [])
    this.#connection = connection
    this.pending = this.#parts.pending(false)
    this.#generation ??= this.#parts.remembered.generation
    this.#parts.floating.delete(this)
    return connection
  }
}

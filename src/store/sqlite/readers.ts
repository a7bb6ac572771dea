import type { Connection } from './connection.ts'

/** A few connections for reading, opened when first needed and handed from read to read. */
export class Readers {
  readonly #open: () => Connection
  readonly #limit: number
  readonly #idle: Connection[] = []
  readonly #waiting: ((connection: Connection) => void)[] = []
  #size = 0

  constructor(open: () => Connection, limit: number) {
    this.#open = open
    this.#limit = limit
  }

  /** A connection nobody else has; waits for one when all are in use. Give it back. */
  take(): Connection | Promise<Connection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#size >= this.#limit) return this.#next()
    try {
      return this.takeAtOnce()
    } catch (error) {
      // Out of descriptors or memory: fewer connections serve more slowly.
      if (this.#size === 0) throw error
      return this.#next()
    }
  }

  /** As `take`, for who cannot wait: one more is opened when all are in use. */
  takeAtOnce(): Connection {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const opened = this.#open()
    this.#size += 1
    return opened
  }

  give(connection: Connection): void {
    const next = this.#waiting.shift()
    if (next !== undefined) next(connection)
    else if (this.#size <= this.#limit) this.#idle.push(connection)
    else {
      this.#size -= 1
      connection.close()
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }

  #next(): Promise<Connection> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

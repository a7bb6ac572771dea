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

  /** Runs `work` on a connection nobody else has; waits for one when all are in use. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#take()
    try {
      return await work(connection)
    } finally {
      const next = this.#waiting.shift()
      if (next !== undefined) next(connection)
      else this.#idle.push(connection)
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }

  async #take(): Promise<Connection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#size >= this.#limit) return await new Promise((resolve) => this.#waiting.push(resolve))
    try {
      const opened = this.#open()
      this.#size += 1
      return opened
    } catch (error) {
      // Out of descriptors or memory: fewer connections serve more slowly.
      if (this.#size === 0) throw error
      return await new Promise((resolve) => this.#waiting.push(resolve))
    }
  }
}

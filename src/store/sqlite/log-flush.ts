import { closeSync, fdatasync, openSync } from 'node:fs'
import type { Connection } from './connection.ts'

/**
 * Says when what was committed is on the disk. SQLite writes a commit into its log, and the log is flushed beside the event loop:
 * requests that wait for nothing go on meanwhile, and commits of that time share the next flush. One that failed makes all that
 * come after it fail, because the system tells of a lost page only once.
 */
export class LogFlush {
  readonly #flush: () => Promise<void>
  #next: PromiseWithResolvers<void> | null = null
  #pending: Promise<void> | null = null
  #isRunning = false
  #failure: { readonly error: unknown } | null = null

  constructor(flush: () => Promise<void>) {
    this.#flush = flush
  }

  /** Resolves when all that has been committed until now is on the disk; null when it is. */
  get pending(): Promise<void> | null {
    return this.#pending
  }

  /** To be called after each commit. Resolves when it is on the disk. */
  committed(): Promise<void> {
    if (this.#next !== null) return this.#next.promise
    const next = Promise.withResolvers<void>()
    // Whoever waits is told; that nobody does is no failure of its own.
    next.promise.catch(() => undefined)
    this.#next = next
    this.#pending = next.promise
    if (!this.#isRunning) void this.#run()
    return next.promise
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#next !== null) {
      const { promise, resolve, reject } = this.#next
      this.#next = null
      try {
        if (this.#failure !== null) throw this.#failure.error
        await this.#flush()
        if (this.#pending === promise) this.#pending = null
        resolve()
      } catch (error) {
        this.#failure ??= { error }
        reject(error)
      }
    }
    this.#isRunning = false
  }
}

/** The log of a store's file as the operating system knows it. */
export interface OpenLog {
  readonly flush: LogFlush
  close(): void
}

/**
 * Takes the flush of each commit over from SQLite, which still syncs the log before and after it writes it back into the file.
 * A descriptor of our own is as good as SQLite's, whose locks are on other files.
 *
 * @throws Error when the setting did not take
 */
export function takeOverFlush(path: string, writer: Connection): OpenLog {
  writer.exec('pragma synchronous = normal')
  if (writer.pragma('synchronous') !== 1) throw new Error('pragma synchronous is not 1')
  // The log is there from the first read on.
  writer.first('select 1 from sqlite_schema limit 1', [])
  const file = openSync(`${path}-wal`, 'r+')
  const flush = () =>
    new Promise<void>((resolve, reject) => {
      fdatasync(file, (error) => (error === null ? resolve() : reject(error)))
    })
  return { flush: new LogFlush(flush), close: () => closeSync(file) }
}

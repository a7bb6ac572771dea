import { WrittenTables } from './remembered-rows.ts'

/** Units of work that are committed together: one flush to the disk for all of them. */
export class CommitGroup {
  /** What its units wrote, also those that were undone. */
  readonly written = new WrittenTables()
  readonly #waiting: PromiseWithResolvers<void>[] = []

  /** How many units wait for the commit. */
  get size(): number {
    return this.#waiting.length
  }

  /** Adds a unit that ended well. The promise ends with the commit. */
  join(): Promise<void> {
    const waiting = Promise.withResolvers<void>()
    // Whoever asked for the unit awaits the promise a moment later; a failure until then is not unhandled.
    waiting.promise.catch(() => undefined)
    this.#waiting.push(waiting)
    return waiting.promise
  }

  committed(): void {
    for (const { resolve } of this.#waiting) resolve()
  }

  failed(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error)
  }
}

import type { Cursor, Mark } from './cursor.ts'
import { YamlProblem } from './problem.ts'

/** A place where a key may have begun; only a `:` behind it will tell. */
export interface SimpleKey {
  /** In block context at the block's own column nothing but a key can stand. */
  readonly required: boolean
  readonly tokenNumber: number
  readonly mark: Mark
}

/** A key without `?` is on one line and no longer than this. */
const longest = 1024

/** The possible keys, at most one per flow level. */
export class SimpleKeys {
  readonly #cursor: Cursor
  readonly #levels: (SimpleKey | null)[] = [null]
  readonly #byToken = new Map<number, SimpleKey>()
  /** Where the last key outside flow collections began, found or not: the context of a block too deep. */
  lastMark: Mark | null = null

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  /** Notes that a key may begin here, in place of an earlier one on this level. */
  save(tokenNumber: number, required: boolean): void {
    this.remove()
    const key = { required, tokenNumber, mark: this.#cursor.mark() }
    if (this.#levels.length === 1) this.lastMark = key.mark
    this.#levels[this.#levels.length - 1] = key
    this.#byToken.set(tokenNumber, key)
  }

  /** Gives up the possible key of this level. */
  remove(): void {
    const key = this.#levels.at(-1)
    if (key) this.#giveUp(key, this.#levels.length - 1)
  }

  /** The possible key of this level, taken; `null` when there is none or it is too far back. */
  take(): SimpleKey | null {
    const level = this.#levels.length - 1
    const key = this.#levels[level] ?? null
    if (key === null || !this.#isInReach(key, level)) return null
    this.#forget(key, level)
    return key
  }

  /** Whether a key may still turn out to begin at the token with this number. */
  mayBeginAt(tokenNumber: number): boolean {
    const key = this.#byToken.get(tokenNumber)
    return key !== undefined && this.#isInReach(key, this.#levels.indexOf(key))
  }

  enterFlow(): void {
    this.#levels.push(null)
  }

  leaveFlow(): void {
    this.#levels.pop()
  }

  #isInReach(key: SimpleKey, level: number): boolean {
    const { line, column } = this.#cursor
    if (key.mark.line === line && key.mark.column + longest >= column) return true
    this.#giveUp(key, level)
    return false
  }

  #giveUp(key: SimpleKey, level: number): void {
    if (key.required)
      throw new YamlProblem('scanner', "could not find expected ':'", key.mark, this.#cursor.mark())
    this.#forget(key, level)
  }

  #forget(key: SimpleKey, level: number): void {
    this.#levels[level] = null
    this.#byToken.delete(key.tokenNumber)
  }
}

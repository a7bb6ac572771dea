import type { Key } from '../crypto/index.ts'

const lifeMs = 5 * 60 * 1000
const limit = 1000

interface Entry {
  readonly key: Promise<Key>
  readonly untilMs: number
}

/** Unwrapped data keys for at most five minutes and a thousand at a time (S-08), and how often each sealed. */
export class DataKeyCache {
  readonly #nowMs: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #seals = new Map<string, number>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** The cached key, or the one `unwrap` gives, kept from now on; a failure is not kept. */
  get(id: string, unwrap: () => Promise<Key>): Promise<Key> {
    const nowMs = this.#nowMs()
    const known = this.#entries.get(id)
    if (known !== undefined && known.untilMs > nowMs) return known.key
    const key = unwrap()
    this.#entries.delete(id)
    const entry = { key, untilMs: nowMs + lifeMs }
    this.#entries.set(id, entry)
    key.catch(() => {
      if (this.#entries.get(id) === entry) this.#entries.delete(id)
    })
    this.#trim(nowMs)
    return key
  }

  /** How many keys are held now, and when the oldest of them was unwrapped. */
  held(): { readonly keys: number; readonly oldestMs: number | null } {
    const nowMs = this.#nowMs()
    const live = [...this.#entries.values()].filter(({ untilMs }) => untilMs > nowMs)
    const oldest = live.reduce((least, { untilMs }) => Math.min(least, untilMs), Number.POSITIVE_INFINITY)
    return { keys: live.length, oldestMs: live.length === 0 ? null : oldest - lifeMs }
  }

  /** Notes that the key is about to seal once more, and gives it back. */
  countSeal(key: Key): Key {
    this.#seals.set(key.id, this.seals(key.id) + 1)
    return key
  }

  /** Seals made with a key by this process. */
  seals(id: string): number {
    return this.#seals.get(id) ?? 0
  }

  /** Entries are in the order they were unwrapped, so the first are the oldest. */
  #trim(nowMs: number): void {
    for (const [id, entry] of this.#entries) {
      if (entry.untilMs > nowMs && this.#entries.size <= limit) return
      this.#entries.delete(id)
    }
  }
}

// What the clients saw, written down by them before it is used: every call with its outcome.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** `unknown` = the connection broke: the change may have happened or not. */
export type Outcome = 'ok' | 'fail' | 'unknown'

export interface Save {
  readonly environment: string
  /** Unique in the run, and part of the text that was saved. */
  readonly token: string
  readonly parent: number
  readonly outcome: Outcome
  /** The revision that the server answered with. */
  readonly revision: number | null
}

/** Appends each call to a file and syncs it. */
export class History {
  readonly saves: Save[] = []
  readonly created = new Map<string, Outcome>()
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'a', 0o600)
  }

  noteCreate(environment: string, outcome: Outcome): void {
    this.#append({ create: environment, outcome })
    this.created.set(environment, outcome)
  }

  noteSave(save: Save): void {
    this.#append(save)
    this.saves.push(save)
  }

  get acknowledged(): number {
    return (
      this.saves.filter(({ outcome }) => outcome === 'ok').length +
      [...this.created.values()].filter((outcome) => outcome === 'ok').length
    )
  }

  close(): void {
    closeSync(this.#file)
  }

  #append(entry: object): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
    fsyncSync(this.#file)
  }
}

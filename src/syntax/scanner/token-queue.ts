import { type Token, token } from './token.ts'

/** Tokens that were scanned and not yet taken, numbered from 0 through the whole text. */
export class TokenQueue {
  #tokens: Token[] = []
  #head = 0
  /** How many tokens were taken: the number of the next one. */
  taken = 0
  /** The tokens scanned last, taken or not. */
  last: Token = token('stream-start', { index: 0, line: 0, column: 0 })
  beforeLast: Token | null = null

  get ready(): number {
    return this.#tokens.length - this.#head
  }

  /** The number that the next token pushed will have. */
  get nextNumber(): number {
    return this.taken + this.ready
  }

  peek(): Token {
    return this.#tokens[this.#head]!
  }

  skip(): void {
    this.taken += 1
    this.#head += 1
    if (this.#head === this.#tokens.length) {
      this.#tokens.length = 0
      this.#head = 0
    } else if (this.#head > 256) {
      this.#tokens = this.#tokens.slice(this.#head)
      this.#head = 0
    }
  }

  push(next: Token): void {
    this.#tokens.push(next)
    this.beforeLast = this.last
    this.last = next
  }

  /** Puts a token in front of the one with this number, which is still in the queue. */
  insert(number: number, next: Token): void {
    this.#tokens.splice(this.#head + number - this.taken, 0, next)
  }
}

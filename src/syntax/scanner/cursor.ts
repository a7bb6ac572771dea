import { CR, isBreak, LF } from './characters.ts'

/** A place in the text: `index` in UTF-16 code units, `line` and `column` from 0, columns in code points. */
export interface Mark {
  readonly index: number
  readonly line: number
  readonly column: number
}

/** The text being scanned and the place reached. The end reads as NUL; the reader lets no NUL into the text. */
export class Cursor {
  readonly text: string
  pos = 0
  line = 0
  /** Line breaks passed since the last character that is neither blank nor break. */
  newlines = 0
  #lineStart = 0
  #pairs = 0
  readonly #hasPairs: boolean

  constructor(text: string) {
    this.text = `${text}\0\0\0\0`
    this.#hasPairs = /[\ud800-\udbff]/.test(text)
  }

  get column(): number {
    return this.pos - this.#lineStart - this.#pairs
  }

  at(offset = 0): number {
    return this.text.charCodeAt(this.pos + offset)
  }

  mark(): Mark {
    return { index: this.pos, line: this.line, column: this.column }
  }

  /** Moves to `end` on the same line, over at least one character that is not blank. */
  skipTo(end: number): void {
    if (this.#hasPairs) this.#countPairs(end)
    this.pos = end
    this.newlines = 0
  }

  skip(units = 1): void {
    this.skipTo(this.pos + units)
  }

  /** Moves over one space or tab. */
  skipBlank(): void {
    this.pos += 1
  }

  /** Moves over one line break; CR LF is one. Gives back what it stands for in a scalar. */
  readBreak(): string {
    const code = this.at()
    if (!isBreak(code)) return ''
    this.pos += code === CR && this.at(1) === LF ? 2 : 1
    this.line += 1
    this.newlines += 1
    this.#lineStart = this.pos
    this.#pairs = 0
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n'
  }

  /** At the end of the text: what follows stands at the start of the next line. */
  endLine(): void {
    if (this.column === 0) return
    this.line += 1
    this.#lineStart = this.pos
    this.#pairs = 0
  }

  #countPairs(end: number): void {
    for (let i = this.pos; i < end; i++) {
      const code = this.text.charCodeAt(i)
      if (code >= 0xd800 && code <= 0xdbff) this.#pairs += 1
    }
  }
}

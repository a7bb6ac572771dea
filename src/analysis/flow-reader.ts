import type { PropertyPath } from '../value/index.ts'

/** Where the end of what was read stands in the flow collections that are open there. */
export interface FlowPlace {
  /** The keys and indexes of the open collections, outermost first. */
  readonly path: PropertyPath
  readonly place: 'key' | 'value'
  /** What is written of the entry so far, on its last line. */
  readonly partial: string
  /** What would close the open quote and collections. */
  readonly closers: string
}

interface OpenCollection {
  readonly isMap: boolean
  /** A list's index; a map's key, `null` while it is being read. */
  step: string | number | null
}

/** Reads flow collections, `{…}` and `[…]`, over any number of lines, as far as they are written. Takes any text. */
export class FlowReader {
  readonly #open: OpenCollection[] = []
  #entry = ''
  #quote = ''
  #inComment = false

  /** Whether every collection read so far is closed. */
  get isClosed(): boolean {
    return this.#open.length === 0
  }

  /** Reads on; what follows the end of the outermost collection is left alone. */
  read(text: string): void {
    for (const character of text) {
      this.#character(character)
      if (this.isClosed) return
    }
  }

  place(): FlowPlace {
    const top = this.#open.at(-1)
    return {
      path: this.#open.flatMap(({ step }) => (step === null ? [] : [step])),
      place: top?.step === null ? 'key' : 'value',
      partial: this.#entry.slice(this.#entry.lastIndexOf('\n') + 1).trimStart(),
      closers:
        this.#quote +
        this.#open
          .map(({ isMap }) => (isMap ? '}' : ']'))
          .reverse()
          .join(''),
    }
  }

  #character(character: string): void {
    if (this.#inComment) {
      if (character !== '\n') return
      this.#inComment = false
    }
    if (this.#quote !== '') this.#quoted(character)
    else if ((character === '"' || character === "'") && this.#entry.trim() === '')
      this.#startQuote(character)
    else if ((character === '{' || character === '[') && !this.#entry.endsWith('$'))
      this.#enter(character === '{')
    else if ((character === '}' || character === ']') && !this.#isInReference()) this.#leave()
    else if (character === ',') this.#nextEntry()
    else if (character === '#' && /(^|\s)$/.test(this.#entry)) this.#inComment = true
    else if (this.#endsKey(character)) this.#takeKey(character)
    else if (character === '\n' && this.#entry.trim() === '') this.#entry = ''
    else this.#entry += character
  }

  #startQuote(quote: string): void {
    this.#entry += quote
    this.#quote = quote
  }

  #quoted(character: string): void {
    const isEscaped = this.#quote === '"' && /(^|[^\\])(\\\\)*\\$/.test(this.#entry.slice(-64))
    this.#entry += character
    if (character === this.#quote && !isEscaped) this.#quote = ''
  }

  /** `${a["b"]}` stands in plain texts too, although YAML wants quotes around it here. */
  #isInReference(): boolean {
    const start = this.#entry.lastIndexOf('${')
    return start >= 0 && !this.#entry.includes('}', start)
  }

  #enter(isMap: boolean): void {
    this.#open.push({ isMap, step: isMap ? null : 0 })
    this.#entry = ''
  }

  #leave(): void {
    this.#open.pop()
    this.#entry = ''
  }

  #nextEntry(): void {
    const top = this.#open.at(-1)
    if (top !== undefined) top.step = typeof top.step === 'number' ? top.step + 1 : null
    this.#entry = ''
  }

  /** A key ends with a colon that a blank follows, a quoted one with any colon. */
  #endsKey(character: string): boolean {
    if (this.#open.at(-1)?.step !== null) return false
    const entry = this.#entry.trim()
    if (character === ':') return /^(".*"|'.*')$/s.test(entry)
    return (character === ' ' || character === '\n') && this.#entry.endsWith(':')
  }

  #takeKey(character: string): void {
    const entry = this.#entry.trim()
    const top = this.#open.at(-1)!
    top.step = unquoted(character === ':' ? entry : entry.slice(0, -1).trim())
    this.#entry = ''
  }
}

/** A key's text without the quotes around it. */
export function unquoted(key: string): string {
  if (!/^["']/.test(key)) return key.trim()
  return key.slice(1, key.length > 1 && key.endsWith(key[0]!) ? -1 : undefined)
}

import { DecodeError } from './decode-error.ts'
import type { PlainValue } from './exported.ts'
import { NumberText } from './number-text.ts'
import { quote } from './quote.ts'
import { encodeUtf8 } from './utf8.ts'

const usualDepth = 1000

/**
 * The first JSON value of the text, what follows it ignored: numbers keep their text, objects have no prototype,
 * the last of two equal keys wins, bytes that are not UTF-8 become U+FFFD.
 *
 * @param options.maxDepth how deeply containers may nest; 1000 when absent
 * @throws DecodeError `EOF`, `unexpected EOF`, `invalid character …` as §7.6 of the language specification words them
 */
export function parseJson(text: string, options: { readonly maxDepth?: number } = {}): PlainValue {
  const reader = new JsonReader(text, options.maxDepth ?? usualDepth)
  reader.skipBlanks()
  if (reader.atEnd) throw new DecodeError('EOF')
  return reader.value(0)
}

class JsonReader {
  readonly #text: string
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  skipBlanks(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++
  }

  value(depth: number): PlainValue {
    const first = this.#peek()
    if (depth >= this.#maxDepth && (first === '{' || first === '[')) {
      throw new DecodeError(`exceeded max depth of ${this.#maxDepth}`)
    }
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    if (first === 't') return this.#literal('true', true)
    if (first === 'f') return this.#literal('false', false)
    if (first === 'n') return this.#literal('null', null)
    if (first === '-' || isDigit(first)) return this.#number()
    throw this.#invalid('looking for beginning of value')
  }

  #object(depth: number): PlainValue {
    const members: { [key: string]: PlainValue } = Object.create(null)
    this.#at++
    this.skipBlanks()
    if (this.#peek() === '}') {
      this.#at++
      return members
    }
    for (;;) {
      this.skipBlanks()
      if (this.#peek() !== '"') throw this.#invalid('looking for beginning of object key string')
      const key = this.#string()
      this.skipBlanks()
      if (this.#peek() !== ':') throw this.#invalid('after object key')
      this.#at++
      this.skipBlanks()
      members[key] = this.value(depth + 1)
      this.skipBlanks()
      const mark = this.#peek()
      if (mark !== ',' && mark !== '}') throw this.#invalid('after object key:value pair')
      this.#at++
      if (mark === '}') return members
    }
  }

  #array(depth: number): PlainValue {
    const items: PlainValue[] = []
    this.#at++
    this.skipBlanks()
    if (this.#peek() === ']') {
      this.#at++
      return items
    }
    for (;;) {
      this.skipBlanks()
      items.push(this.value(depth + 1))
      this.skipBlanks()
      const mark = this.#peek()
      if (mark !== ',' && mark !== ']') throw this.#invalid('after array element')
      this.#at++
      if (mark === ']') return items
    }
  }

  #literal<T extends PlainValue>(word: string, value: T): T {
    this.#at++
    for (const wanted of word.slice(1)) {
      if (this.#peek() !== wanted) throw this.#invalid(`in literal ${word} (expecting '${wanted}')`)
      this.#at++
    }
    return value
  }

  #number(): NumberText {
    const start = this.#at
    if (this.#peek() === '-') this.#at++
    if (!isDigit(this.#peek())) throw this.#invalid('in numeric literal')
    if (this.#peek() === '0') this.#at++
    else this.#digits()
    if (this.#text[this.#at] === '.') {
      this.#at++
      if (!isDigit(this.#peek())) throw this.#invalid('after decimal point in numeric literal')
      this.#digits()
    }
    if (this.#text[this.#at] === 'e' || this.#text[this.#at] === 'E') {
      this.#at++
      if (this.#peek() === '+' || this.#peek() === '-') this.#at++
      if (!isDigit(this.#peek())) throw this.#invalid('in exponent of numeric literal')
      this.#digits()
    }
    return new NumberText(this.#text.slice(start, this.#at))
  }

  #digits(): void {
    while (isDigit(this.#text[this.#at] ?? '')) this.#at++
  }

  #string(): string {
    const parts: string[] = []
    let from = ++this.#at
    for (;;) {
      const code = this.#peek().charCodeAt(0)
      if (code === 0x22) {
        parts.push(this.#text.slice(from, this.#at++))
        return parts.join('').toWellFormed()
      }
      if (code < 0x20) throw this.#invalid('in string literal')
      if (code === 0x5c) {
        parts.push(this.#text.slice(from, this.#at++))
        parts.push(this.#escape())
        from = this.#at
      } else this.#at++
    }
  }

  #escape(): string {
    const mark = this.#peek()
    if (mark === 'u') return this.#unicodeEscape()
    const meant = escapes.get(mark)
    if (meant === undefined) throw this.#invalid('in string escape code')
    this.#at++
    return meant
  }

  #unicodeEscape(): string {
    const unit = this.#hexDigits()
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit)
    if (unit < 0xdc00 && /^\\u[dD][c-fC-F][0-9a-fA-F]{2}/.test(this.#text.slice(this.#at, this.#at + 6))) {
      this.#at++
      return String.fromCharCode(unit, this.#hexDigits())
    }
    return '\ufffd'
  }

  /** Reads `uXXXX`. */
  #hexDigits(): number {
    this.#at++
    const start = this.#at
    while (this.#at < start + 4) {
      if (!/[0-9a-fA-F]/.test(this.#peek())) throw this.#invalid('in \\u hexadecimal character escape')
      this.#at++
    }
    return Number.parseInt(this.#text.slice(start, this.#at), 16)
  }

  /** The current character; the end of the text inside a value is an error of its own. */
  #peek(): string {
    const character = this.#text[this.#at]
    if (character === undefined) throw new DecodeError('unexpected EOF')
    return character
  }

  #invalid(where: string): DecodeError {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at)!)
    const byte = encodeUtf8(character)[0]!
    return new DecodeError(`invalid character ${quoteByte(byte)} ${where}`)
  }
}

const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1
}

/** A byte as a Latin-1 character in single quotes, escaped as in `%q`. */
function quoteByte(byte: number): string {
  const character = String.fromCharCode(byte)
  if (character === "'") return "'\\''"
  if (character === '"') return "'\"'"
  return `'${quote(character).slice(1, -1)}'`
}

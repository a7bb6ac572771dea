import { type Diagnostic, errorAt, type Range } from '../diag/index.ts'
import { type StringNode, subRange } from '../syntax/index.ts'
import { decodeUtf8, encodeUtf8 } from '../value/index.ts'
import type { Accessor, InterpolationPart } from './expression.ts'

/**
 * Splits a string into literal text and `${…}` accesses (language specification §4).
 *
 * Broken accesses keep what was read so far; each fault is a diagnostic at its part of the text, or at the whole
 * node where parts have no ranges. A string without `$` gives at most one part and no work.
 */
export function parseInterpolation(
  node: StringNode,
  diagnostics: Diagnostic[],
): readonly InterpolationPart[] {
  if (!node.value.includes('$')) return node.value === '' ? [] : [{ text: node.value, access: null }]
  return new Scanner(node, diagnostics).parts()
}

const nonAscii = /[^\0-\x7f]/

/** Offsets are bytes of the decoded value, so the text is scanned as one character per byte. */
class Scanner {
  readonly #node: StringNode
  readonly #diagnostics: Diagnostic[]
  readonly #bytes: string
  readonly #ascii: boolean
  #at = 0

  constructor(node: StringNode, diagnostics: Diagnostic[]) {
    this.#node = node
    this.#diagnostics = diagnostics
    this.#ascii = !nonAscii.test(node.value)
    this.#bytes = this.#ascii ? node.value : Buffer.from(encodeUtf8(node.value)).toString('latin1')
  }

  parts(): readonly InterpolationPart[] {
    const parts: InterpolationPart[] = []
    const bytes = this.#bytes
    let text = ''
    while (this.#at < bytes.length) {
      const dollar = bytes.indexOf('$', this.#at)
      if (dollar === -1) {
        text += bytes.slice(this.#at)
        break
      }
      text += bytes.slice(this.#at, dollar)
      const next = bytes[dollar + 1]
      this.#at = dollar + (next === '$' || next === '{' ? 2 : 1)
      if (next !== '{') {
        text += '$'
        continue
      }
      const accessors = this.#access()
      parts.push({ text: this.#decode(text), access: { accessors } })
      text = ''
    }
    if (text !== '') parts.push({ text: this.#decode(text), access: null })
    return parts
  }

  #access(): Accessor[] {
    const accessors: Accessor[] = []
    for (;;) {
      const at = this.#at
      const byte = this.#bytes[at]
      if (byte === undefined || isSpace(byte)) {
        this.#error(at, at, "missing closing brace '}' in interpolation")
        return this.#finished(accessors, at)
      }
      if (byte === '}') {
        this.#at += 1
        return this.#finished(accessors, at)
      }
      if (byte === '[') {
        this.#at += 1
        accessors.push(this.#subscript(at, accessors.length === 0))
        continue
      }
      if (byte === '.') this.#at += 1
      accessors.push(this.#name(at))
    }
  }

  /** An access without any step gets one with an empty name, which evaluation then reports as unknown. */
  #finished(accessors: Accessor[], start: number): Accessor[] {
    if (accessors.length === 0) {
      accessors.push({ kind: 'name', key: '', range: this.#range(start, this.#at) })
    }
    return accessors
  }

  #name(start: number): Accessor {
    const from = this.#at
    while (this.#at < this.#bytes.length && !endsName(this.#bytes[this.#at]!)) this.#at += 1
    if (this.#at === from) this.#error(start, this.#at, 'property name must not be empty')
    const key = this.#decode(this.#bytes.slice(from, this.#at))
    return { kind: 'name', key, range: this.#range(start, this.#at) }
  }

  #subscript(start: number, first: boolean): Accessor {
    if (this.#at >= this.#bytes.length) {
      this.#error(start, this.#at, missingBracket)
      return { kind: 'key', key: '', range: this.#range(start, this.#at) }
    }
    const index = this.#bytes[this.#at] === '"' ? this.#quotedKey(start) : this.#number(start, first)
    if (this.#bytes[this.#at] === ']') this.#at += 1
    else this.#error(start, this.#at, missingBracket)
    const range = this.#range(start, this.#at)
    return typeof index === 'bigint' ? { kind: 'index', index, range } : { kind: 'key', key: index, range }
  }

  #quotedKey(start: number): string {
    this.#at += 1
    let key = ''
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) {
        this.#error(start + 1, this.#at, "key subscript is missing closing quote '\"'")
        return this.#decode(key)
      }
      this.#at += 1
      if (byte === '"') break
      if (byte === '\\' && this.#bytes[this.#at] === '"') {
        key += '"'
        this.#at += 1
      } else {
        key += byte
      }
    }
    if (key === '') this.#error(start + 1, this.#at, 'key subscript must not be empty')
    return this.#decode(key)
  }

  #number(start: number, first: boolean): bigint | string {
    const from = this.#at
    while (this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at]!
      if (byte === ']' || endsName(byte)) break
      this.#at += 1
    }
    const text = this.#bytes.slice(from, this.#at)
    const index = parseInt64(text)
    if (index === null) {
      this.#error(start + 1, this.#at, 'numeric subscript must be a positive base-10 integer')
      return this.#decode(text)
    }
    if (first) {
      const rule = 'the first accessor must be a property name or key subscript, not a numeric subscript'
      this.#error(start, this.#at, rule)
    }
    return index
  }

  #decode(bytes: string): string {
    return this.#ascii ? bytes : decodeUtf8(Buffer.from(bytes, 'latin1'))
  }

  #range(from: number, to: number): Range | null {
    return subRange(this.#node, from, to)
  }

  #error(from: number, to: number, summary: string): void {
    this.#diagnostics.push(errorAt(this.#range(from, to) ?? this.#node.range, summary, this.#node.path))
  }
}

const missingBracket = "subscript is missing closing bracket ']'"

function endsName(byte: string): boolean {
  return byte === '.' || byte === '[' || byte === '}' || isSpace(byte)
}

/** Whitespace with its Latin-1 meaning, byte by byte: the bytes 85 and A0 inside a character count too. */
function isSpace(byte: string): boolean {
  return byte === ' ' || (byte >= '\t' && byte <= '\r') || byte === '\x85' || byte === '\xa0'
}

function parseInt64(text: string): bigint | null {
  if (!/^[+-]?[0-9]+$/.test(text)) return null
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, value) === value ? value : null
}

import { DecodeError } from './decode-error.ts'
import type { PlainValue } from './exported.ts'
import { NumberText } from './number-text.ts'
import { quote } from './quote.ts'
import { compareBytes } from './utf8.ts'

/** How JSON text is laid out. */
export interface JsonOptions {
  /** Spaces per level; 0 or absent = compact. */
  readonly indent?: number
  /** Whether `<`, `>` and `&` are written as `\u003c`, `\u003e`, `\u0026`; true when absent. */
  readonly escapeHtml?: boolean
  /** Whether object keys are sorted by their UTF-8 bytes; true when absent. */
  readonly sortKeys?: boolean
}

/** The text of a JSON number. */
export const jsonNumber = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/

/**
 * The JSON text of a plain value: numbers verbatim, U+2028 and U+2029 escaped, stray bytes as `\ufffd`.
 *
 * @throws DecodeError for a number that JSON cannot hold (`+Inf`, `NaN`)
 */
export function stringifyJson(value: PlainValue, options: JsonOptions = {}): string {
  const out: string[] = []
  const style = {
    indent: options.indent ?? 0,
    html: options.escapeHtml ?? true,
    sort: options.sortKeys ?? true,
  }
  write(value, 0, style, out)
  return out.join('')
}

interface Style {
  readonly indent: number
  readonly html: boolean
  readonly sort: boolean
}

function write(value: PlainValue, depth: number, style: Style, out: string[]): void {
  if (value === null || typeof value === 'boolean') out.push(String(value))
  else if (typeof value === 'string') out.push(jsonString(value, style.html))
  else if (value instanceof NumberText) out.push(numberText(value))
  else if (isList(value)) writeList(value, depth, style, out)
  else writeRecord(value, depth, style, out)
}

function writeList(list: readonly PlainValue[], depth: number, style: Style, out: string[]): void {
  if (list.length === 0) {
    out.push('[]')
    return
  }
  for (const [i, item] of list.entries()) {
    out.push(i === 0 ? '[' : ',', lineStart(depth + 1, style))
    write(item, depth + 1, style, out)
  }
  out.push(lineStart(depth, style), ']')
}

function writeRecord(
  record: { readonly [key: string]: PlainValue },
  depth: number,
  style: Style,
  out: string[],
): void {
  const keys = Object.keys(record)
  if (keys.length === 0) {
    out.push('{}')
    return
  }
  if (style.sort) keys.sort(compareBytes)
  const colon = style.indent > 0 ? ': ' : ':'
  for (const [i, key] of keys.entries()) {
    out.push(i === 0 ? '{' : ',', lineStart(depth + 1, style), jsonString(key, style.html), colon)
    write(record[key]!, depth + 1, style, out)
  }
  out.push(lineStart(depth, style), '}')
}

function lineStart(depth: number, style: Style): string {
  return style.indent > 0 ? `\n${' '.repeat(depth * style.indent)}` : ''
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value)
}

function numberText(value: NumberText): string {
  if (!jsonNumber.test(value.text)) {
    throw new DecodeError(`json: invalid number literal ${quote(value.text)}`)
  }
  return value.text
}

const special = /[\u2028\u2029<>&]/g

function jsonString(text: string, html: boolean): string {
  if (text.isWellFormed()) {
    return JSON.stringify(text).replace(special, (character) => escaped(character, html))
  }
  // JSON.stringify writes a lone surrogate as `\udc80`; the language writes what is not UTF-8 as `\ufffd`.
  const parts = text.split(/[\ud800-\udfff]/u)
  return `"${parts.map((part) => jsonString(part, html).slice(1, -1)).join('\\ufffd')}"`
}

function escaped(character: string, html: boolean): string {
  const point = character.charCodeAt(0)
  if (!html && point < 0x80) return character
  return `\\u${point.toString(16).padStart(4, '0')}`
}

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
  return text(value, 0, {
    indent: options.indent ?? 0,
    html: options.escapeHtml ?? true,
    sort: options.sortKeys ?? true,
  })
}

interface Style {
  readonly indent: number
  readonly html: boolean
  readonly sort: boolean
}

/** Adding to one string is what engines are quickest at: a list of parts to join took twice as long. */
function text(value: PlainValue, depth: number, style: Style): string {
  if (typeof value === 'string') return jsonString(value, style.html)
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value instanceof NumberText) return numberText(value)
  return isList(value) ? listText(value, depth, style) : recordText(value, depth, style)
}

function listText(list: readonly PlainValue[], depth: number, style: Style): string {
  if (list.length === 0) return '[]'
  const start = lineStart(depth + 1, style)
  let out = '['
  for (let i = 0; i < list.length; i++)
    out += (i === 0 ? start : `,${start}`) + text(list[i]!, depth + 1, style)
  return `${out}${lineStart(depth, style)}]`
}

function recordText(record: { readonly [key: string]: PlainValue }, depth: number, style: Style): string {
  const keys = Object.keys(record)
  if (keys.length === 0) return '{}'
  if (style.sort) keys.sort(compareBytes)
  const start = lineStart(depth + 1, style)
  const colon = style.indent > 0 ? ': ' : ':'
  let out = '{'
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    out += (i === 0 ? start : `,${start}`) + keyText(key, style.html) + colon
    out += text(record[key]!, depth + 1, style)
  }
  return `${out}${lineStart(depth, style)}}`
}

function lineStart(depth: number, style: Style): string {
  return style.indent > 0 ? `\n${' '.repeat(depth * style.indent)}` : ''
}

/** A name as it stands between quotes when nothing in it needs to be escaped, as in nearly every key. */
const plainName = /^[\w$. -]*$/

function keyText(key: string, html: boolean): string {
  return plainName.test(key) ? `"${key}"` : jsonString(key, html)
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

const separators = /[\u2028\u2029]/g
const special = /[\u2028\u2029<>&]/g
const plainText = /^[\w$. :/,;()+*=@?!#%-]*$/

function jsonString(text: string, html: boolean): string {
  if (text.length < 64 && plainText.test(text)) return `"${text}"`
  if (text.isWellFormed()) {
    return JSON.stringify(text).replace(html ? special : separators, escaped)
  }
  // JSON.stringify writes a lone surrogate as `\udc80`; the language writes what is not UTF-8 as `\ufffd`.
  const parts = text.split(/[\ud800-\udfff]/u)
  return `"${parts.map((part) => jsonString(part, html).slice(1, -1)).join('\\ufffd')}"`
}

function escaped(character: string): string {
  const point = character.charCodeAt(0)
  return `\\u${point.toString(16).padStart(4, '0')}`
}

import { unicodePattern } from './unicode-pattern.ts'
import { strayByte } from './utf8.ts'

const named = new Map<number, string>([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
])

const plainAscii = /^[ !#-[\]-~]*$/
// Made with the first text that is not ASCII: reading the classes takes a millisecond of every start.
let printable: RegExp | null = null

/**
 * The text between double quotes, escaped: the language's `%q` (§3.3). Stray bytes come out as `\xNN`.
 * Never throws; a code point that cannot stand in UTF-8 prints as `\ufffd`.
 */
export function quote(text: string): string {
  if (plainAscii.test(text)) return `"${text}"`
  let out = '"'
  for (const character of text) out += escaped(character)
  return `${out}"`
}

function escaped(character: string): string {
  const point = character.codePointAt(0)!
  const name = named.get(point)
  if (name !== undefined) return name
  if (point < 0x20 || point === 0x7f) return `\\x${hex(point, 2)}`
  if (point === 0x20 || (point > 0x20 && point < 0x7f)) return character
  const byte = strayByte(point)
  if (byte !== null) return `\\x${hex(byte, 2)}`
  if (point >= 0xd800 && point <= 0xdfff) return '\\ufffd'
  printable ??= unicodePattern('^[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]$')
  if (printable.test(character)) return character
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

import type { Mark } from './cursor.ts'
import { YamlProblem } from './problem.ts'
import { utf8Width } from './tag.ts'

const controlCharacter = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/**
 * The text of a document's bytes without its byte order mark: UTF-8, or UTF-16 when the mark says so.
 *
 * @throws YamlProblem for the first byte that is not well-formed UTF-8 and for characters YAML does not allow
 */
export function readText(source: Uint8Array): string {
  const text = decode(source)
  if (text === null) throw firstProblem(source)
  const refused = controlCharacter.exec(text)
  if (refused === null) return text
  throw problem('control characters are not allowed', text.slice(0, refused.index))
}

/** The words never name a place; `before` is the text up to it. */
function problem(message: string, before: string): YamlProblem {
  return new YamlProblem('reader', message, null, null, endOf(before))
}

/** Where a text ends, line and column from 0. */
export function endOf(text: string): Pick<Mark, 'line' | 'column'> {
  const lines = text.split(/\r\n|[\n\r\x85\u2028\u2029]/)
  return { line: lines.length - 1, column: Array.from(lines.at(-1) ?? '').length }
}

function decode(source: Uint8Array): string | null {
  const mark = (source[0] ?? 0) * 256 + (source[1] ?? 0)
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(source)
  } catch {
    if (encoding === 'utf-8') return null
    throw problem('incomplete UTF-16 character', new TextDecoder(encoding).decode(source).slice(0, -1))
  }
}

/** What libyaml's reader says of the first byte, or control character before it, that it does not take. */
function firstProblem(source: Uint8Array): YamlProblem {
  for (let i = 0; i < source.length; ) {
    const width = utf8Width(source[i]!)
    const message = sequenceProblem(source.subarray(i, i + width), width)
    if (message !== '') return problem(message, new TextDecoder().decode(source.subarray(0, i)))
    i += width
  }
  return new YamlProblem('reader', 'invalid leading UTF-8 octet', null, null)
}

const leadBits = [0, 0x7f, 0x1f, 0x0f, 0x07]
const smallest = [0, 0, 0x80, 0x800, 0x10000]

function sequenceProblem(bytes: Uint8Array, width: number): string {
  if (width === 0) return 'invalid leading UTF-8 octet'
  if (bytes.length < width) return 'incomplete UTF-8 octet sequence'
  let value = bytes[0]! & leadBits[width]!
  for (const octet of bytes.subarray(1)) {
    if ((octet & 0xc0) !== 0x80) return 'invalid trailing UTF-8 octet'
    value = value * 64 + (octet & 0x3f)
  }
  if (value < smallest[width]!) return 'invalid length of a UTF-8 sequence'
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) return 'invalid Unicode character'
  return controlCharacter.test(String.fromCodePoint(value)) ? 'control characters are not allowed' : ''
}

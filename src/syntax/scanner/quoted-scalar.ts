import { BACKSLASH, DOUBLE_QUOTE, hexValue, isBreak, isSpaceOrEnd, NUL, SINGLE_QUOTE } from './characters.ts'
import type { Cursor, Mark } from './cursor.ts'
import { atDocumentIndicator, scanGap } from './plain-scalar.ts'
import { YamlProblem } from './problem.ts'
import { scalarToken, type Token } from './token.ts'

const escapes = new Map<string, string>([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['/', '/'],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])
const codeLengths = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

/** Reads a single-quoted scalar; the cursor stands at the opening quote. */
export function scanSingleQuoted(cursor: Cursor): Token {
  const start = cursor.mark()
  const parts: string[] = []
  cursor.skip()
  for (;;) {
    checkUnfinished(cursor, start)
    const from = cursor.pos
    const to = endOfRun(cursor.text, from, SINGLE_QUOTE)
    if (to > from) takeRun(cursor, to, parts)
    if (cursor.at() === SINGLE_QUOTE) {
      if (cursor.at(1) !== SINGLE_QUOTE) break
      parts.push("'")
      cursor.skip(2)
    } else parts.push(scanGap(cursor))
  }
  cursor.skip()
  return scalarToken(start, parts.join(''), 'single')
}

/** Reads a double-quoted scalar; the cursor stands at the opening quote. */
export function scanDoubleQuoted(cursor: Cursor): Token {
  const start = cursor.mark()
  const parts: string[] = []
  cursor.skip()
  for (;;) {
    checkUnfinished(cursor, start)
    const from = cursor.pos
    const to = endOfRun(cursor.text, from, DOUBLE_QUOTE, BACKSLASH)
    if (to > from) takeRun(cursor, to, parts)
    const code = cursor.at()
    if (code === DOUBLE_QUOTE) break
    if (code !== BACKSLASH) parts.push(scanGap(cursor))
    else if (isBreak(cursor.at(1))) parts.push(scanEscapedBreak(cursor))
    else parts.push(scanEscape(cursor, start))
  }
  cursor.skip()
  return scalarToken(start, parts.join(''), 'double')
}

function checkUnfinished(cursor: Cursor, start: Mark): void {
  const problem = atDocumentIndicator(cursor)
    ? 'found unexpected document indicator'
    : cursor.at() === NUL
      ? 'found unexpected end of stream'
      : ''
  if (problem !== '') throw new YamlProblem('scanner', problem, start, cursor.mark())
}

function endOfRun(text: string, from: number, quote: number, escaper = quote): number {
  let i = from
  for (; ; i++) {
    const code = text.charCodeAt(i)
    if (code === quote || code === escaper || isSpaceOrEnd(code)) return i
  }
}

function takeRun(cursor: Cursor, to: number, parts: string[]): void {
  parts.push(cursor.text.slice(cursor.pos, to))
  cursor.skipTo(to)
}

/** A backslash before a line break joins the lines; blanks at the start of the next line go, empty lines stay. */
function scanEscapedBreak(cursor: Cursor): string {
  cursor.skip()
  cursor.readBreak()
  let breaks = ''
  for (;;) {
    const code = cursor.at()
    if (isBreak(code)) breaks += cursor.readBreak()
    else if (isSpaceOrEnd(code) && code !== NUL) cursor.skipBlank()
    else return breaks
  }
}

function scanEscape(cursor: Cursor, start: Mark): string {
  const letter = cursor.text.charAt(cursor.pos + 1)
  const plain = escapes.get(letter)
  if (plain !== undefined) {
    cursor.skip(2)
    return plain
  }
  const length = codeLengths.get(letter)
  if (length === undefined) {
    throw new YamlProblem('scanner', 'found unknown escape character', start, cursor.mark())
  }
  cursor.skip(2)
  let value = 0
  for (let k = 0; k < length; k++) {
    const digit = hexValue(cursor.at(k))
    if (digit < 0) {
      throw new YamlProblem('scanner', 'did not find expected hexdecimal number', start, cursor.mark())
    }
    value = value * 16 + digit
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    throw new YamlProblem('scanner', 'found invalid Unicode character escape code', start, cursor.mark())
  }
  cursor.skip(length)
  return String.fromCodePoint(value)
}

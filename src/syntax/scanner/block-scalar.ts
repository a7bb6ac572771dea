import {
  DASH,
  HASH,
  isBlank,
  isBreak,
  isBreakOrEnd,
  isDigit,
  NUL,
  PLUS,
  SPACE,
  TAB,
  ZERO,
} from './characters.ts'
import type { Cursor, Mark } from './cursor.ts'
import { YamlProblem } from './problem.ts'
import { scalarToken, type Token } from './token.ts'

interface Header {
  readonly chomping: 'clip' | 'strip' | 'keep'
  /** The indentation digit, 0 when there is none. */
  readonly increment: number
}

/**
 * Reads a block scalar, `|` or `>`. `parentIndent` is the column of the block it stands in, -1 at the root.
 * `lineComment` takes the comment behind the header when the cursor stands at its `#`.
 */
export function scanBlockScalar(
  cursor: Cursor,
  literal: boolean,
  parentIndent: number,
  lineComment: (start: Mark) => void,
): Token {
  const start = cursor.mark()
  cursor.skip()
  const { chomping, increment } = scanHeader(cursor, start)
  endHeaderLine(cursor, start, lineComment)

  const leading = scanBreaks(cursor, start, increment > 0 ? Math.max(parentIndent, 0) + increment : 0)
  const indent = leading.indent || Math.max(leading.widest, parentIndent + 1, 1)
  const parts: string[] = []
  let lineBreak = ''
  let breaks = leading.breaks
  let previousBlank = false
  while (cursor.column === indent && cursor.at() !== NUL) {
    const blank = isBlank(cursor.at())
    if (!literal && !previousBlank && !blank && lineBreak === '\n') {
      if (breaks === '') parts.push(' ')
    } else parts.push(lineBreak)
    parts.push(breaks)
    previousBlank = blank
    const to = endOfLine(cursor.text, cursor.pos)
    if (to > cursor.pos) {
      parts.push(cursor.text.slice(cursor.pos, to))
      cursor.skipTo(to)
    }
    lineBreak = cursor.readBreak()
    breaks = scanBreaks(cursor, start, indent).breaks
  }
  if (chomping !== 'strip') parts.push(lineBreak)
  if (chomping === 'keep') parts.push(breaks)
  return scalarToken(start, parts.join(''), literal ? 'literal' : 'folded')
}

function scanHeader(cursor: Cursor, start: Mark): Header {
  let chomping = scanChomping(cursor)
  let increment = 0
  if (isDigit(cursor.at())) {
    increment = cursor.at() - ZERO
    if (increment === 0) {
      throw new YamlProblem('scanner', 'found an indentation indicator equal to 0', start, cursor.mark())
    }
    cursor.skip()
    chomping ??= scanChomping(cursor)
  }
  return { chomping: chomping ?? 'clip', increment }
}

function scanChomping(cursor: Cursor): 'strip' | 'keep' | undefined {
  const code = cursor.at()
  if (code !== PLUS && code !== DASH) return undefined
  cursor.skip()
  return code === PLUS ? 'keep' : 'strip'
}

function endHeaderLine(cursor: Cursor, start: Mark, lineComment: (start: Mark) => void): void {
  while (isBlank(cursor.at())) cursor.skipBlank()
  if (cursor.at() === HASH) lineComment(start)
  if (!isBreakOrEnd(cursor.at())) {
    throw new YamlProblem('scanner', 'did not find expected comment or line break', start, cursor.mark())
  }
  cursor.readBreak()
}

function endOfLine(text: string, from: number): number {
  let i = from
  while (!isBreakOrEnd(text.charCodeAt(i))) i++
  return i
}

/** Passes indentation and empty lines. `indent` 0 means that it is still to be found: any spaces are passed. */
function scanBreaks(cursor: Cursor, start: Mark, indent: number) {
  let breaks = ''
  let widest = 0
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.at() === SPACE) cursor.skipBlank()
    widest = Math.max(widest, cursor.column)
    const code = cursor.at()
    if (code === TAB && (indent === 0 || cursor.column < indent)) {
      const problem = 'found a tab character where an indentation space is expected'
      throw new YamlProblem('scanner', problem, start, cursor.mark())
    }
    if (!isBreak(code)) return { breaks, widest, indent }
    breaks += cursor.readBreak()
  }
}

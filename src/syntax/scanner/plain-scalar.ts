import { COLON, DASH, DOT, HASH, isBlank, isBreak, isFlowEnd, isSpaceOrEnd, TAB } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { YamlProblem } from './problem.ts'
import { scalarToken, type Token } from './token.ts'

/** A plain scalar and whether it ended behind a line break, where a simple key may follow. */
export interface PlainScalar {
  readonly token: Token
  readonly endedOnNewLine: boolean
}

/** Whether `---` or `...` stands here, at the start of a line. */
export function atDocumentIndicator(cursor: Cursor): boolean {
  const code = cursor.at()
  return (
    (code === DASH || code === DOT) &&
    cursor.column === 0 &&
    cursor.at(1) === code &&
    cursor.at(2) === code &&
    isSpaceOrEnd(cursor.at(3))
  )
}

/**
 * Reads a plain scalar. `indent` is the column that further lines must reach in block context; inside flow
 * collections lines may begin anywhere.
 */
export function scanPlainScalar(cursor: Cursor, indent: number, inFlow: boolean): PlainScalar {
  const start = cursor.mark()
  let value = ''
  let gap = ''
  let endedOnNewLine = false
  while (!atDocumentIndicator(cursor) && cursor.at() !== HASH) {
    const from = cursor.pos
    const to = endOfWords(cursor.text, from, inFlow)
    if (to > from) {
      const words = cursor.text.slice(from, to)
      value = value === '' ? words : value + gap + words
      endedOnNewLine = false
      cursor.skipTo(to)
    }
    const code = cursor.at()
    if (!isBlank(code) && !isBreak(code)) break
    const lineBefore = cursor.line
    gap = scanGap(cursor, (at) => {
      if (at < indent) {
        throw new YamlProblem(
          'scanner',
          'found a tab character that violates indentation',
          start,
          cursor.mark(),
        )
      }
    })
    if (cursor.line > lineBefore) endedOnNewLine = true
    if (!inFlow && cursor.column < indent) break
  }
  return { token: scalarToken(start, value, 'plain'), endedOnNewLine }
}

/** The end of the last word of a line. The blanks between its words stay as they are, so that one slice holds them all. */
function endOfWords(text: string, from: number, inFlow: boolean): number {
  let end = endOfWord(text, from, inFlow)
  for (let next = end; end > from; end = next) {
    next = end
    while (isBlank(text.charCodeAt(next))) next++
    if (next === end || text.charCodeAt(next) === HASH) return end
    const start = next
    next = endOfWord(text, start, inFlow)
    if (next === start) return end
  }
  return end
}

function endOfWord(text: string, from: number, inFlow: boolean): number {
  let i = from
  for (; ; i++) {
    const code = text.charCodeAt(i)
    if (code === COLON ? isSpaceOrEnd(text.charCodeAt(i + 1)) : isSpaceOrEnd(code)) return i
    if (inFlow && isFlowEnd(code)) return i
  }
}

/**
 * Reads blanks and line breaks and gives back what they fold to: blanks on one line stay, one break is a space,
 * more breaks are one fewer. `checkTab` is told the column of each tab that starts a line.
 */
export function scanGap(cursor: Cursor, checkTab?: (column: number) => void): string {
  let blanks = ''
  let firstBreak = ''
  let breaks = ''
  for (let code = cursor.at(); ; code = cursor.at()) {
    if (isBlank(code)) {
      if (firstBreak === '') blanks += cursor.text[cursor.pos]
      else if (code === TAB) checkTab?.(cursor.column)
      cursor.skipBlank()
    } else if (isBreak(code)) {
      const read = cursor.readBreak()
      if (firstBreak === '') firstBreak = read
      else breaks += read
    } else break
  }
  return foldBreaks(blanks, firstBreak, breaks)
}

function foldBreaks(blanks: string, firstBreak: string, breaks: string): string {
  if (firstBreak === '') return blanks
  if (firstBreak !== '\n') return firstBreak + breaks
  return breaks === '' ? ' ' : breaks
}

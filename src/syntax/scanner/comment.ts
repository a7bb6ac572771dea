import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CR,
  HASH,
  isBlank,
  isBreak,
  isBreakOrEnd,
  LF,
  NUL,
} from './characters.ts'
import type { Cursor, Mark } from './cursor.ts'
import type { Token } from './token.ts'

/**
 * A comment that waits for the node it belongs to. Exactly one of `head`, `line` and `foot` has text.
 *
 * It goes to the first token that starts at `owner` or behind it. `scan` is where the search for comments began
 * and `end` where it stood when this one was complete: neighbours have one's `end` as the other's `scan`.
 */
export interface Comment {
  readonly scan: Mark
  readonly owner: Mark
  readonly start: Mark
  readonly end: Mark
  readonly head: string
  readonly line: string
  readonly foot: string
}

/** What the scanner knows when a run of comment lines begins. */
export interface CommentPlace {
  /** Where the passing of blanks, breaks and comments began. */
  readonly scan: Mark
  /** The token before, not counting a comma. */
  readonly previous: Token
  /** The column of the block that the comment stands in, at least 0. */
  readonly indent: number
  readonly inFlow: boolean
}

/** How far ahead blanks and empty lines are looked through for the next comment line. */
const lookahead = 512

const origin: Mark = { index: 0, line: 0, column: 0 }

/** Reads the comment behind a token on its line, if there is one; it goes to the token at `owner`. */
export function scanLineComment(cursor: Cursor, owner: Mark): Comment | null {
  if (cursor.newlines > 0) return null
  let ahead = 0
  while (ahead < lookahead && isBlank(cursor.at(ahead))) ahead++
  if (cursor.at(ahead) !== HASH) return null
  cursor.skip(ahead)
  const start = cursor.mark()
  const line = takeCommentLine(cursor)
  return { scan: origin, owner, start, end: origin, head: '', line, foot: '' }
}

function takeCommentLine(cursor: Cursor): string {
  const from = cursor.pos
  let to = from
  while (!isBreakOrEnd(cursor.text.charCodeAt(to))) to++
  cursor.skipTo(to)
  return cursor.text.slice(from, to)
}

/**
 * Reads whole-line comments, the cursor standing at the first `#`, and tells which are feet of what came before
 * and which are the head of what follows, as go-yaml does: a run right below the previous content that an empty
 * line ends is a foot, so is one that is indented less than the block, or that a flow collection's end follows.
 * Columns of comment marks count from 1.
 */
export function scanComments(cursor: Cursor, place: CommentPlace): Comment[] {
  return new CommentRun(cursor, place).read()
}

class CommentRun {
  readonly #cursor: Cursor
  readonly #place: CommentPlace
  readonly #footLine: number
  readonly #comments: Comment[] = []
  #scan: Mark
  #owner: Mark
  #start: Mark = origin
  #text = ''
  #ahead = 0
  #line: number
  #column: number

  constructor(cursor: Cursor, place: CommentPlace) {
    this.#cursor = cursor
    this.#place = place
    this.#scan = place.scan
    this.#owner = place.previous.start
    this.#line = cursor.line
    this.#column = cursor.column
    // A foot begins on the line below the content before it.
    const below = cursor.line - cursor.newlines + (cursor.newlines === 0 && cursor.column > 1 ? 2 : 1)
    this.#footLine = place.scan.line > 0 ? below : -1
  }

  read(): Comment[] {
    let firstEmpty = this.#cursor.newlines <= 1
    let recentEmpty = false
    for (; this.#ahead < lookahead; this.#ahead++) {
      this.#column += 1
      const code = this.#cursor.at(this.#ahead)
      if (isBlank(code)) continue
      const closes = this.#place.inFlow && (code === CLOSE_BRACKET || code === CLOSE_BRACE)
      if (closes || isBreakOrEnd(code)) {
        if (closes || !recentEmpty) this.#endRun(closes, firstEmpty, code)
        if (!isBreak(code)) break
        firstEmpty = false
        recentEmpty = true
        this.#nextLine(code)
        continue
      }
      const dedented = this.#column - 1 < this.#place.indent && this.#column !== this.#start.column
      if (this.#text !== '' && dedented) this.#pushFoot()
      if (code !== HASH) break
      recentEmpty = false
      this.#takeLine()
    }
    if (this.#text !== '') this.#push({ owner: this.#start, head: this.#text, foot: '' }, this.#here(-1))
    return this.#comments
  }

  #endRun(closes: boolean, firstEmpty: boolean, code: number): void {
    const dedented = this.#start.column - 1 < this.#place.indent
    const below = this.#start.line === this.#footLine && this.#place.previous.kind !== 'value'
    if (closes || (firstEmpty && (below || dedented))) {
      if (this.#text === '') return
      // A comment that is indented less has nothing to do with the token before it.
      if (dedented) this.#owner = this.#start
      this.#pushFoot()
    } else if (this.#text !== '' && code !== NUL) this.#text += '\n'
  }

  #pushFoot(): void {
    const here = this.#here(0)
    this.#push({ owner: this.#owner, head: '', foot: this.#text }, here)
    this.#scan = here
    this.#owner = here
    this.#text = ''
  }

  #push(comment: { owner: Mark; head: string; foot: string }, end: Mark): void {
    this.#comments.push({ ...comment, scan: this.#scan, start: this.#start, end, line: '' })
  }

  #nextLine(code: number): void {
    if (code === CR && this.#cursor.at(this.#ahead + 1) === LF) this.#ahead += 1
    this.#column = 0
    this.#line += 1
  }

  #takeLine(): void {
    if (this.#text === '') this.#start = this.#here(0)
    else this.#text += '\n'
    const cursor = this.#cursor
    const hash = cursor.pos + this.#ahead
    while (cursor.pos < hash) {
      if (isBreak(cursor.at())) cursor.readBreak()
      else cursor.skipBlank()
    }
    this.#text += takeCommentLine(cursor)
    // The search goes on behind this line's break, which stays for the scanner.
    this.#ahead = cursor.at() === CR && cursor.at(1) === LF ? 1 : 0
    this.#column = 0
    this.#line = cursor.line
  }

  #here(offset: number): Mark {
    return { index: this.#cursor.pos + this.#ahead + offset, line: this.#line, column: this.#column }
  }
}

import { scanAnchor } from './anchor.ts'
import { scanBlockScalar } from './block-scalar.ts'
import {
  AMPERSAND,
  ASTERISK,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  EXCLAMATION,
  GREATER,
  HASH,
  isBlank,
  isBreak,
  isIndicator,
  isSpaceOrEnd,
  NUL,
  OPEN_BRACE,
  OPEN_BRACKET,
  PERCENT,
  PIPE,
  QUESTION,
  SINGLE_QUOTE,
  SPACE,
  TAB,
} from './characters.ts'
import { type Comment, scanComments, scanLineComment } from './comment.ts'
import { Cursor, type Mark } from './cursor.ts'
import { scanDirective } from './directive.ts'
import { atDocumentIndicator, scanPlainScalar } from './plain-scalar.ts'
import { YamlProblem } from './problem.ts'
import { scanDoubleQuoted, scanSingleQuoted } from './quoted-scalar.ts'
import { SimpleKeys } from './simple-keys.ts'
import { scanTag } from './tag.ts'
import { type Token, type TokenKind, token } from './token.ts'
import { TokenQueue } from './token-queue.ts'

/**
 * Turns YAML 1.1 text into tokens by libyaml's algorithm, comments kept aside.
 *
 * An own scanner stands here because the wording, the line and the moment of each problem, the positions of empty
 * nodes and the owners of comments are all fixed by that algorithm, and because the CST of the `yaml` library takes
 * about 25 ms for 100 KB, reads YAML 1.2 and recovers from errors instead of naming the first.
 *
 * Time is linear in the text: a key is looked for at most 1,024 characters ahead. Nesting deeper than `maxDepth`
 * block and flow collections is a problem as soon as it is seen. The first document only is scanned: nothing is
 * read ahead beyond the token that ends it.
 */
export class Scanner {
  readonly #cursor: Cursor
  readonly #maxDepth: number
  readonly #tokens = new TokenQueue()
  readonly #keys: SimpleKeys
  readonly #comments: (Comment | null)[] = []
  #commentsHead = 0
  #documentSeen = false
  #documentOver = false
  #flowLevel = 0
  #indent = -1
  readonly #indents: number[] = []
  /** Whether a key without `?` may begin at the next token. */
  #keyAllowed = true

  constructor(text: string, maxDepth: number) {
    this.#cursor = new Cursor(text)
    this.#keys = new SimpleKeys(this.#cursor)
    this.#maxDepth = maxDepth
  }

  /** The next token. Two more are read ahead, so that comments behind it are known and lines can turn into heads. */
  peek(): Token {
    while (this.#needsMore()) this.#fetchToken()
    return this.#tokens.peek()
  }

  /** Takes the token that `peek` gave. */
  skip(): void {
    this.#tokens.skip()
  }

  /** The oldest comment that belongs to a token starting at `index` or before; `takeComment` removes it. */
  peekComment(index: number): Comment | null {
    const comment = this.#comments[this.#commentsHead] ?? null
    return comment !== null && index >= comment.owner.index ? comment : null
  }

  takeComment(): void {
    this.#comments[this.#commentsHead] = null
    this.#commentsHead += 1
  }

  #needsMore(): boolean {
    const { ready, taken } = this.#tokens
    if (ready === 0) return true
    if (!this.#documentOver && ready < 3) return true
    // Asked behind the document's end too: a key that is still without its `:` there is a problem.
    return this.#keys.mayBeginAt(taken) && !this.#documentOver
  }

  #fetchToken(): void {
    const cursor = this.#cursor
    const scan = cursor.mark()
    this.#skipToToken(scan)
    this.#unrollIndent(cursor.column, scan)
    const code = cursor.at()
    if (code === NUL) this.#fetchStreamEnd()
    else if (code === PERCENT && cursor.column === 0) this.#fetchDirective()
    else if (atDocumentIndicator(cursor)) {
      this.#fetchDocumentIndicator(code === DASH ? 'document-start' : 'document-end')
    } else {
      this.#documentSeen = true
      // A comment behind `key:` or behind a comma belongs to what stands before them.
      const ownedByLast = this.#flowLevel === 0 ? code === COLON : code === COMMA
      const owner = ownedByLast ? this.#tokens.last.start : cursor.mark()
      this.#fetchContent(code, cursor.at(1))
      // Behind a lone `-` it is the head of the item.
      if (this.#tokens.last.kind !== 'block-entry') this.#takeLineComment(owner)
    }
  }

  #fetchContent(code: number, next: number): void {
    const inFlow = this.#flowLevel > 0
    const standsAlone = inFlow || isSpaceOrEnd(next)
    if (code === OPEN_BRACKET) this.#fetchFlowStart('flow-sequence-start')
    else if (code === OPEN_BRACE) this.#fetchFlowStart('flow-mapping-start')
    else if (code === CLOSE_BRACKET) this.#fetchFlowEnd('flow-sequence-end')
    else if (code === CLOSE_BRACE) this.#fetchFlowEnd('flow-mapping-end')
    else if (code === COMMA) this.#fetchFlowEntry()
    else if (code === DASH && isSpaceOrEnd(next)) this.#fetchBlockEntry()
    else if (code === QUESTION && standsAlone) this.#fetchKey()
    else if (code === COLON && standsAlone) this.#fetchValue()
    else if (code === ASTERISK) this.#fetchKeyPart((cursor) => scanAnchor(cursor, 'alias'))
    else if (code === AMPERSAND) this.#fetchKeyPart((cursor) => scanAnchor(cursor, 'anchor'))
    else if (code === EXCLAMATION) this.#fetchKeyPart(scanTag)
    else if (code === SINGLE_QUOTE) this.#fetchKeyPart(scanSingleQuoted)
    else if (code === DOUBLE_QUOTE) this.#fetchKeyPart(scanDoubleQuoted)
    else if (!inFlow && (code === PIPE || code === GREATER)) this.#fetchBlockScalar(code === PIPE)
    else if (this.#startsPlain(code, next)) this.#fetchPlainScalar()
    else throw this.#problem('found character that cannot start any token')
  }

  #startsPlain(code: number, next: number): boolean {
    if (!isSpaceOrEnd(code) && !isIndicator(code)) return true
    if (code === DASH) return !isBlank(next)
    return this.#flowLevel === 0 && (code === QUESTION || code === COLON) && !isSpaceOrEnd(next)
  }

  /** Passes blanks, line breaks and whole-line comments. Tabs may not indent where a key could stand. */
  #skipToToken(scan: Mark): void {
    const cursor = this.#cursor
    for (;;) {
      const tabs = this.#flowLevel > 0 || !this.#keyAllowed
      for (let code = cursor.at(); code === SPACE || (tabs && code === TAB); code = cursor.at()) {
        cursor.skipBlank()
      }
      this.#turnLineIntoHead()
      if (cursor.at() === HASH) this.#takeComments(scan)
      if (!isBreak(cursor.at())) return
      cursor.readBreak()
      if (this.#flowLevel === 0) this.#keyAllowed = true
    }
  }

  // Comments

  #takeComments(scan: Mark): void {
    const { last, beforeLast } = this.#tokens
    const previous = last.kind === 'flow-entry' && beforeLast !== null ? beforeLast : last
    const place = { scan, previous, indent: Math.max(this.#indent, 0), inFlow: this.#flowLevel > 0 }
    for (const comment of scanComments(this.#cursor, place)) this.#comments.push(comment)
  }

  #takeLineComment(owner: Mark): void {
    const comment = scanLineComment(this.#cursor, owner)
    if (comment !== null) this.#comments.push(comment)
  }

  /** A line comment above the first item of a sequence reads as a head: of the item when it is right above. */
  #turnLineIntoHead(): void {
    const { last, beforeLast } = this.#tokens
    if (last.kind !== 'block-entry' || beforeLast?.kind !== 'block-sequence-start') return
    const comment = this.#comments.at(-1)
    if (!comment || comment.line === '' || isBreak(this.#cursor.at())) return
    const isAbove = comment.start.line === this.#cursor.line - 1
    const owner = isAbove ? this.#cursor.mark() : comment.owner
    this.#comments[this.#comments.length - 1] = { ...comment, owner, head: comment.line, line: '' }
  }

  #problem(text: string, context: Mark | null = this.#cursor.mark()): YamlProblem {
    return new YamlProblem('scanner', text, context, this.#cursor.mark())
  }

  // Indentation and depth

  #checkDepth(context: Mark | null): void {
    if (this.#flowLevel + this.#indents.length > this.#maxDepth) {
      throw this.#problem(`exceeded max depth of ${this.#maxDepth}`, context)
    }
  }

  /** Opens a block collection at the column of `mark` unless one is open there; true when it did. */
  #rollIndent(mark: Mark): boolean {
    if (this.#flowLevel > 0 || this.#indent >= mark.column) return false
    this.#indents.push(this.#indent)
    this.#indent = mark.column
    this.#checkDepth(this.#keys.lastMark)
    return true
  }

  /** Closes the blocks right of `column`, each in front of the comments that belong to the blocks around it. */
  #unrollIndent(column: number, scan: Mark): void {
    if (this.#flowLevel > 0) return
    let mark: Mark = { index: scan.index - 1, line: scan.line, column: scan.column }
    while (this.#indent > column) {
      let stop = mark.index
      for (let i = this.#comments.length - 1; i >= 0; i--) {
        const comment = this.#comments[i]
        if (!comment || comment.end.index < stop) break
        if (comment.start.column === this.#indent + 1) mark = comment.start
        stop = comment.scan.index
      }
      this.#tokens.push(token('block-end', mark))
      this.#indent = this.#indents.pop()!
    }
  }

  // Stream and documents

  #endBlocks(): void {
    this.#unrollIndent(-1, this.#cursor.mark())
    this.#keys.remove()
    this.#keyAllowed = false
  }

  #fetchStreamEnd(): void {
    this.#cursor.endLine()
    this.#endBlocks()
    this.#documentOver = true
    this.#tokens.push(token('stream-end', this.#cursor.mark()))
  }

  #fetchDirective(): void {
    this.#endBlocks()
    this.#tokens.push(scanDirective(this.#cursor))
  }

  #fetchDocumentIndicator(kind: TokenKind): void {
    this.#endBlocks()
    this.#documentOver = this.#documentSeen
    this.#documentSeen = true
    const mark = this.#cursor.mark()
    this.#cursor.skip(3)
    this.#tokens.push(token(kind, mark))
  }

  // Indicators

  #pushIndicator(kind: TokenKind): void {
    const mark = this.#cursor.mark()
    this.#cursor.skip()
    this.#tokens.push(token(kind, mark, 1))
  }

  #fetchFlowStart(kind: TokenKind): void {
    this.#saveKey()
    this.#keys.enterFlow()
    this.#flowLevel += 1
    this.#checkDepth(this.#cursor.mark())
    this.#keyAllowed = true
    this.#pushIndicator(kind)
  }

  #fetchFlowEnd(kind: TokenKind): void {
    this.#keys.remove()
    if (this.#flowLevel > 0) {
      this.#flowLevel -= 1
      this.#keys.leaveFlow()
    }
    this.#keyAllowed = false
    this.#pushIndicator(kind)
  }

  #fetchFlowEntry(): void {
    this.#keys.remove()
    this.#keyAllowed = true
    this.#pushIndicator('flow-entry')
  }

  #fetchBlockEntry(): void {
    this.#openBlock('block-sequence-start', 'block sequence entries are not allowed in this context')
    this.#keys.remove()
    this.#keyAllowed = true
    this.#pushIndicator('block-entry')
  }

  #fetchKey(): void {
    this.#openBlock('block-mapping-start', 'mapping keys are not allowed in this context')
    this.#keys.remove()
    this.#keyAllowed = this.#flowLevel === 0
    this.#pushIndicator('key')
  }

  #fetchValue(): void {
    const key = this.#keys.take()
    if (key !== null) {
      this.#tokens.insert(key.tokenNumber, token('key', key.mark))
      if (this.#rollIndent(key.mark)) {
        this.#tokens.insert(key.tokenNumber, token('block-mapping-start', key.mark))
      }
      this.#keyAllowed = false
    } else {
      this.#openBlock('block-mapping-start', 'mapping values are not allowed in this context')
      this.#keyAllowed = this.#flowLevel === 0
    }
    this.#pushIndicator('value')
  }

  /** In block context an indicator opens its collection; it may stand only where a key could. */
  #openBlock(kind: TokenKind, refusal: string): void {
    if (this.#flowLevel > 0) return
    if (!this.#keyAllowed) throw this.#problem(refusal)
    const mark = this.#cursor.mark()
    if (this.#rollIndent(mark)) this.#tokens.push(token(kind, mark))
  }

  // Scalars and properties

  #saveKey(): void {
    if (!this.#keyAllowed) return
    const required = this.#flowLevel === 0 && this.#indent === this.#cursor.column
    this.#keys.save(this.#tokens.nextNumber, required)
  }

  #fetchKeyPart(scan: (cursor: Cursor) => Token): void {
    this.#saveKey()
    this.#keyAllowed = false
    this.#tokens.push(scan(this.#cursor))
  }

  #fetchBlockScalar(literal: boolean): void {
    this.#keys.remove()
    this.#keyAllowed = true
    const takeComment = (owner: Mark) => this.#takeLineComment(owner)
    this.#tokens.push(scanBlockScalar(this.#cursor, literal, this.#indent, takeComment))
  }

  #fetchPlainScalar(): void {
    this.#saveKey()
    const plain = scanPlainScalar(this.#cursor, this.#indent + 1, this.#flowLevel > 0)
    this.#keyAllowed = plain.endedOnNewLine
    this.#tokens.push(plain.token)
  }
}

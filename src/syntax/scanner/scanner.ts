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
  isWord,
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
import { scanTag } from './tag.ts'
import { type Token, type TokenKind, textToken, token } from './token.ts'

/** A place where a key may have begun that only its `:` will tell. */
interface SimpleKey {
  possible: boolean
  /** In block context at the block's own column nothing but a key can stand. */
  required: boolean
  tokenNumber: number
  mark: Mark
}

const origin: Mark = { index: 0, line: 0, column: 0 }
const simpleKeyLength = 1024
const simpleKeyMissing = "could not find expected ':'"

/**
 * Turns YAML 1.1 text into tokens by libyaml's algorithm, comments kept aside in `comments`.
 *
 * An own scanner stands here because the wording, the line and the moment of each problem, the positions of empty
 * nodes and the owners of comments are all fixed by that algorithm, and because the CST of the `yaml` library takes
 * about 25 ms for 100 KB, accepts YAML 1.2 and recovers from errors instead of naming the first.
 *
 * Time is linear in the text: a key is looked for at most 1,024 characters ahead. Nesting deeper than `maxDepth`
 * block and flow collections is a problem as soon as it is seen. The first document only is scanned: nothing is
 * read ahead beyond the token that ends it.
 */
export class Scanner {
  readonly #cursor: Cursor
  readonly #maxDepth: number
  readonly #comments: (Comment | null)[] = []
  #commentsHead = 0
  #tokens: Token[] = []
  #head = 0
  #taken = 0
  #last: Token = token('stream-start', origin)
  #beforeLast: Token | null = null
  #documentSeen = false
  #documentOver = false
  #flowLevel = 0
  #indent = -1
  readonly #indents: number[] = []
  #simpleKeyAllowed = true
  readonly #simpleKeys: SimpleKey[] = [{ possible: false, required: false, tokenNumber: 0, mark: origin }]
  readonly #simpleKeyByToken = new Map<number, SimpleKey>()

  constructor(text: string, maxDepth: number) {
    this.#cursor = new Cursor(text)
    this.#maxDepth = maxDepth
  }

  /** The next token. Two more are read ahead, so that comments behind it are known and lines can turn into heads. */
  peek(): Token {
    while (this.#needsMore()) this.#fetch()
    return this.#tokens[this.#head]!
  }

  /** Takes the token that `peek` gave. */
  skip(): void {
    this.#taken += 1
    this.#head += 1
    if (this.#head === this.#tokens.length) {
      this.#tokens.length = 0
      this.#head = 0
    } else if (this.#head > 256) {
      this.#tokens = this.#tokens.slice(this.#head)
      this.#head = 0
    }
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
    const ready = this.#tokens.length - this.#head
    if (ready === 0) return true
    if (this.#documentOver) return false
    if (ready < 3) return true
    const key = this.#simpleKeyByToken.get(this.#taken)
    return key !== undefined && this.#isStillPossible(key)
  }

  #fetch(): void {
    const cursor = this.#cursor
    const scan = cursor.mark()
    this.#skipToToken(scan)
    this.#unrollIndent(cursor.column, scan)
    const code = cursor.at()
    if (code === NUL) return this.#fetchStreamEnd()
    if (code === PERCENT && cursor.column === 0) return this.#fetchDirective()
    if (atDocumentIndicator(cursor)) {
      return this.#fetchDocumentIndicator(code === DASH ? 'document-start' : 'document-end')
    }
    this.#documentSeen = true
    // A comment behind `key:` or behind a comma belongs to what stands before them.
    const ownedByLast = this.#flowLevel === 0 ? code === COLON : code === COMMA
    const owner = ownedByLast ? this.#last.start : cursor.mark()
    this.#fetchContent(code)
    // Behind a lone `-` it is the head of the item.
    if (this.#last.kind !== 'block-entry') this.#takeLineComment(owner)
  }

  #fetchContent(code: number): void {
    const next = this.#cursor.at(1)
    const inFlow = this.#flowLevel > 0
    switch (code) {
      case OPEN_BRACKET:
        return this.#fetchFlowStart('flow-sequence-start')
      case OPEN_BRACE:
        return this.#fetchFlowStart('flow-mapping-start')
      case CLOSE_BRACKET:
        return this.#fetchFlowEnd('flow-sequence-end')
      case CLOSE_BRACE:
        return this.#fetchFlowEnd('flow-mapping-end')
      case COMMA:
        return this.#fetchFlowEntry()
      case ASTERISK:
        return this.#fetchAnchor('alias')
      case AMPERSAND:
        return this.#fetchAnchor('anchor')
      case EXCLAMATION:
        this.#saveSimpleKey()
        this.#simpleKeyAllowed = false
        return this.#push(scanTag(this.#cursor))
      case SINGLE_QUOTE:
        this.#saveSimpleKey()
        this.#simpleKeyAllowed = false
        return this.#push(scanSingleQuoted(this.#cursor))
      case DOUBLE_QUOTE:
        this.#saveSimpleKey()
        this.#simpleKeyAllowed = false
        return this.#push(scanDoubleQuoted(this.#cursor))
    }
    if (code === DASH && isSpaceOrEnd(next)) return this.#fetchBlockEntry()
    if (code === QUESTION && (inFlow || isSpaceOrEnd(next))) return this.#fetchKey()
    if (code === COLON && (inFlow || isSpaceOrEnd(next))) return this.#fetchValue()
    if (!inFlow && (code === PIPE || code === GREATER)) return this.#fetchBlockScalar(code === PIPE)
    if (this.#startsPlain(code, next)) return this.#fetchPlainScalar()
    throw this.#problem('found character that cannot start any token', this.#cursor.mark())
  }

  #startsPlain(code: number, next: number): boolean {
    if (!isSpaceOrEnd(code) && !isIndicator(code)) return true
    if (code === DASH) return !isBlank(next)
    return this.#flowLevel === 0 && (code === QUESTION || code === COLON) && !isSpaceOrEnd(next)
  }

  /** Passes blanks, line breaks and whole-line comments. Tabs may not indent where a simple key could stand. */
  #skipToToken(scan: Mark): void {
    const cursor = this.#cursor
    for (;;) {
      const tabs = this.#flowLevel > 0 || !this.#simpleKeyAllowed
      for (let code = cursor.at(); code === SPACE || (tabs && code === TAB); code = cursor.at())
        cursor.skipBlank()
      this.#turnLineIntoHead()
      if (cursor.at() === HASH) {
        const previous = this.#last.kind === 'flow-entry' && this.#beforeLast ? this.#beforeLast : this.#last
        const place = { scan, previous, indent: Math.max(this.#indent, 0), inFlow: this.#flowLevel > 0 }
        this.#comments.push(...scanComments(cursor, place))
      }
      if (!isBreak(cursor.at())) return
      cursor.readBreak()
      if (this.#flowLevel === 0) this.#simpleKeyAllowed = true
    }
  }

  /** A line comment above the first item of a sequence reads as a head: of the item when it is right above. */
  #turnLineIntoHead(): void {
    if (this.#last.kind !== 'block-entry' || this.#beforeLast?.kind !== 'block-sequence-start') return
    const comment = this.#comments.at(-1)
    if (!comment || comment.line === '' || isBreak(this.#cursor.at())) return
    const isAbove = comment.start.line === this.#cursor.line - 1
    const owner = isAbove ? this.#cursor.mark() : comment.owner
    this.#comments[this.#comments.length - 1] = { ...comment, owner, head: comment.line, line: '' }
  }

  #takeLineComment(owner: Mark): void {
    const comment = scanLineComment(this.#cursor, owner)
    if (comment !== null) this.#comments.push(comment)
  }

  #push(next: Token): void {
    this.#tokens.push(next)
    this.#beforeLast = this.#last
    this.#last = next
  }

  #problem(text: string, context: Mark): YamlProblem {
    return new YamlProblem('scanner', text, context, this.#cursor.mark())
  }

  // Simple keys

  #isStillPossible(key: SimpleKey): boolean {
    if (!key.possible) return false
    const { line, column } = this.#cursor
    if (key.mark.line === line && key.mark.column + simpleKeyLength >= column) return true
    if (key.required) throw this.#problem(simpleKeyMissing, key.mark)
    this.#forget(key)
    return false
  }

  #saveSimpleKey(): void {
    if (!this.#simpleKeyAllowed) return
    this.#removeSimpleKey()
    const key = {
      possible: true,
      required: this.#flowLevel === 0 && this.#indent === this.#cursor.column,
      tokenNumber: this.#taken + this.#tokens.length - this.#head,
      mark: this.#cursor.mark(),
    }
    this.#simpleKeys[this.#simpleKeys.length - 1] = key
    this.#simpleKeyByToken.set(key.tokenNumber, key)
  }

  #removeSimpleKey(): void {
    const key = this.#simpleKeys.at(-1)!
    if (!key.possible) return
    if (key.required) throw this.#problem(simpleKeyMissing, key.mark)
    this.#forget(key)
  }

  #forget(key: SimpleKey): void {
    key.possible = false
    this.#simpleKeyByToken.delete(key.tokenNumber)
  }

  // Indentation and depth

  #checkDepth(context: Mark): void {
    if (this.#flowLevel + this.#indents.length > this.#maxDepth) {
      throw this.#problem(`exceeded max depth of ${this.#maxDepth}`, context)
    }
  }

  /** Opens a block collection at `column`; `at` is where in the queue its start token goes. */
  #rollIndent(kind: TokenKind, mark: Mark, at = -1): void {
    if (this.#flowLevel > 0 || this.#indent >= mark.column) return
    this.#indents.push(this.#indent)
    this.#indent = mark.column
    this.#checkDepth(this.#simpleKeys.at(-1)!.mark)
    if (at < 0) this.#push(token(kind, mark))
    else this.#tokens.splice(at, 0, token(kind, mark))
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
      this.#push(token('block-end', mark))
      this.#indent = this.#indents.pop()!
    }
  }

  // Tokens

  #fetchStreamEnd(): void {
    this.#cursor.endLine()
    this.#unrollIndent(-1, this.#cursor.mark())
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = false
    this.#documentOver = true
    this.#push(token('stream-end', this.#cursor.mark()))
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1, this.#cursor.mark())
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = false
    this.#push(scanDirective(this.#cursor))
  }

  #fetchDocumentIndicator(kind: TokenKind): void {
    const mark = this.#cursor.mark()
    this.#unrollIndent(-1, mark)
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = false
    this.#cursor.skip(3)
    this.#documentOver = this.#documentSeen
    this.#documentSeen = true
    this.#push(token(kind, mark))
  }

  #pushIndicator(kind: TokenKind): void {
    const mark = this.#cursor.mark()
    this.#cursor.skip()
    this.#push(token(kind, mark, 1))
  }

  #fetchFlowStart(kind: TokenKind): void {
    this.#saveSimpleKey()
    const mark = this.#cursor.mark()
    this.#simpleKeys.push({ possible: false, required: false, tokenNumber: 0, mark })
    this.#flowLevel += 1
    this.#checkDepth(mark)
    this.#simpleKeyAllowed = true
    this.#pushIndicator(kind)
  }

  #fetchFlowEnd(kind: TokenKind): void {
    this.#removeSimpleKey()
    if (this.#flowLevel > 0) {
      this.#flowLevel -= 1
      this.#simpleKeys.pop()
    }
    this.#simpleKeyAllowed = false
    this.#pushIndicator(kind)
  }

  #fetchFlowEntry(): void {
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#pushIndicator('flow-entry')
  }

  #fetchBlockEntry(): void {
    if (this.#flowLevel === 0) {
      const mark = this.#cursor.mark()
      if (!this.#simpleKeyAllowed) {
        throw this.#problem('block sequence entries are not allowed in this context', mark)
      }
      this.#rollIndent('block-sequence-start', mark)
    }
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#pushIndicator('block-entry')
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      const mark = this.#cursor.mark()
      if (!this.#simpleKeyAllowed) {
        throw this.#problem('mapping keys are not allowed in this context', mark)
      }
      this.#rollIndent('block-mapping-start', mark)
    }
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = this.#flowLevel === 0
    this.#pushIndicator('key')
  }

  #fetchValue(): void {
    const key = this.#simpleKeys.at(-1)!
    if (this.#isStillPossible(key)) {
      const at = this.#head + key.tokenNumber - this.#taken
      this.#tokens.splice(at, 0, token('key', key.mark))
      this.#rollIndent('block-mapping-start', key.mark, at)
      this.#forget(key)
      this.#simpleKeyAllowed = false
    } else {
      if (this.#flowLevel === 0) {
        const mark = this.#cursor.mark()
        if (!this.#simpleKeyAllowed) {
          throw this.#problem('mapping values are not allowed in this context', mark)
        }
        this.#rollIndent('block-mapping-start', mark)
      }
      this.#simpleKeyAllowed = this.#flowLevel === 0
    }
    this.#pushIndicator('value')
  }

  #fetchAnchor(kind: 'alias' | 'anchor'): void {
    this.#saveSimpleKey()
    this.#simpleKeyAllowed = false
    const cursor = this.#cursor
    const start = cursor.mark()
    cursor.skip()
    const from = cursor.pos
    while (isWord(cursor.at())) cursor.skip()
    const name = cursor.text.slice(from, cursor.pos)
    if (name === '' || !(isSpaceOrEnd(cursor.at()) || '?:,]}%@`'.includes(cursor.text[cursor.pos]!))) {
      throw this.#problem('did not find expected alphabetic or numeric character', start)
    }
    this.#push(textToken(kind, start, name))
  }

  #fetchBlockScalar(literal: boolean): void {
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    const takeComment = (owner: Mark) => this.#takeLineComment(owner)
    this.#push(scanBlockScalar(this.#cursor, literal, this.#indent, takeComment))
  }

  #fetchPlainScalar(): void {
    this.#saveSimpleKey()
    const plain = scanPlainScalar(this.#cursor, this.#indent + 1, this.#flowLevel > 0)
    this.#simpleKeyAllowed = plain.endedOnNewLine
    this.#push(plain.token)
  }
}

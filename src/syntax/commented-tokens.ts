import type { Scanner } from './scanner/scanner.ts'
import type { Token } from './scanner/token.ts'
import type { YamlComments } from './yaml-node.ts'

/** The comments of a node without any. */
export const noComments: YamlComments = Object.freeze({ head: '', line: '', foot: '' })

/**
 * Tokens for the composer, with the comments that wait for a node, as go-yaml's parser keeps them: looking at a
 * token gathers the comments up to it, the next node that takes comments gets all that were gathered. Which tokens
 * have been looked at when a node takes its comments decides whose they are.
 */
export class CommentedTokens {
  readonly #scanner: Scanner
  #head = ''
  #line = ''
  #foot = ''
  #stem = ''

  constructor(scanner: Scanner) {
    this.#scanner = scanner
  }

  /** The next token; the comments up to it are gathered. */
  peek(): Token {
    const next = this.#scanner.peek()
    for (;;) {
      const comment = this.#scanner.peekComment(next.start.index)
      // The end of a block has no head: it is the head of what follows.
      if (comment === null || (comment.head !== '' && next.kind === 'block-end')) return next
      if (comment.head !== '') this.#head = joinLines(this.#head, comment.head)
      if (comment.foot !== '') this.#foot = joinLines(this.#foot, comment.foot)
      if (comment.line !== '') this.#line = joinLines(this.#line, comment.line)
      this.#scanner.takeComment()
    }
  }

  /** Takes the token that `peek` gave. */
  skip(): void {
    this.#scanner.skip()
  }

  /** Makes sure that a token comes, without gathering comments. */
  check(): void {
    this.#scanner.peek()
  }

  /** All comments gathered and not yet taken. */
  takeComments(): YamlComments {
    this.#stem = ''
    if (this.#head === '' && this.#line === '' && this.#foot === '') return noComments
    const comments = { head: endLine(this.#head), line: this.#line, foot: endLine(this.#foot) }
    this.#head = ''
    this.#line = ''
    this.#foot = ''
    return comments
  }

  /** The comment above a `-` whose item is a block collection: the collection's, not its first entry's. */
  takeStem(): string {
    const stem = this.#stem
    this.#stem = ''
    return stem
  }

  /** Takes the `-` of a sequence item; the comments above it become the stem when a block collection follows. */
  skipEntry(): void {
    const { length } = this.#head
    this.skip()
    if (length === 0) return
    const { kind } = this.peek()
    if (kind !== 'block-sequence-start' && kind !== 'block-mapping-start') return
    this.#stem = this.#head.slice(0, length)
    this.#head = this.#head.slice(length + 1)
  }

  /** Comments above an empty line at the top belong to the document, which keeps none. */
  dropDocumentHead(): void {
    const blank = this.#head.endsWith('\n') ? this.#head.length : this.#head.lastIndexOf('\n\n')
    if (blank >= 0) this.#head = this.#head.slice(blank + 2)
  }
}

const joinLines = (a: string, b: string): string => (a === '' ? b : `${a}\n${b}`)

/** A run of comment lines without the empty line that ended it. */
const endLine = (comment: string): string => (comment.endsWith('\n') ? comment.slice(0, -1) : comment)

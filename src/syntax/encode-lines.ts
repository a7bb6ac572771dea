/** The comments that wait for their place, and the parts of the text so far. */
export interface PendingComments {
  head: string
  line: string
  foot: string
  /** A foot comment of the entry before, printed before the next one. */
  tail: string
  /** A comment on the line of a key whose value is a flow collection; it ends up behind the collection. */
  flowKeyLine: string
}

/**
 * Writes tokens and comments into lines: blanks between tokens, line starts at the indent, and an empty line behind
 * a foot comment when the next line has its indent (the rules of go-yaml's emitter).
 */
export class LineWriter {
  readonly pending: PendingComments = { head: '', line: '', foot: '', tail: '', flowKeyLine: '' }
  /** The column where a new line starts; -1 outside of everything. */
  indent = -1
  readonly #out: string[] = []
  #column = 0
  /** Whether a blank, or nothing, stands before the next token. */
  #spaced = true
  /** Whether only indentation and dashes stand on the line so far. */
  #atLineStart = true
  #footIndent = -1
  #blankLineDue = false

  get column(): number {
    return this.#column
  }

  /** A token, one blank before it unless there is one. */
  token(text: string): void {
    if (!this.#spaced) this.#put(' ')
    this.#put(text)
    this.#spaced = false
    this.#atLineStart = false
  }

  /** A token that a nested block may follow on the same line: `-`, and the `?` and `:` of a long key. */
  dash(text: string): void {
    const atLineStart = this.#atLineStart
    this.token(text)
    this.#atLineStart = atLineStart
  }

  /** A token without a blank before it. */
  mark(text: string): void {
    this.#put(text)
    this.#spaced = false
    this.#atLineStart = false
  }

  /** Says that what comes next stands directly behind the last token. */
  joined(): void {
    this.#spaced = true
  }

  /** The lines of a block scalar, below the line that ends here. */
  block(body: string, blankBehind: boolean): void {
    if (this.#column > 0) this.#break()
    this.#put(body)
    this.#spaced = true
    if (body.endsWith('\n')) this.#blankLineDue = blankBehind
    else this.#atLineStart = false
  }

  /** Moves to the indent: on a new line, unless this one has only indentation before it. */
  startLine(): void {
    const indent = Math.max(this.indent, 0)
    if (!this.#atLineStart || this.#column > indent || (this.#column === indent && !this.#spaced))
      this.#break()
    if (this.#footIndent === indent || this.#blankLineDue) this.#break()
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column))
    this.#spaced = true
    this.#footIndent = -1
    this.#blankLineDue = false
  }

  /** Adds a comment to those that are printed above what comes next. */
  addHead(comment: string): void {
    if (comment === '') return
    const { head } = this.pending
    this.pending.head = head === '' ? comment : `${head}\n${comment}`
  }

  take(which: keyof PendingComments): string {
    const comment = this.pending[which]
    this.pending[which] = ''
    return comment
  }

  /** The foot comment of the entry before, then the comment above the next node. */
  headComment(): void {
    const tail = this.take('tail')
    if (tail !== '') {
      this.startLine()
      this.#comment(tail)
      this.#footIndent = Math.max(this.indent, 0)
    }
    const head = this.take('head')
    if (head === '') return
    this.startLine()
    this.#comment(head)
  }

  lineComment(): void {
    const line = this.take('line')
    if (line === '') return
    if (!this.#spaced) this.#put(' ')
    this.#comment(line)
  }

  footComment(): void {
    const foot = this.take('foot')
    if (foot === '') return
    this.startLine()
    this.#comment(foot)
    this.#footIndent = Math.max(this.indent, 0)
  }

  /** The whole text, its last line ended. */
  finish(): string {
    if (this.#column > 0) this.#break()
    return this.#out.join('')
  }

  /** Whole comment lines, each at the indent and with its `#`; empty lines between them are kept. */
  #comment(text: string): void {
    let first = true
    for (const line of text.split('\n')) {
      if (!first && line !== '') this.startLine()
      first = false
      if (line !== '') {
        this.#put(line.startsWith('#') ? line : `# ${line}`)
        this.#atLineStart = false
      }
      this.#break()
    }
    this.#spaced = true
  }

  #put(text: string): void {
    if (text === '') return
    this.#out.push(text)
    const end = text.lastIndexOf('\n')
    this.#column = end < 0 ? this.#column + text.length : text.length - end - 1
    this.#atLineStart = end >= 0 && this.#column === 0 ? true : this.#atLineStart
  }

  #break(): void {
    this.#out.push('\n')
    this.#column = 0
    this.#atLineStart = true
  }
}

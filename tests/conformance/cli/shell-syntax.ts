/** A piece of a word. Quoted pieces are never split at blanks. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly script: List; readonly quoted: boolean }

/** One word, before expansion. `quoted` = it had quotes, so that it stays even when it is empty. */
export interface Word {
  readonly pieces: readonly Piece[]
  readonly quoted: boolean
}

/** What stands between connectors of a pipeline. */
export type Command =
  | { readonly kind: 'simple'; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
  | { readonly kind: 'subshell'; readonly body: List }
  | { readonly kind: 'if'; readonly test: Test; readonly body: List }

/** `> file` or `< file`. */
export interface Redirect {
  readonly operator: '>' | '<'
  readonly target: Word
}

/** `[[ left -ne right ]]`. */
export interface Test {
  readonly left: Word
  readonly right: Word
}

/** Pipelines joined by `&&` and `||`. */
export interface AndOr {
  readonly first: Pipeline
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[]
}

/** Commands joined by `|`. */
export type Pipeline = readonly Command[]

/** Commands that run one after another. */
export type List = readonly AndOr[]

/** The syntax tree of a script in the small part of the shell language that transcripts use. */
export function parseScript(script: string): List {
  const parser = new Parser(script)
  const list = parser.list(() => false)
  parser.expectEnd()
  return list
}

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  list(ends: () => boolean): List {
    const list: AndOr[] = []
    for (this.#skipSeparators(); this.#at < this.#text.length && !ends(); this.#skipSeparators()) {
      list.push(this.#andOr())
    }
    return list
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw this.#error('unexpected text')
  }

  #andOr(): AndOr {
    const first = this.#pipeline()
    const rest: AndOr['rest'][number][] = []
    for (;;) {
      this.#skipBlanks()
      const operator = this.#text.slice(this.#at, this.#at + 2)
      if (operator !== '&&' && operator !== '||') return { first, rest }
      this.#at += 2
      this.#skipSeparators()
      rest.push({ operator, pipeline: this.#pipeline() })
    }
  }

  #pipeline(): Pipeline {
    const commands = [this.#command()]
    for (;;) {
      this.#skipBlanks()
      if (this.#peek() !== '|' || this.#text[this.#at + 1] === '|') return commands
      this.#at += 1
      this.#skipSeparators()
      commands.push(this.#command())
    }
  }

  #command(): Command {
    this.#skipBlanks()
    if (this.#peek() === '(') return this.#subshell()
    if (this.#startsWithWord('if')) return this.#if()
    const words: Word[] = []
    const redirects: Redirect[] = []
    for (this.#skipBlanks(); !this.#atCommandEnd(); this.#skipBlanks()) {
      const operator = this.#peek()
      if (operator === '>' || operator === '<') {
        this.#at += 1
        this.#skipBlanks()
        redirects.push({ operator, target: this.#word() })
      } else words.push(this.#word())
    }
    if (words.length === 0 && redirects.length === 0) throw this.#error('expected a command')
    return { kind: 'simple', words, redirects }
  }

  #subshell(): Command {
    this.#at += 1
    const body = this.list(() => this.#peek() === ')')
    this.#expect(')')
    return { kind: 'subshell', body }
  }

  #if(): Command {
    this.#expect('if')
    this.#skipBlanks()
    this.#expect('[[')
    this.#skipBlanks()
    const left = this.#word()
    this.#skipBlanks()
    this.#expect('-ne')
    this.#skipBlanks()
    const right = this.#word()
    this.#skipBlanks()
    this.#expect(']]')
    this.#skipSeparators()
    this.#expect('then')
    const body = this.list(() => this.#startsWithWord('fi'))
    this.#expect('fi')
    return { kind: 'if', test: { left, right }, body }
  }

  #word(): Word {
    const pieces: Piece[] = []
    let quoted = false
    let text = ''
    const push = (piece: Piece) => {
      if (text !== '') pieces.push({ kind: 'text', text })
      text = ''
      pieces.push(piece)
    }
    const start = this.#at
    while (this.#at < this.#text.length && !' \t\n;&|()<>'.includes(this.#peek())) {
      const character = this.#peek()
      if (character === "'") {
        quoted = true
        text += this.#singleQuoted()
      } else if (character === '"') {
        quoted = true
        this.#doubleQuoted((part) => {
          if (part.kind === 'text') text += part.text
          else push(part)
        })
      } else if (character === '\\') {
        text += this.#text[this.#at + 1] ?? ''
        this.#at += 2
      } else if (character === '$' && this.#text[this.#at + 1] === "'") {
        quoted = true
        text += this.#escapedQuoted()
      } else if (character === '$') {
        const piece = this.#dollar(false)
        if (piece.kind === 'text') text += piece.text
        else push(piece)
      } else {
        text += character
        this.#at += 1
      }
    }
    if (this.#at === start) throw this.#error('expected a word')
    if (text !== '') pieces.push({ kind: 'text', text })
    return { pieces, quoted }
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1)
    if (end < 0) throw this.#error('unterminated quote')
    const text = this.#text.slice(this.#at + 1, end)
    this.#at = end + 1
    return text
  }

  #escapedQuoted(): string {
    this.#at += 2
    let text = ''
    while (this.#peek() !== "'") {
      if (this.#at >= this.#text.length) throw this.#error('unterminated quote')
      if (this.#peek() === '\\') {
        text += `\\${this.#text[this.#at + 1] ?? ''}`
        this.#at += 2
      } else {
        text += this.#peek()
        this.#at += 1
      }
    }
    this.#at += 1
    return unescape(text)
  }

  #doubleQuoted(push: (piece: Piece) => void): void {
    this.#at += 1
    while (this.#peek() !== '"') {
      if (this.#at >= this.#text.length) throw this.#error('unterminated quote')
      const next = this.#text[this.#at + 1] ?? ''
      if (this.#peek() === '\\' && '"$\\`'.includes(next)) {
        push({ kind: 'text', text: next })
        this.#at += 2
      } else if (this.#peek() === '$') {
        push(this.#dollar(true))
      } else {
        push({ kind: 'text', text: this.#peek() })
        this.#at += 1
      }
    }
    this.#at += 1
  }

  #dollar(quoted: boolean): Piece {
    const rest = this.#text.slice(this.#at + 1)
    if (rest.startsWith('(')) {
      this.#at += 2
      const script = this.list(() => this.#peek() === ')')
      this.#expect(')')
      return { kind: 'command', script, quoted }
    }
    const name = /^(\d|\*|@|[A-Za-z_]\w*)/.exec(rest)?.[0]
    if (name === undefined) {
      this.#at += 1
      return { kind: 'text', text: '$' }
    }
    this.#at += 1 + name.length
    return { kind: 'variable', name, quoted }
  }

  #atCommandEnd(): boolean {
    return this.#at >= this.#text.length || '\n;&|)'.includes(this.#peek())
  }

  #startsWithWord(word: string): boolean {
    return this.#text.startsWith(word, this.#at) && /^$|[\s;)]/.test(this.#text[this.#at + word.length] ?? '')
  }

  #skipBlanks(): void {
    while (this.#peek() === ' ' || this.#peek() === '\t') this.#at += 1
    if (this.#peek() === '#') while (this.#at < this.#text.length && this.#peek() !== '\n') this.#at += 1
  }

  #skipSeparators(): void {
    for (;;) {
      this.#skipBlanks()
      if (this.#peek() !== '\n' && this.#peek() !== ';') return
      this.#at += 1
    }
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) throw this.#error(`expected ${text}`)
    this.#at += text.length
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #error(what: string): Error {
    return new Error(
      `shell syntax: ${what} at offset ${this.#at}: ${JSON.stringify(this.#text.slice(this.#at, this.#at + 30))}`,
    )
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
}

/** Backslash escapes as `$'…'`, `echo -e` and `printf` read them. */
export function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)/gs, (all, escape: string) => {
    if (escape.startsWith('x') && escape.length > 1)
      return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    if (/^[0-7]+$/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8))
    return escapes[escape] ?? all
  })
}

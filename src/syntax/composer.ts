import type { Position } from '../diag/index.ts'
import type { Mark } from './scanner/cursor.ts'
import { YamlProblem } from './scanner/problem.ts'
import type { Scanner } from './scanner/scanner.ts'
import type { Token, TokenKind } from './scanner/token.ts'
import type {
  YamlAlias,
  YamlComments,
  YamlMapping,
  YamlNode,
  YamlPair,
  YamlScalar,
  YamlSequence,
} from './yaml-node.ts'

const noComments: YamlComments = Object.freeze({ head: '', line: '', foot: '' })
const corePrefix = 'tag:yaml.org,2002:'

/** What may stand before a node: its start, its anchor and its tag. */
interface Properties {
  readonly start: Mark
  readonly anchor: string
  readonly tag: string
}

/** Nodes under construction: foot comments still move to the key they belong to. */
type Draft<N extends YamlNode> = { -readonly [K in keyof N]: N[K] }

/**
 * Builds the formatting tree of the first document from its tokens: the grammar of YAML 1.1 as libyaml's parser
 * reads it, comments attached as go-yaml attaches them. Comments wait in `#head`, `#line` and `#foot` until a node
 * takes them; which tokens have been looked at when that happens decides, so the order of peeks matters.
 *
 * The scanner's depth limit bounds the recursion here.
 */
export class Composer {
  readonly #scanner: Scanner
  readonly #anchors = new Set<string>()
  readonly #handles = new Map<string, string>()
  #head = ''
  #line = ''
  #foot = ''
  /** The comment above a `-` whose item is a block collection: the collection's, not its first entry's. */
  #stem = ''

  constructor(scanner: Scanner) {
    this.#scanner = scanner
  }

  /** The document's root; a text without a document gives the `nothing` node. */
  document(): YamlNode {
    const first = this.#peek()
    let root: YamlNode
    if (isDocumentHead(first.kind)) root = this.#explicitDocument()
    else if (first.kind === 'stream-end')
      return { kind: 'nothing', comments: noComments, tag: '', anchor: '', at: null }
    else {
      this.#processDirectives()
      this.#dropDocumentHead()
      root = this.#node(true, false)
    }
    // The one token that ends the document may still be a problem; nothing behind it is looked at.
    this.#scanner.peek()
    return root
  }

  #explicitDocument(): YamlNode {
    this.#processDirectives()
    const start = this.#peek()
    if (start.kind !== 'document-start') {
      throw new YamlProblem('parser', 'did not find expected <document start>', null, start.start)
    }
    this.#scanner.skip()
    const next = this.#peek()
    const isEmpty = isDocumentHead(next.kind) || next.kind === 'document-end' || next.kind === 'stream-end'
    return isEmpty ? emptyScalar(next.start) : this.#node(true, false)
  }

  /** Comments above an empty line, or the last line, belong to the document and go with it. */
  #dropDocumentHead(): void {
    if (this.#head.endsWith('\n')) this.#head = ''
    else {
      const blank = this.#head.lastIndexOf('\n\n')
      if (blank >= 0) this.#head = this.#head.slice(blank + 2)
    }
  }

  #processDirectives(): void {
    let version = false
    for (let next = this.#peek(); ; next = this.#peek()) {
      const fail = (problem: string) => new YamlProblem('parser', problem, null, next.start)
      if (next.kind === 'version-directive') {
        if (version) throw fail('found duplicate %YAML directive')
        if (next.value !== '1.1') throw fail('found incompatible YAML document')
        version = true
      } else if (next.kind === 'tag-directive') {
        if (this.#handles.has(next.value)) throw fail('found duplicate %TAG directive')
        this.#handles.set(next.value, next.suffix)
      } else break
      this.#scanner.skip()
    }
    if (!this.#handles.has('!')) this.#handles.set('!', '!')
    if (!this.#handles.has('!!')) this.#handles.set('!!', corePrefix)
  }

  // Tokens and comments

  /** The next token; the comments up to it are gathered. */
  #peek(): Token {
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

  #takeComments(): YamlComments {
    this.#stem = ''
    if (this.#head === '' && this.#line === '' && this.#foot === '') return noComments
    const comments = { head: this.#head, line: this.#line, foot: this.#foot }
    this.#head = ''
    this.#line = ''
    this.#foot = ''
    return comments
  }

  #takeStem(): string {
    const stem = this.#stem
    this.#stem = ''
    return stem
  }

  /** Behind a `-`: sets aside the first `length` characters of the head when the item is a block collection. */
  #splitStem(length: number): void {
    if (length === 0) return
    const { kind } = this.#peek()
    if (kind !== 'block-sequence-start' && kind !== 'block-mapping-start') return
    this.#stem = this.#head.slice(0, length)
    this.#head = this.#head.slice(length + 1)
  }

  // Nodes

  #node(block: boolean, indentless: boolean): YamlNode {
    const first = this.#peek()
    if (first.kind === 'alias') return this.#alias(first)
    const properties = this.#properties(first)
    const next = this.#peek()
    if (properties.anchor !== '') this.#anchors.add(properties.anchor)
    switch (next.kind) {
      case 'scalar':
        return this.#scalar(next, properties)
      case 'flow-sequence-start':
        return this.#flowSequence(properties)
      case 'flow-mapping-start':
        return this.#flowMapping(properties)
      case 'block-entry':
        if (indentless) return this.#indentlessSequence(properties)
        break
      case 'block-sequence-start':
        if (block) return this.#blockSequence(properties)
        break
      case 'block-mapping-start':
        if (block) return this.#blockMapping(properties)
        break
    }
    if (properties.anchor !== '' || properties.tag !== '') return emptyScalar(properties.start, properties)
    throw new YamlProblem('parser', 'did not find expected node content', properties.start, next.start)
  }

  #alias(alias: Token): YamlAlias {
    if (!this.#anchors.has(alias.value)) {
      throw new YamlProblem('composer', `unknown anchor '${alias.value}' referenced`, null, null)
    }
    const comments = this.#takeComments()
    this.#scanner.skip()
    return { kind: 'alias', name: alias.value, comments, tag: '', anchor: '', at: positionOf(alias.start) }
  }

  #properties(first: Token): Properties {
    let anchor = ''
    let tag = ''
    for (let next = first; ; next = this.#peek()) {
      if (next.kind === 'anchor' && anchor === '') anchor = next.value
      else if (next.kind === 'tag' && tag === '') tag = this.#resolveTag(next, first.start)
      else return { start: first.start, anchor, tag }
      this.#scanner.skip()
    }
  }

  #resolveTag(tag: Token, nodeStart: Mark): string {
    const { value: handle, suffix } = tag
    const full =
      handle === '' ? suffix : (this.#handles.get(handle) ?? '') && this.#handles.get(handle) + suffix
    if (full === '') throw new YamlProblem('parser', 'found undefined tag handle', nodeStart, tag.start)
    return full.startsWith(corePrefix) ? `!!${full.slice(corePrefix.length)}` : full
  }

  #scalar(scalar: Token, properties: Properties): YamlScalar {
    const { start, anchor, tag } = properties
    const comments = this.#takeComments()
    this.#scanner.skip()
    const { value, style } = scalar
    return { kind: 'scalar', value, style, comments, tag, anchor, at: positionOf(start) }
  }

  #blockSequence(properties: Properties): YamlSequence {
    const head = this.#takeStem()
    const start = this.#peek().start
    this.#scanner.skip()
    const items: YamlNode[] = []
    for (let next = this.#peek(); ; next = this.#peek()) {
      if (next.kind === 'block-end') break
      if (next.kind !== 'block-entry') {
        throw new YamlProblem('parser', "did not find expected '-' indicator", start, next.start)
      }
      items.push(this.#item(next, (kind) => kind === 'block-entry' || kind === 'block-end'))
    }
    this.#scanner.skip()
    return sequence(properties, false, items, { ...noComments, head })
  }

  #indentlessSequence(properties: Properties): YamlSequence {
    const items: YamlNode[] = []
    for (let next = this.#peek(); next.kind === 'block-entry'; next = this.#peek()) {
      items.push(this.#item(next, endsEntry))
    }
    return sequence(properties, false, items, noComments)
  }

  #item(entry: Token, isEmpty: (kind: TokenKind) => boolean): YamlNode {
    const headLength = this.#head.length
    this.#scanner.skip()
    this.#splitStem(headLength)
    return isEmpty(this.#peek().kind) ? emptyScalar(endOf(entry)) : this.#node(true, false)
  }

  #blockMapping(properties: Properties): YamlMapping {
    const head = this.#takeStem()
    const start = this.#peek().start
    this.#scanner.skip()
    const pairs: YamlPair[] = []
    for (let next = this.#peek(); ; next = this.#peek()) {
      if (next.kind === 'block-end') break
      if (next.kind !== 'key') {
        throw new YamlProblem('parser', 'did not find expected key', start, next.start)
      }
      const key = this.#blockKey(next)
      // A foot in front of a key is that of the pair before it.
      const before = pairs.at(-1)
      if (before !== undefined && key.comments.foot !== '') moveFoot(key, before.key)
      const value = this.#blockValue()
      if (key.comments.foot === '' && value.comments.foot !== '') moveFoot(value, key)
      pairs.push({ key, value })
    }
    const ending = this.#takeComments()
    this.#scanner.skip()
    const comments = { head, line: ending.line, foot: ending.foot }
    const node = mapping(properties, false, pairs, comments)
    const last = pairs.at(-1)
    if (last !== undefined && comments.foot !== '') moveFoot(node, last.key)
    return node
  }

  #blockKey(indicator: Token): YamlNode {
    this.#scanner.skip()
    return endsEntry(this.#peek().kind) ? emptyScalar(endOf(indicator)) : this.#node(true, true)
  }

  #blockValue(): YamlNode {
    const indicator = this.#peek()
    if (indicator.kind !== 'value') return emptyScalar(indicator.start)
    this.#scanner.skip()
    return endsEntry(this.#peek().kind) ? emptyScalar(endOf(indicator)) : this.#node(true, true)
  }

  #flowSequence(properties: Properties): YamlSequence {
    const { head } = this.#takeComments()
    const start = this.#peek().start
    this.#scanner.skip()
    const items: YamlNode[] = []
    for (let first = true; ; first = false) {
      const next = this.#flowEntry(first, 'flow-sequence-end', "did not find expected ',' or ']'", start)
      if (next === null) break
      items.push(next.kind === 'key' ? this.#singlePair(next) : this.#node(false, false))
    }
    const { line, foot } = this.#takeComments()
    this.#scanner.skip()
    return sequence(properties, true, items, { head, line, foot })
  }

  /** The token that the next entry of a flow collection begins with, its comma passed; null at the end. */
  #flowEntry(first: boolean, end: TokenKind, problem: string, start: Mark): Token | null {
    let next = this.#peek()
    if (next.kind === end) return null
    if (first) return next
    if (next.kind !== 'flow-entry') throw new YamlProblem('parser', problem, start, next.start)
    this.#scanner.skip()
    next = this.#peek()
    return next.kind === end ? null : next
  }

  /** `key: value` inside `[…]`: a mapping of one pair. */
  #singlePair(indicator: Token): YamlMapping {
    this.#scanner.skip()
    const ends = (kind: TokenKind) => kind === 'flow-entry' || kind === 'flow-sequence-end'
    const next = this.#peek()
    let key: YamlNode
    if (next.kind === 'value' || ends(next.kind)) {
      // As in libyaml, the token behind a missing key is passed over.
      this.#scanner.skip()
      key = emptyScalar(endOf(next))
    } else key = this.#node(false, false)
    const separator = this.#peek()
    let value: YamlNode | null = null
    if (separator.kind === 'value') {
      this.#scanner.skip()
      if (!ends(this.#peek().kind)) value = this.#node(false, false)
    }
    value ??= emptyScalar(separator.start)
    if (key.comments.foot === '' && value.comments.foot !== '') moveFoot(value, key)
    this.#peek()
    const properties = { start: indicator.start, anchor: '', tag: '' }
    return mapping(properties, true, [{ key, value }], noComments)
  }

  #flowMapping(properties: Properties): YamlMapping {
    const { head } = this.#takeComments()
    const start = this.#peek().start
    this.#scanner.skip()
    const pairs: YamlPair[] = []
    for (let first = true; ; first = false) {
      const next = this.#flowEntry(first, 'flow-mapping-end', "did not find expected ',' or '}'", start)
      if (next === null) break
      const key = this.#flowKey(next)
      const value = next.kind === 'key' ? this.#flowValue() : emptyScalar(this.#peek().start)
      if (key.comments.foot === '' && value.comments.foot !== '') moveFoot(value, key)
      pairs.push({ key, value })
    }
    const { line, foot } = this.#takeComments()
    this.#scanner.skip()
    return mapping(properties, true, pairs, { head, line, foot })
  }

  #flowKey(next: Token): YamlNode {
    if (next.kind !== 'key') return this.#node(false, false)
    this.#scanner.skip()
    const behind = this.#peek()
    const isEmpty =
      behind.kind === 'value' || behind.kind === 'flow-entry' || behind.kind === 'flow-mapping-end'
    return isEmpty ? emptyScalar(behind.start) : this.#node(false, false)
  }

  #flowValue(): YamlNode {
    let next = this.#peek()
    if (next.kind === 'value') {
      this.#scanner.skip()
      next = this.#peek()
      if (next.kind !== 'flow-entry' && next.kind !== 'flow-mapping-end') return this.#node(false, false)
    }
    return emptyScalar(next.start)
  }
}

const isDocumentHead = (kind: TokenKind): boolean =>
  kind === 'version-directive' || kind === 'tag-directive' || kind === 'document-start'

const endsEntry = (kind: TokenKind): boolean => kind === 'key' || kind === 'value' || kind === 'block-end'

const joinLines = (a: string, b: string): string => (a === '' ? b : `${a}\n${b}`)

const positionOf = (mark: Mark): Position => ({ line: mark.line + 1, column: mark.column + 1, byte: 0 })

const endOf = (token: Token): Mark => ({ ...token.start, column: token.start.column + token.width })

function emptyScalar(at: Mark, { anchor, tag } = { anchor: '', tag: '' }): YamlScalar {
  return { kind: 'scalar', value: '', style: 'plain', comments: noComments, tag, anchor, at: positionOf(at) }
}

function sequence(
  { start, anchor, tag }: Properties,
  flow: boolean,
  items: YamlNode[],
  comments: YamlComments,
): YamlSequence {
  return { kind: 'sequence', flow, items, comments, tag, anchor, at: positionOf(start) }
}

function mapping(
  { start, anchor, tag }: Properties,
  flow: boolean,
  pairs: YamlPair[],
  comments: YamlComments,
): YamlMapping {
  return { kind: 'mapping', flow, pairs, comments, tag, anchor, at: positionOf(start) }
}

/** Moves a foot comment between nodes that nobody else has seen yet. */
function moveFoot(from: Draft<YamlNode>, to: Draft<YamlNode>): void {
  to.comments = { ...to.comments, foot: from.comments.foot }
  from.comments = { ...from.comments, foot: '' }
}

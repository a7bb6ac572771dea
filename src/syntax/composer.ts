import type { Position } from '../diag/index.ts'
import { CommentedTokens, noComments } from './commented-tokens.ts'
import type { Mark } from './scanner/cursor.ts'
import { YamlProblem } from './scanner/problem.ts'
import type { Scanner } from './scanner/scanner.ts'
import type { Token, TokenKind } from './scanner/token.ts'
import { TagHandles } from './tag-handles.ts'
import type {
  YamlAlias,
  YamlComments,
  YamlMapping,
  YamlNode,
  YamlPair,
  YamlScalar,
  YamlSequence,
} from './yaml-node.ts'

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
 * reads it, comments attached as go-yaml attaches them, for which the order of peeks matters.
 *
 * The scanner's depth limit bounds the recursion here.
 */
export class Composer {
  readonly #tokens: CommentedTokens
  readonly #handles = new TagHandles()
  readonly #anchors = new Set<string>()

  constructor(scanner: Scanner) {
    this.#tokens = new CommentedTokens(scanner)
  }

  /** The document's root; a text without a document gives the `nothing` node. */
  document(): YamlNode {
    const first = this.#tokens.peek()
    if (first.kind === 'stream-end') {
      return { kind: 'nothing', comments: noComments, tag: '', anchor: '', at: null }
    }
    this.#handles.takeDirectives(this.#tokens)
    const root = isDocumentHead(first.kind) ? this.#explicitDocument() : this.#implicitDocument()
    // The one token that ends the document may still be a problem; nothing behind it is looked at.
    this.#tokens.check()
    return root
  }

  #implicitDocument(): YamlNode {
    this.#tokens.dropDocumentHead()
    return this.#node(true, false)
  }

  #explicitDocument(): YamlNode {
    const start = this.#tokens.peek()
    if (start.kind !== 'document-start') {
      throw new YamlProblem('parser', 'did not find expected <document start>', null, start.start)
    }
    this.#tokens.skip()
    const next = this.#tokens.peek()
    const isEmpty = isDocumentHead(next.kind) || next.kind === 'document-end' || next.kind === 'stream-end'
    return isEmpty ? emptyScalar(next.start) : this.#node(true, false)
  }

  // Nodes

  #node(block: boolean, indentless: boolean): YamlNode {
    const first = this.#tokens.peek()
    if (first.kind === 'alias') return this.#alias(first)
    const properties = this.#properties(first)
    const next = this.#tokens.peek()
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
      throw new YamlProblem('composer', `unknown anchor '${alias.value}' referenced`, null, null, alias.start)
    }
    const comments = this.#tokens.takeComments()
    this.#tokens.skip()
    return { kind: 'alias', name: alias.value, comments, tag: '', anchor: '', at: positionOf(alias.start) }
  }

  #properties(first: Token): Properties {
    let anchor = ''
    let tag = ''
    for (let next = first; ; next = this.#tokens.peek()) {
      if (next.kind === 'anchor' && anchor === '') anchor = next.value
      else if (next.kind === 'tag' && tag === '') tag = this.#handles.resolve(next, first.start)
      else return { start: first.start, anchor, tag }
      this.#tokens.skip()
    }
  }

  #scalar(scalar: Token, properties: Properties): YamlScalar {
    const { start, anchor, tag } = properties
    const comments = this.#tokens.takeComments()
    this.#tokens.skip()
    const { value, style } = scalar
    return { kind: 'scalar', value, style, comments, tag, anchor, at: positionOf(start) }
  }

  #blockSequence(properties: Properties): YamlSequence {
    const head = this.#tokens.takeStem()
    const start = this.#tokens.peek().start
    this.#tokens.skip()
    const items: YamlNode[] = []
    for (let next = this.#tokens.peek(); ; next = this.#tokens.peek()) {
      if (next.kind === 'block-end') break
      if (next.kind !== 'block-entry') {
        throw new YamlProblem('parser', "did not find expected '-' indicator", start, next.start)
      }
      items.push(this.#item(next, (kind) => kind === 'block-entry' || kind === 'block-end'))
    }
    this.#tokens.skip()
    return sequence(properties, false, items, { ...noComments, head })
  }

  #indentlessSequence(properties: Properties): YamlSequence {
    const items: YamlNode[] = []
    for (let next = this.#tokens.peek(); next.kind === 'block-entry'; next = this.#tokens.peek()) {
      items.push(this.#item(next, (kind) => kind === 'block-entry' || endsEntry(kind)))
    }
    return sequence(properties, false, items, noComments)
  }

  #item(entry: Token, isEmpty: (kind: TokenKind) => boolean): YamlNode {
    this.#tokens.skipEntry()
    return isEmpty(this.#tokens.peek().kind) ? emptyScalar(endOf(entry)) : this.#node(true, false)
  }

  #blockMapping(properties: Properties): YamlMapping {
    const head = this.#tokens.takeStem()
    const start = this.#tokens.peek().start
    this.#tokens.skip()
    const pairs: YamlPair[] = []
    for (let next = this.#tokens.peek(); ; next = this.#tokens.peek()) {
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
    const ending = this.#tokens.takeComments()
    this.#tokens.skip()
    const comments = { head, line: ending.line, foot: ending.foot }
    const node = mapping(properties, false, pairs, comments)
    const last = pairs.at(-1)
    if (last !== undefined && comments.foot !== '') moveFoot(node, last.key)
    return node
  }

  #blockKey(indicator: Token): YamlNode {
    this.#tokens.skip()
    return endsEntry(this.#tokens.peek().kind) ? emptyScalar(endOf(indicator)) : this.#node(true, true)
  }

  #blockValue(): YamlNode {
    const indicator = this.#tokens.peek()
    if (indicator.kind !== 'value') return emptyScalar(indicator.start)
    this.#tokens.skip()
    return endsEntry(this.#tokens.peek().kind) ? emptyScalar(endOf(indicator)) : this.#node(true, true)
  }

  #flowSequence(properties: Properties): YamlSequence {
    const { head } = this.#tokens.takeComments()
    const start = this.#tokens.peek().start
    this.#tokens.skip()
    const items: YamlNode[] = []
    for (let first = true; ; first = false) {
      const next = this.#flowEntry(first, 'flow-sequence-end', "did not find expected ',' or ']'", start)
      if (next === null) break
      items.push(next.kind === 'key' ? this.#singlePair(next) : this.#node(false, false))
    }
    const { line, foot } = this.#tokens.takeComments()
    this.#tokens.skip()
    return sequence(properties, true, items, { head, line, foot })
  }

  /** The token that the next entry of a flow collection begins with, its comma passed; null at the end. */
  #flowEntry(first: boolean, end: TokenKind, problem: string, start: Mark): Token | null {
    let next = this.#tokens.peek()
    if (next.kind === end) return null
    if (first) return next
    if (next.kind !== 'flow-entry') throw new YamlProblem('parser', problem, start, next.start)
    this.#tokens.skip()
    next = this.#tokens.peek()
    return next.kind === end ? null : next
  }

  /** `key: value` inside `[…]`: a mapping of one pair. */
  #singlePair(indicator: Token): YamlMapping {
    this.#tokens.skip()
    const ends = (kind: TokenKind) => kind === 'flow-entry' || kind === 'flow-sequence-end'
    const next = this.#tokens.peek()
    let key: YamlNode
    if (next.kind === 'value' || ends(next.kind)) {
      // As in libyaml, the token behind a missing key is passed over.
      this.#tokens.skip()
      key = emptyScalar(endOf(next))
    } else key = this.#node(false, false)
    const separator = this.#tokens.peek()
    let value: YamlNode | null = null
    if (separator.kind === 'value') {
      this.#tokens.skip()
      if (!ends(this.#tokens.peek().kind)) value = this.#node(false, false)
    }
    value ??= emptyScalar(separator.start)
    if (key.comments.foot === '' && value.comments.foot !== '') moveFoot(value, key)
    this.#tokens.peek()
    const properties = { start: indicator.start, anchor: '', tag: '' }
    return mapping(properties, true, [{ key, value }], noComments)
  }

  #flowMapping(properties: Properties): YamlMapping {
    const { head } = this.#tokens.takeComments()
    const start = this.#tokens.peek().start
    this.#tokens.skip()
    const pairs: YamlPair[] = []
    for (let first = true; ; first = false) {
      const next = this.#flowEntry(first, 'flow-mapping-end', "did not find expected ',' or '}'", start)
      if (next === null) break
      const key = this.#flowKey(next)
      const value = next.kind === 'key' ? this.#flowValue() : emptyScalar(this.#tokens.peek().start)
      if (key.comments.foot === '' && value.comments.foot !== '') moveFoot(value, key)
      pairs.push({ key, value })
    }
    const { line, foot } = this.#tokens.takeComments()
    this.#tokens.skip()
    return mapping(properties, true, pairs, { head, line, foot })
  }

  #flowKey(next: Token): YamlNode {
    if (next.kind !== 'key') return this.#node(false, false)
    this.#tokens.skip()
    const behind = this.#tokens.peek()
    const isEmpty =
      behind.kind === 'value' || behind.kind === 'flow-entry' || behind.kind === 'flow-mapping-end'
    return isEmpty ? emptyScalar(behind.start) : this.#node(false, false)
  }

  #flowValue(): YamlNode {
    let next = this.#tokens.peek()
    if (next.kind === 'value') {
      this.#tokens.skip()
      next = this.#tokens.peek()
      if (next.kind !== 'flow-entry' && next.kind !== 'flow-mapping-end') return this.#node(false, false)
    }
    return emptyScalar(next.start)
  }
}

const isDocumentHead = (kind: TokenKind): boolean =>
  kind === 'version-directive' || kind === 'tag-directive' || kind === 'document-start'

const endsEntry = (kind: TokenKind): boolean => kind === 'key' || kind === 'value' || kind === 'block-end'

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

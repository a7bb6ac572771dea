import { blockScalarText } from './encode-block-scalar.ts'
import { LineWriter } from './encode-lines.ts'
import {
  isContainer,
  isImplicitNull,
  isSimpleKey,
  scalarText,
  sizeOf,
  tagText,
  withoutComments,
} from './encode-shape.ts'
import { doubleQuoted, legalStyle, singleQuoted } from './encode-text.ts'
import type { YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml-node.ts'

/** Where a node stands. */
interface Place {
  /** Directly behind the dash of a block sequence: further lines align behind the dash, whatever the step is. */
  readonly behindDash: boolean
  /** A key that needs no `?`. */
  readonly simpleKey: boolean
}

const asItem: Place = { behindDash: true, simpleKey: false }
const asValue: Place = { behindDash: false, simpleKey: false }
const asSimpleKey: Place = { behindDash: false, simpleKey: true }

/**
 * The YAML text of a tree, styles and comments kept (language specification §12, §13): two trees that print alike
 * read alike. The empty document prints as nothing; all else ends with a line break.
 *
 * @param options.indent the step, in columns, of what stands below a mapping's key
 */
export function encodeYaml(tree: YamlNode, options: { readonly indent: number }): string {
  if (tree.kind === 'nothing') return ''
  const encoder = new Encoder(options.indent)
  return encoder.document(tree)
}

class Encoder {
  readonly #lines: LineWriter
  readonly #step: number
  /** The block collection whose anchor and tag were written already. */
  #introduced: YamlNode | null = null
  #flowDepth = 0

  constructor(step: number) {
    this.#step = step
    this.#lines = new LineWriter()
  }

  document(root: YamlNode): string {
    this.#open(root)
    this.#lines.headComment()
    this.#node(root, asValue)
    this.#lines.lineComment()
    this.#lines.footComment()
    return this.#lines.finish()
  }

  /** Takes over the comments that stand before or at the start of a node. */
  #open(node: YamlNode): void {
    const pending = this.#lines.pending
    const { head, line, foot } = node.comments
    this.#lines.addHead(head)
    if (isContainer(node)) return
    if (line !== '') pending.line = line
    if (foot !== '') pending.foot = foot
  }

  #node(node: YamlNode, place: Place): void {
    if (node.kind === 'scalar') this.#scalar(node, place)
    else if (node.kind === 'alias') this.#lines.token(`*${node.name}`)
    else if (node.kind === 'nothing') this.#lines.token('null')
    else {
      if (this.#introduced !== node) this.#properties(node)
      if (node.kind === 'mapping') this.#mapping(node, place)
      else this.#sequence(node, place)
    }
  }

  #mapping(node: YamlMapping, place: Place): void {
    if (this.#isFlow(node)) this.#flowMapping(node, place)
    else this.#blockMapping(node, place)
  }

  #sequence(node: YamlSequence, place: Place): void {
    if (this.#isFlow(node)) this.#flowSequence(node, place)
    else this.#blockSequence(node, place)
  }

  #isFlow(node: YamlMapping | YamlSequence): boolean {
    return this.#flowDepth > 0 || node.flow || sizeOf(node) === 0
  }

  /** The anchor and the tag in front of a node; a bare `!` says nothing that the style does not say. */
  #properties(node: YamlNode): void {
    if (node.anchor !== '') this.#lines.token(`&${node.anchor}`)
    if (node.tag !== '' && node.tag !== '!') this.#lines.token(tagText(node.tag))
  }

  #indented(place: Place, flow: boolean, write: () => void): void {
    const lines = this.#lines
    const outer = lines.indent
    if (outer < 0) lines.indent = flow ? this.#step : 0
    else
      lines.indent = place.behindDash ? outer + 2 : this.#step * Math.floor((outer + this.#step) / this.#step)
    write()
    lines.indent = outer
  }

  #blockSequence(node: YamlSequence, place: Place): void {
    const lines = this.#lines
    this.#indented(place, false, () => {
      for (const item of node.items) {
        this.#open(item)
        lines.headComment()
        lines.startLine()
        lines.dash('-')
        this.#collectionComment(item)
        this.#node(item, asItem)
        lines.lineComment()
        lines.footComment()
      }
    })
    this.#closeBlock(node)
  }

  #blockMapping(node: YamlMapping, place: Place): void {
    this.#indented(place, false, () => {
      let tail = ''
      for (const { key, value } of node.pairs) {
        this.#blockPair(key, value, tail)
        tail = key.comments.foot
      }
      this.#lines.pending.tail = tail
      this.#lines.headComment()
    })
    this.#closeBlock(node)
  }

  #closeBlock(node: YamlMapping | YamlSequence): void {
    this.#lines.pending.foot = node.comments.foot
    this.#lines.footComment()
  }

  #blockPair(key: YamlNode, value: YamlNode, tail: string): void {
    const lines = this.#lines
    const bare = withoutComments(key)
    lines.pending.tail = tail
    lines.addHead(key.comments.head)
    lines.headComment()
    lines.startLine()
    if (isSimpleKey(key)) {
      this.#node(bare, asSimpleKey)
      lines.mark(':')
    } else {
      lines.dash('?')
      this.#node(bare, asValue)
      lines.startLine()
      lines.dash(':')
    }
    this.#open(value)
    this.#keyLineComment(key.comments.line, value)
    this.#node(value, asValue)
    lines.lineComment()
    lines.footComment()
  }

  /** A comment on the key's line is the value's when the value stands there too, else it stands behind the colon. */
  #keyLineComment(comment: string, value: YamlNode): void {
    const pending = this.#lines.pending
    if (isContainer(value) && !this.#isFlow(value)) {
      pending.line = comment
      if (comment === '') this.#collectionComment(value)
      else this.#introduce(value)
    } else if (comment !== '') {
      if (isContainer(value)) pending.flowKeyLine = comment
      else if (pending.line === '') pending.line = comment
    }
  }

  /** The line comment of a block collection, which an edit left there, stands before its first line. */
  #collectionComment(node: YamlNode): void {
    if (!isContainer(node) || this.#isFlow(node) || node.comments.line === '') return
    this.#lines.pending.line = node.comments.line
    this.#introduce(node)
  }

  /** Anchor and tag stand before the comment on that line: behind it they would begin a line of their own. */
  #introduce(node: YamlMapping | YamlSequence): void {
    this.#properties(node)
    this.#introduced = node
    this.#lines.lineComment()
  }

  #flowSequence(node: YamlSequence, place: Place): void {
    const lines = this.#lines
    lines.token('[')
    lines.joined()
    this.#indented(place, true, () => {
      this.#flowDepth++
      let comma = false
      for (const item of node.items) {
        if (comma) lines.mark(',')
        this.#open(item)
        lines.headComment()
        if (lines.column === 0) lines.startLine()
        this.#node(item, asValue)
        comma = this.#behindFlowItem()
      }
      this.#flowDepth--
    })
    if (lines.column === 0) lines.startLine()
    lines.mark(']')
    this.#closeFlow(node)
  }

  #flowMapping(node: YamlMapping, place: Place): void {
    const lines = this.#lines
    lines.token('{')
    lines.joined()
    let tail = ''
    this.#indented(place, true, () => {
      this.#flowDepth++
      let comma = false
      for (const { key, value } of node.pairs) {
        if (comma) lines.mark(',')
        comma = this.#flowPair(key, value, tail)
        tail = key.comments.foot
      }
      if (comma && tail !== '') lines.mark(',')
      lines.pending.tail = tail
      lines.headComment()
      this.#flowDepth--
    })
    if (lines.column === 0) lines.startLine()
    lines.mark('}')
    this.#closeFlow(node)
  }

  #flowPair(key: YamlNode, value: YamlNode, tail: string): boolean {
    const lines = this.#lines
    const bare = withoutComments(key)
    lines.pending.tail = tail
    lines.addHead(key.comments.head)
    lines.headComment()
    if (lines.column === 0) lines.startLine()
    if (isSimpleKey(key)) {
      this.#node(bare, asSimpleKey)
      lines.mark(':')
    } else {
      lines.token('?')
      this.#node(bare, asValue)
      lines.token(':')
    }
    this.#open(value)
    if (lines.pending.line === '') lines.pending.line = key.comments.line
    this.#node(value, asValue)
    return this.#behindFlowItem()
  }

  /** Comments behind a flow item come after its comma. Gives back whether the comma is still to be written. */
  #behindFlowItem(): boolean {
    const { line, foot } = this.#lines.pending
    if (line === '' && foot === '') return true
    this.#lines.mark(',')
    this.#lines.lineComment()
    this.#lines.footComment()
    return false
  }

  #closeFlow(node: YamlMapping | YamlSequence): void {
    const lines = this.#lines
    if (this.#flowDepth === 0) {
      if (lines.pending.flowKeyLine !== '' && node.comments.line === '') {
        lines.pending.line = lines.pending.flowKeyLine
      }
      lines.pending.flowKeyLine = ''
    }
    if (node.comments.line !== '') lines.pending.line = node.comments.line
    if (node.comments.foot !== '') lines.pending.foot = node.comments.foot
    if (this.#flowDepth > 0) return
    lines.lineComment()
    lines.footComment()
  }

  #scalar(node: YamlScalar, place: Place): void {
    const inFlow = this.#flowDepth > 0
    if (isImplicitNull(node)) {
      this.#properties(node)
      // Nothing at all is legal only as a value in block context.
      if (inFlow || place.simpleKey) this.#lines.token('null')
      return
    }
    const { value, wanted } = scalarText(node)
    const style = legalStyle(value, wanted, { inFlow, simpleKey: place.simpleKey })
    if (value !== node.value) this.#lines.token('!!binary')
    else this.#properties(node)
    const parentIndent = Math.max(this.#lines.indent, 0)
    this.#indented(place, true, () => {
      const indent = this.#lines.indent
      if (style === 'literal' || style === 'folded') {
        const text = blockScalarText(value, style === 'folded', indent, parentIndent)
        this.#lines.token(text.header)
        // A second line of the comment would be read as the text's first.
        this.#lines.pending.line = this.#lines.pending.line.replaceAll('\n', ' ')
        this.#lines.lineComment()
        this.#lines.block(text.body, text.blankBehind)
      } else if (style === 'single') this.#lines.token(singleQuoted(value, indent))
      else if (style === 'double') this.#lines.token(doubleQuoted(value))
      else if (value !== '') this.#lines.token(value)
    })
  }
}

import { type Diagnostic, errorAt, type Position, type Range } from '../diag/index.ts'
import { LineIndex } from './line-index.ts'
import { indexPath, joinKey } from './node-path.ts'
import { parseYaml } from './parse.ts'
import { resolveScalar } from './scalar.ts'
import type { ArrayNode, ObjectEntry, ObjectNode, StringNode, SyntaxNode } from './syntax-node.ts'
import type { YamlAlias, YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml-node.ts'

/** What decoding a text gives: the language’s tree, the formatting tree behind it, and findings. */
export interface DecodedYaml {
  /** `null` when there is no document, when it is null, or when the text is malformed. */
  readonly node: SyntaxNode | null
  /** The formatting tree; `null` when the text is malformed. */
  readonly tree: YamlNode | null
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The language's syntax tree of the first YAML document in `source` (language specification §2), with ranges in
 * `environment`. Never throws.
 *
 * Malformed text gives one error without a range, with a `place`. What has no place in the language (aliases, keys that are not
 * strings, tags that contradict their text) gives an error each and leaves `null` where it stood; the rest of the
 * tree is still there, so check `diagnostics` before using `node` as a declaration.
 */
export function decodeYaml(
  environment: string,
  source: Uint8Array,
  options?: { maxDepth?: number },
): DecodedYaml {
  const { tree, problem, place } = parseYaml(source, options)
  if (tree === null) {
    const finding = errorAt(null, problem ?? '')
    const located = place === null ? finding : { ...finding, place: { environment, ...place } }
    return { node: null, tree, diagnostics: [located] }
  }
  const decoder = new Decoder(environment, new LineIndex(source))
  return { node: decoder.root(tree), tree, diagnostics: decoder.diagnostics }
}

class Decoder {
  readonly diagnostics: Diagnostic[] = []
  readonly #environment: string
  readonly #lines: LineIndex
  /** The end of the node that was decoded last; a collection ends where its last child does. */
  #endLine = 0
  #endColumn = 0

  constructor(environment: string, lines: LineIndex) {
    this.#environment = environment
    this.#lines = lines
  }

  root(tree: YamlNode): SyntaxNode | null {
    if (tree.kind === 'nothing') return null
    const node = this.#node(tree, '')
    return node?.kind === 'null' ? null : node
  }

  #node(node: YamlNode, path: string): SyntaxNode | null {
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node, path)
      case 'mapping':
        return this.#mapping(node, path)
      case 'sequence':
        return this.#sequence(node, path)
      case 'alias':
        return this.#alias(node, path)
      case 'nothing':
        return null
    }
  }

  #begin(node: YamlNode): Position {
    const { line, column } = node.at ?? { line: 0, column: 0 }
    this.#endLine = line
    this.#endColumn = column
    return this.#lines.position(line, column)
  }

  #range(begin: Position): Range {
    const end = this.#lines.position(this.#endLine, this.#endColumn)
    return { environment: this.#environment, begin, end }
  }

  #sequence(node: YamlSequence, path: string): ArrayNode {
    const begin = this.#begin(node)
    const elements = node.items.map((item, i) => this.#node(item, indexPath(path, i)))
    return { kind: 'array', elements, range: this.#range(begin), path }
  }

  #mapping(node: YamlMapping, path: string): ObjectNode {
    const begin = this.#begin(node)
    const entries = node.pairs.map(({ key, value }): ObjectEntry => {
      const keyPath = joinKey(path, keyText(key))
      return { key: this.#key(key, keyPath), value: this.#node(value, keyPath) }
    })
    return { kind: 'object', entries, range: this.#range(begin), path }
  }

  #key(node: YamlNode, path: string): StringNode | null {
    const key = this.#node(node, path)
    if (key === null || key.kind === 'string') return key
    this.diagnostics.push(errorAt(key.range, 'mapping keys must be strings', path))
    return null
  }

  #alias(node: YamlAlias, path: string): null {
    const begin = this.#begin(node)
    this.#endColumn += Buffer.byteLength(node.name)
    this.diagnostics.push(errorAt(this.#range(begin), 'alias nodes are not supported', path))
    return null
  }

  #scalar(node: YamlScalar, path: string): SyntaxNode | null {
    const begin = this.#begin(node)
    this.#endScalar(node)
    const range = this.#range(begin)
    const value = resolveScalar(node)
    switch (value.kind) {
      case 'problem':
        this.diagnostics.push(errorAt(range, value.message, path))
        return null
      case 'null':
        return { kind: 'null', range, path }
      case 'boolean':
        return { kind: 'boolean', value: value.value, range, path }
      case 'number':
        return { kind: 'number', text: value.text, range, path }
      case 'string': {
        const untagged = node.tag === '' || node.tag === '!'
        const oneLine = range.begin.line === range.end.line
        const subRanges = untagged && node.style === 'plain' && oneLine
        return { kind: 'string', value: value.value, subRanges, range, path }
      }
    }
  }

  /** A scalar's end is counted from its content, not its text (§2.5): quotes, escapes and folding do not count. */
  #endScalar({ value, style, tag }: YamlScalar): void {
    const untagged = tag === '' || tag === '!'
    if (style === 'literal' && untagged) {
      const lines = value.split('\n')
      this.#endLine += lines.length - 1
      this.#endColumn += Buffer.byteLength(lines.at(-1)!)
      return
    }
    if (style === 'plain' && !untagged) this.#endColumn += Buffer.byteLength(tag) + 1
    this.#endColumn += Buffer.byteLength(value)
  }
}

/** A key's part of a path: its raw text; a collection counts as the empty key. */
function keyText(key: YamlNode): string {
  if (key.kind === 'scalar') return key.value
  return key.kind === 'alias' ? key.name : ''
}

import type { Position } from '../diag/index.ts'

/**
 * The formatting tree: what the text looks like, comments and styles included. `encode` prints it, the edits of
 * `edit.ts` change it, `decode` reads the language's syntax tree (`syntax-node.ts`) from it.
 *
 * Nodes are plain data; edits return a new tree that shares what did not change.
 */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence | YamlAlias | YamlNothing

/** The comments that belong to a node. */
export interface YamlComments {
  /** Whole lines above the node, each with its `#`; `""` when there are none. */
  readonly head: string
  /** The comment behind the node on its line. */
  readonly line: string
  /** Whole lines below the node that belong to it. */
  readonly foot: string
}

interface YamlBase {
  readonly comments: YamlComments
  /** The tag as written, in short form (`!!str`, `!foo`); `""` when there is none. `!` stands for itself. */
  readonly tag: string
  /** The anchor's name without `&`; `""` when there is none. Anchors are dropped when printing. */
  readonly anchor: string
  /** Where the node starts, anchor or tag included; `null` for nodes that were made, not read. `byte` is 0 here: bytes are derived. */
  readonly at: Position | null
}

/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded'

/** A scalar: its content and how it was written. */
export interface YamlScalar extends YamlBase {
  readonly kind: 'scalar'
  /** The decoded content. */
  readonly value: string
  /** `''` = not chosen: for made nodes, the printer picks the plainest legal style. */
  readonly style: ScalarStyle | ''
}

/** A key and its value. */
export interface YamlPair {
  readonly key: YamlNode
  readonly value: YamlNode
}

/** A mapping, in block or flow style. */
export interface YamlMapping extends YamlBase {
  readonly kind: 'mapping'
  readonly flow: boolean
  readonly pairs: readonly YamlPair[]
}

/** A sequence, in block or flow style. */
export interface YamlSequence extends YamlBase {
  readonly kind: 'sequence'
  readonly flow: boolean
  readonly items: readonly YamlNode[]
}

/** A reference to an anchor; the language refuses it, the printer keeps it. */
export interface YamlAlias extends YamlBase {
  readonly kind: 'alias'
  readonly name: string
}

/** An empty document: no node at all. It takes the kind that the first edit asks for. */
export interface YamlNothing extends YamlBase {
  readonly kind: 'nothing'
}

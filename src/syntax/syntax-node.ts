import type { Range } from '../diag/index.ts'

/**
 * The language's syntax tree (language specification §2): six kinds, each with its range and document path.
 * Frozen plain data. Duplicate keys and entry order are kept.
 */
export type SyntaxNode = NullNode | BooleanNode | NumberNode | StringNode | ArrayNode | ObjectNode

interface SyntaxBase {
  readonly range: Range
  /** The property path from the root, rendered as §2.3 says; `""` for the root. */
  readonly path: string
}

/** A null, written or implied. */
export interface NullNode extends SyntaxBase {
  readonly kind: 'null'
}
/** A boolean. */
export interface BooleanNode extends SyntaxBase {
  readonly kind: 'boolean'
  readonly value: boolean
}
/** A number, as its text. */
export interface NumberNode extends SyntaxBase {
  readonly kind: 'number'
  /** Decimal text (§2.2), e.g. `16` for `0x10`; also `+Inf`, `-Inf`, `NaN`. */
  readonly text: string
}
/** A text. */
export interface StringNode extends SyntaxBase {
  readonly kind: 'string'
  readonly value: string
  /** Untagged, plain, on one line: parts of the text have ranges of their own (§2.6). */
  readonly subRanges: boolean
}
/** A list. */
export interface ArrayNode extends SyntaxBase {
  readonly kind: 'array'
  /** `null` = an element that could not be decoded (an alias); it has a diagnostic. */
  readonly elements: readonly (SyntaxNode | null)[]
}
/** A mapping whose keys are texts. */
export interface ObjectNode extends SyntaxBase {
  readonly kind: 'object'
  readonly entries: readonly ObjectEntry[]
}
/** One entry of a mapping; `null` stands for what could not be decoded. */
export interface ObjectEntry {
  readonly key: StringNode | null
  readonly value: SyntaxNode | null
}

import type { ScalarStyle } from '../yaml-node.ts'
import type { Mark } from './cursor.ts'

/** What a token stands for. */
export type TokenKind =
  | 'stream-start'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

/** One token of the YAML text. Block starts, block ends and the keys of `a: b` have no text of their own. */
export interface Token {
  readonly kind: TokenKind
  readonly start: Mark
  /** How many columns an indicator takes: 1, or 0 for a token without text. Unused for other tokens. */
  readonly width: number
  /** A scalar's content, an anchor's or alias's name, a tag's or tag directive's handle, a version. */
  readonly value: string
  /** A tag's suffix, a tag directive's prefix. */
  readonly suffix: string
  readonly style: ScalarStyle
}

/** A token without a text, `width` characters long. */
export function token(kind: TokenKind, start: Mark, width = 0): Token {
  return { kind, start, width, value: '', suffix: '', style: 'plain' }
}

/** A token that carries a text: an anchor, an alias, a tag, a directive. */
export function textToken(kind: TokenKind, start: Mark, value: string, suffix = ''): Token {
  return { kind, start, width: 0, value, suffix, style: 'plain' }
}

/** A token of a scalar with its decoded text. */
export function scalarToken(start: Mark, value: string, style: ScalarStyle): Token {
  return { kind: 'scalar', start, width: 0, value, suffix: '', style }
}

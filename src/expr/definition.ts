import type { StringNode, SyntaxNode } from '../syntax/index.ts'
import type { Expression, StringExpression } from './expression.ts'

/** A parsed environment definition (language specification §1): what evaluation starts from. Plain data. */
export interface Definition {
  /** The name the text was loaded under; the `environment` of every range in it. */
  readonly environment: string
  readonly syntax: SyntaxNode | null
  readonly description: StringExpression | null
  /** `null` when the document has no usable `imports`. */
  readonly imports: readonly ImportDeclaration[] | null
  /** `null` when the document has no usable `values`. In source order, duplicates kept. */
  readonly values: readonly ValueEntry[] | null
}

/** One element of `imports`. */
export interface ImportDeclaration {
  readonly syntax: SyntaxNode | null
  /** The node that names the environment; `null` when the element names none (it has a diagnostic). */
  readonly name: StringNode | null
  /** Whether the environment's values are merged under this one's; `${imports…}` sees it either way. */
  readonly merge: boolean
  /** What was written under `merge:`, for tools that show the declaration. */
  readonly meta: { readonly merge: boolean | null } | null
}

/** A top-level value. Its key is literal: no interpolation, no `$$`. */
export interface ValueEntry {
  readonly key: StringNode
  readonly value: Expression
}

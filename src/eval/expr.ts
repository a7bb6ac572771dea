import type { Range } from '../diag/index.ts'
import type { Accessor, CallExpression } from '../expr/index.ts'
import type { Schema } from '../schema/index.ts'
import type { Scalar } from '../value/index.ts'
import type { Builtin } from './builtins/builtin.ts'
import type { Value } from './value.ts'

/** Where an expression stands, for diagnostics and traces. */
export interface Place {
  readonly range: Range
  readonly path: string
}

/** The steps of a reference, and what each one reached; `null` until evaluation went there. */
export interface Access {
  readonly accessors: readonly Accessor[]
  readonly reached: (Expr | null)[]
}

/** Literal text and the reference behind it. */
export interface TextPart {
  readonly text: string
  readonly access: Access | null
}

/** What an expression is made of. Children are expressions again; builtins keep their arguments in a fixed order. */
export type Body =
  | { readonly kind: 'literal'; readonly value: Scalar }
  | { readonly kind: 'missing' }
  | { readonly kind: 'interpolation'; readonly parts: readonly TextPart[] }
  | { readonly kind: 'symbol'; readonly access: Access }
  | { readonly kind: 'array'; readonly elements: readonly Expr[] }
  | {
      readonly kind: 'object'
      readonly properties: Map<string, Expr>
      /** The range of each key; of a repeated key, the last. */
      readonly keyRanges: Map<string, Range>
    }
  | { readonly kind: 'access'; readonly receiver: Value; readonly name: string }
  | CallBody

/** A builtin call with its arguments in the order of the builtin. */
export interface CallBody {
  readonly kind: 'call'
  readonly call: CallExpression
  readonly builtin: Builtin
  readonly args: readonly Expr[]
  /** What the provider said it takes, once it was loaded; `true` before. */
  inputSchema: Schema
  stateSchema: Schema
}

/**
 * A node of the expression graph (language specification §5.2): a declaration, the inherited value it lies over, and
 * how far its evaluation has come. Mutable, and private to one evaluation.
 */
export class Expr {
  readonly path: string
  readonly place: Place | null
  readonly body: Body
  readonly base: Value | null
  schema: Schema
  state: 'declared' | 'evaluating' | 'done' = 'declared'
  /** Whether this is the text of an `fn::secret`. */
  secret = false
  /** `null` until evaluated, and for inputs that were skipped because they matter to a rotation only. */
  value: Value | null = null

  constructor(path: string, place: Place | null, body: Body, base: Value | null, schema: Schema) {
    this.path = path
    this.place = place
    this.body = body
    this.base = base
    this.schema = schema
  }
}

/** A finished expression without content that stands where `place` is: the origin of unknown values. */
export function placeholder(place: Place | null, path = '', base: Value | null = null): Expr {
  const expr = new Expr(path, place, { kind: 'missing' }, base, true)
  expr.state = 'done'
  return expr
}

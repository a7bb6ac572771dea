import type { Range } from '../diag/index.ts'
import type { StringNode, SyntaxNode } from '../syntax/index.ts'
import type { NumberText } from '../value/index.ts'

/** An expression of the environment language (language specification §3): plain data, one kind each. */
export type Expression =
  | NullExpression
  | BooleanExpression
  | NumberExpression
  | StringExpression
  | InterpolationExpression
  | SymbolExpression
  | ArrayExpression
  | ObjectExpression
  | CallExpression

interface ExpressionBase {
  /** Where it stands; `null` for what stands in no text (an implied null, an empty secret). */
  readonly syntax: SyntaxNode | null
}

/** A null, written or implied. */
export interface NullExpression extends ExpressionBase {
  readonly kind: 'null'
}
/** `true` or `false`. */
export interface BooleanExpression extends ExpressionBase {
  readonly kind: 'boolean'
  readonly value: boolean
}
/** A number, as its decimal text. */
export interface NumberExpression extends ExpressionBase {
  readonly kind: 'number'
  readonly value: NumberText
}
/** A string without references. */
export interface StringExpression extends ExpressionBase {
  readonly kind: 'string'
  /** The text with `$$` unescaped. */
  readonly value: string
}

/** `a ${b} c`: always a string. */
export interface InterpolationExpression extends ExpressionBase {
  readonly kind: 'interpolation'
  readonly parts: readonly InterpolationPart[]
}
/** Literal text and the reference behind it, if any. */
export interface InterpolationPart {
  readonly text: string
  readonly access: PropertyAccess | null
}

/** `${a.b}` alone: keeps the type of what it refers to. */
export interface SymbolExpression extends ExpressionBase {
  readonly kind: 'symbol'
  readonly access: PropertyAccess
}

/** A list. */
export interface ArrayExpression extends ExpressionBase {
  readonly kind: 'array'
  readonly elements: readonly Expression[]
}

/** A record, entries in source order, repeated keys included. */
export interface ObjectExpression extends ExpressionBase {
  readonly kind: 'object'
  readonly entries: readonly ObjectExpressionEntry[]
}
/** One entry of a record. */
export interface ObjectExpressionEntry {
  readonly key: StringNode
  /** The key's text with `$$` unescaped; `null` when the key is not a string literal (it has a diagnostic). */
  readonly name: string | null
  readonly value: Expression
}

/** The steps of a `${…}`: names and subscripts, at least one. */
export interface PropertyAccess {
  readonly accessors: readonly Accessor[]
}

/** One step. `range` is `null` where parts of the text have no ranges of their own (§2.6). */
export type Accessor =
  | { readonly kind: 'name'; readonly key: string; readonly range: Range | null }
  | { readonly kind: 'key'; readonly key: string; readonly range: Range | null }
  | { readonly kind: 'index'; readonly index: bigint; readonly range: Range | null }

/** The builtin functions, as §3.2 lists them; `open` and `rotate` also have forms with the provider in the name. */
export type BuiltinName = UnaryName | 'concat' | 'join' | 'split' | 'secret' | 'open' | 'rotate' | 'validate'

/** Builtins that take one argument of any shape. */
export type UnaryName = 'fromBase64' | 'toBase64' | 'fromJSON' | 'toJSON' | 'toString' | 'final'

/** A call `{fn::name: argument}`. Parts that are missing or have the wrong shape are `null` and have a diagnostic. */
export type CallExpression =
  | UnaryCall
  | ConcatCall
  | JoinCall
  | SplitCall
  | SecretCall
  | OpenCall
  | RotateCall
  | ValidateCall

interface CallBase extends ExpressionBase {
  readonly kind: 'call'
  readonly syntax: SyntaxNode
  /** The name as written: `fn::open::aws-login`. */
  readonly name: string
  readonly key: StringNode
  readonly argument: Expression
}

/** A builtin whose one argument may be anything. */
export interface UnaryCall extends CallBase {
  readonly builtin: UnaryName
}
/** `fn::concat: [list, …]`. */
export interface ConcatCall extends CallBase {
  readonly builtin: 'concat'
}
/** `fn::join: [delimiter, values]`. */
export interface JoinCall extends CallBase {
  readonly builtin: 'join'
  readonly delimiter: Expression | null
  readonly values: Expression | null
}
/** `fn::split: [delimiter, string]`. */
export interface SplitCall extends CallBase {
  readonly builtin: 'split'
  readonly delimiter: Expression | null
  readonly string: Expression | null
}
/** `fn::secret: text` or `fn::secret: {ciphertext: text}`: exactly one of the two is there. */
export interface SecretCall extends CallBase {
  readonly builtin: 'secret'
  readonly plaintext: StringExpression | null
  readonly ciphertext: StringExpression | null
}
/** `fn::open: {provider, inputs}` or `fn::open::<provider>: inputs`. */
export interface OpenCall extends CallBase {
  readonly builtin: 'open'
  /** Whether the provider stands in the name (`fn::open::<provider>`). */
  readonly short: boolean
  readonly provider: StringExpression | null
  readonly inputs: Expression | null
}
/** `fn::rotate: {provider, inputs, state?}` or `fn::rotate::<provider>: {inputs, state?}`. */
export interface RotateCall extends CallBase {
  readonly builtin: 'rotate'
  readonly short: boolean
  readonly provider: StringExpression | null
  readonly inputs: Expression | null
  /** `null` only when the whole argument is unusable; a rotation without a state has a null literal. */
  readonly state: Expression | null
}
/** `fn::validate: {schema, value}`. */
export interface ValidateCall extends CallBase {
  readonly builtin: 'validate'
  readonly schema: Expression | null
  readonly value: Expression | null
}

import type { Range } from '../../diag/index.ts'
import type { BuiltinName, CallExpression, Expression, UnaryCall, UnaryName } from '../../expr/index.ts'
import type { Schema } from '../../schema/index.ts'
import type { CallBody, Expr } from '../expr.ts'
import type { Scope } from '../scope.ts'
import { Value } from '../value.ts'

/** How a call's arguments are shown in an exported expression (language specification §11.4). */
export type ArgumentView =
  | { readonly kind: 'expression'; readonly expr: Expr }
  | { readonly kind: 'list'; readonly range: Range | null; readonly items: readonly Expr[] }
  | {
      readonly kind: 'object'
      readonly range: Range | null
      readonly members: readonly (readonly [string, Expr])[]
    }

/** A builtin function of the language (§7.6). */
export interface Builtin {
  readonly name: BuiltinName
  /** The schema of its result as far as it is known before evaluation. */
  readonly schema: Schema
  /** The call's argument expressions, in the order in which `evaluate` gets them. */
  parts(call: CallExpression): readonly (Expression | null)[]
  evaluate(x: Expr, body: CallBody, scope: Scope): Value
  argumentSchema(body: CallBody): Schema
  argument(body: CallBody): ArgumentView
}

type CallOf<K extends BuiltinName> = K extends UnaryName ? UnaryCall : Extract<CallExpression, { builtin: K }>

interface Description<K extends BuiltinName> {
  readonly name: K
  readonly schema: Schema
  readonly parts: (call: CallOf<K>) => readonly (Expression | null)[]
  readonly evaluate: (x: Expr, body: CallBody, scope: Scope, call: CallOf<K>) => Value
  readonly argumentSchema: (body: CallBody, call: CallOf<K>) => Schema
  readonly argument: (body: CallBody, call: CallOf<K>) => ArgumentView
}

/** Makes a builtin from its description, whose functions see calls of this builtin only. */
export function builtin<K extends BuiltinName>(description: Description<K>): Builtin {
  // The registry finds a builtin by the call's own `builtin` member, so the call is of this kind.
  const own = (call: CallExpression) => call as CallOf<K>
  return {
    name: description.name,
    schema: description.schema,
    parts: (call) => description.parts(own(call)),
    evaluate: (x, body, scope) => description.evaluate(x, body, scope, own(body.call)),
    argumentSchema: (body) => description.argumentSchema(body, own(body.call)),
    argument: (body) => description.argument(body, own(body.call)),
  }
}

/** The value that a call starts from. */
export function resultOf(x: Expr): Value {
  return new Value(x, x.schema)
}

/** Turns the result of a call that could not be evaluated into an unknown. */
export function failed(value: Value): Value {
  value.unknown = true
  return value
}

/** The single argument, shown as it is. */
export function onlyArgument(body: CallBody): ArgumentView {
  return { kind: 'expression', expr: body.args[0]! }
}

/** The arguments of a call that takes a list, at the range of the list. */
export function listArgument(body: CallBody): ArgumentView {
  return { kind: 'list', range: body.call.argument.syntax?.range ?? null, items: body.args }
}

/** The text of a validated string argument. */
export function textContent(value: Value): string {
  return typeof value.content === 'string' ? value.content : ''
}

/** The message of whatever a codec or a provider threw. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

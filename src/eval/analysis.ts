import type { Position, Range } from '../diag/index.ts'
import { itemSchema, propertySchema, type Schema, type SchemaJson, schemaFromJson } from '../schema/index.ts'
import type { PlainValue } from '../value/index.ts'
import type { Environment, ExportedExpr } from './evaluation.ts'

/** An expression under a position, and the way to it from a top-level value, outermost first. */
export interface ExpressionAt {
  readonly expr: ExportedExpr
  readonly trail: readonly TrailStep[]
}

/** One expression on the way, and the step that leads on from it: a key, an index, or into a builtin's argument. */
export interface TrailStep {
  readonly expr: ExportedExpr
  readonly step: string | number
  readonly into: 'property' | 'element' | 'argument'
}

/**
 * Whether a position lies in a range (language specification §14): by bytes where they tell, else by lines and columns. On the lines
 * of a range of several lines every column counts.
 */
export function rangeContains({ begin, end }: Range, position: Position): boolean {
  if (begin.byte <= position.byte && position.byte < end.byte) return true
  if (position.line < begin.line || position.line > end.line) return false
  if (begin.line !== end.line) return true
  return begin.column <= position.column && position.column < end.column
}

/** The smallest expression of a checked environment that contains the position, or `null`. */
export function expressionAt(environment: Environment, position: Position): ExpressionAt | null {
  for (const expr of Object.values(environment.exprs ?? {})) {
    if (rangeContains(expr.range, position)) return descend(expr, position)
  }
  return null
}

function descend(from: ExportedExpr, position: Position): ExpressionAt {
  const trail: TrailStep[] = []
  let expr = from
  for (;;) {
    const next = childAt(expr, position)
    if (next === null) return { expr, trail }
    trail.push({ expr, step: next.step, into: next.into })
    expr = next.child
  }
}

type Child = { readonly child: ExportedExpr } & Omit<TrailStep, 'expr'>

function childAt(expr: ExportedExpr, position: Position): Child | null {
  for (const [step, child] of (expr.list ?? []).entries()) {
    if (rangeContains(child.range, position)) return { child, step, into: 'element' }
  }
  for (const [step, child] of Object.entries(expr.object ?? {})) {
    if (rangeContains(child.range, position)) return { child, step, into: 'property' }
  }
  const argument = expr.builtin?.arg
  if (argument === undefined || !rangeContains(argument.range, position)) return null
  return { child: argument, step: 'argument', into: 'argument' }
}

const descriptions: ReadonlyMap<string, string> = new Map([
  ['fn::final', 'Marks a value as final. Final values cannot be overridden in child environments.'],
  ['fn::fromBase64', 'Decodes a string from its Base64 representation.'],
  ['fn::fromJSON', 'Decodes a value from its JSON representation.'],
  [
    'fn::join',
    'Concatenates the elements of its second argument to create a single string. The first argument is placed between each element in the result.',
  ],
  ['fn::open', 'Fetches values from an external source when the environment is opened.'],
  ['fn::secret', 'Marks a value as secret.'],
  ['fn::toBase64', 'Encodes a string into its Base64 representation.'],
  ['fn::toJSON', 'Encodes a value into its JSON representation.'],
  ['fn::toString', 'Encodes a value into its string representation.'],
])

/** What to tell about the text under a position of a checked environment: what a builtin does, a type, an input's description. */
export function describeAt(environment: Environment, position: Position): string | null {
  const found = expressionAt(environment, position)
  if (found === null) return null
  const { expr, trail } = found
  if (expr.builtin !== undefined) return describeBuiltin(expr.builtin.name)
  if (expr.symbol !== undefined) return describeType(expr.schema)
  return describeInput(expr, trail, position)
}

/** What a builtin does, by its full name; `null` for none. */
export function describeBuiltin(name: string): string | null {
  return descriptions.get(name.startsWith('fn::open::') ? 'fn::open' : name) ?? null
}

function describeType(schema: SchemaJson | undefined): string | null {
  if (schema === true) return 'any'
  if (typeof schema !== 'object') return null
  const type = schema['type']
  return typeof type === 'string' && type !== '' ? type : null
}

/** The description that the nearest builtin's schema has for the input under the position. */
function describeInput(expr: ExportedExpr, trail: readonly TrailStep[], position: Position): string | null {
  const at = trail.findLastIndex(({ into }) => into === 'argument')
  const builtin = trail[at]?.expr.builtin
  if (builtin === undefined) return null
  // An exported schema is what `schemaFromJson` reads: plain JSON data.
  let schema: Schema = schemaFromJson(builtin.argSchema as PlainValue)
  for (const { step, into } of trail.slice(at + 1)) {
    schema = into === 'element' ? itemSchema(schema, Number(step)) : propertySchema(schema, String(step))
  }
  for (const [key, range] of Object.entries(expr.keyRanges ?? {})) {
    if (!rangeContains(range, position)) continue
    schema = propertySchema(schema, key)
    break
  }
  return typeof schema === 'object' && schema.description ? schema.description : null
}

import type { Range } from '../diag/index.ts'
import type { Expression, ObjectExpression, PropertyAccess } from '../expr/index.ts'
import type { SchemaObject } from '../schema/index.ts'
import { joinKey } from '../syntax/index.ts'
import { quote } from '../value/index.ts'
import { builtinOf } from './builtins/registry.ts'
import { type Access, type Body, Expr, type Place } from './expr.ts'
import type { Budget } from './limits.ts'
import { arraySchema, constantSchema, stringSchema } from './schemas.ts'
import type { Value } from './value.ts'

/** Where declarations report to. */
export interface DeclarationHost {
  readonly budget: Budget
  error(place: Place | null, summary: string): void
}

const openObject: SchemaObject = Object.freeze<SchemaObject>({ additionalProperties: true, type: 'object' })

/**
 * Makes the expression graph of an expression (language specification §6.2): its first schema, its children, and the
 * inherited values they lie over. `null` gives an expression that is missing.
 */
export function declare(
  path: string,
  expression: Expression | null,
  base: Value | null,
  host: DeclarationHost,
): Expr {
  host.budget.node(expression?.syntax ?? null)
  const argument = (part: Expression | null) => declare('', part, null, host)
  switch (expression?.kind) {
    case undefined:
      return new Expr(path, null, { kind: 'missing' }, base, true)
    case 'null':
    case 'boolean':
    case 'number':
    case 'string': {
      const value = expression.kind === 'null' ? null : expression.value
      return new Expr(path, expression.syntax, { kind: 'literal', value }, base, constantSchema(value))
    }
    case 'interpolation': {
      const parts = expression.parts.map(({ text, access }) => ({ text, access: access && fresh(access) }))
      return new Expr(path, expression.syntax, { kind: 'interpolation', parts }, base, stringSchema)
    }
    case 'symbol': {
      const body: Body = { kind: 'symbol', access: fresh(expression.access) }
      return new Expr(path, expression.syntax, body, base, true)
    }
    case 'array': {
      const elements = expression.elements.map((element, i) => declare(`${path}[${i}]`, element, null, host))
      return new Expr(path, expression.syntax, { kind: 'array', elements }, base, arraySchema(true))
    }
    case 'object':
      return declareObject(path, expression, base, host)
    case 'call': {
      const builtin = builtinOf(expression.builtin)
      const args = builtin.parts(expression).map(argument)
      if (expression.builtin === 'secret') args[0]!.secret = true
      const body: Body = {
        kind: 'call',
        call: expression,
        builtin,
        args,
        inputSchema: true,
        stateSchema: true,
      }
      return new Expr(path, expression.syntax, body, base, builtin.schema)
    }
  }
}

function declareObject(
  path: string,
  expression: ObjectExpression,
  base: Value | null,
  host: DeclarationHost,
): Expr {
  const properties = new Map<string, Expr>()
  const keyRanges = new Map<string, Range>()
  for (const { key, name, value } of expression.entries) {
    if (name === null) continue
    keyRanges.set(name, key.range)
    if (properties.has(name)) {
      host.error(key, `duplicate key ${quote(name)}`)
      continue
    }
    properties.set(name, declare(joinKey(path, name), value, base?.property(key, name) ?? null, host))
  }
  return new Expr(path, expression.syntax, { kind: 'object', properties, keyRanges }, base, openObject)
}

function fresh({ accessors }: PropertyAccess): Access {
  return { accessors, reached: accessors.map(() => null) }
}

import { compileSchema, metaSchema, type Schema, schemaFromJson } from '../../schema/index.ts'
import { toJson } from '../../value/index.ts'
import type { Expr } from '../expr.ts'
import { recordSchema } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import { Value } from '../value.ts'
import { builtin, messageOf } from './builtin.ts'

/** `fn::validate: {schema, value}`: gives the value and reports what does not fit the schema. */
export const validate = builtin({
  name: 'validate',
  schema: true,
  parts: (call) => [call.schema, call.value],
  evaluate: (x, { args }, scope) => {
    const accept = schemaOf(args[0]!, scope)
    const value = accept === null ? scope.evaluate(args[1]!) : scope.typed(args[1]!, accept).value
    const result = new Value(x, value.schema, value.content)
    result.combine(value)
    return result
  },
  argumentSchema: () =>
    recordSchema([
      ['schema', metaSchema()],
      ['value', true],
    ]),
  argument: ({ args, call }) => ({
    kind: 'object',
    range: call.argument.syntax?.range ?? null,
    members: [
      ['schema', args[0]!],
      ['value', args[1]!],
    ],
  }),
})

/** The schema that the argument describes; `null` when it is unknown or not usable, which is reported. */
function schemaOf(x: Expr, scope: Scope): Schema | null {
  const { value, ok } = scope.typed(x, metaSchema())
  if (!ok || value.containsUnknowns()) return null
  let schema: Schema
  try {
    schema = schemaFromJson(toJson(scope.exported(value), { redact: false }))
  } catch (error) {
    scope.error(x.place, `invalid schema: failed to parse schema: ${messageOf(error)}`)
    return null
  }
  const problem = compileSchema(schema)
  if (problem === null) return schema
  scope.error(x.place, `invalid schema: ${problem}`)
  return null
}

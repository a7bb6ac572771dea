import { compileSchema, metaSchema, type Schema, schemaFromJson } from '../../schema/index.ts'
import { DecodeError, stringifyJson, toJson } from '../../value/index.ts'
import type { Expr } from '../expr.ts'
import { recordSchema } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import { Value } from '../value.ts'
import { builtin } from './builtin.ts'

/** `fn::validate: {schema, value}`: gives the value and reports what does not fit the schema. */
export const validate = builtin({
  name: 'validate',
  schema: true,
  parts: (call) => [call.schema, call.value],
  evaluate: (x, { args }, scope) => {
    const found = schemaOf(args[0]!, scope)
    const value =
      found === null ? scope.evaluate(args[1]!) : scope.typed(args[1]!, found.schema, found.secret).value
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

/**
 * The schema that the argument describes; `null` when it is unknown or not usable, which is reported. What is wrong with a
 * secret schema is not told: the detail would quote it.
 */
function schemaOf(x: Expr, scope: Scope): { readonly schema: Schema; readonly secret: boolean } | null {
  const { value, ok } = scope.typed(x, metaSchema())
  if (!ok || value.containsUnknowns()) return null
  const secret = value.containsSecrets()
  const refuse = (detail: string) => {
    scope.error(x.place, `invalid schema: ${secret ? '[secret]' : detail}`)
    return null
  }
  let schema: Schema
  try {
    const json = toJson(scope.exported(value), { redact: false })
    // A schema is JSON, which has neither infinity nor NaN: with one in it no finding could quote it.
    stringifyJson(json)
    schema = schemaFromJson(json)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return refuse(`failed to parse schema: ${error.message}`)
  }
  const problem = compileSchema(schema)
  return problem === null ? { schema, secret } : refuse(problem)
}

import { compileSchema, type Schema } from '../../schema/index.ts'
import type { ExportedRecord } from '../../value/index.ts'
import type { CallBody, Expr } from '../expr.ts'
import type { Provider } from '../provider.ts'
import { recordSchema, stringSchema } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import type { Value } from '../value.ts'
import { pending } from '../waiting.ts'
import { builtin, failed, messageOf, resultOf } from './builtin.ts'
import { answered, inputRecord, inspected, reportFailure } from './provider-call.ts'

/** `fn::open::<provider>: inputs`: what the provider gives for the inputs; unknown in a check. */
export const open = builtin({
  name: 'open',
  schema: true,
  parts: (call) => [call.provider, call.inputs],
  evaluate: (x, body, scope, call) => {
    const result = resultOf(x)
    if (call.provider === null) return failed(result)
    const provider = loadProvider(call.provider.value, x, body, scope)
    if (provider !== null) result.schema = x.schema
    const inputs = scope.typed(body.args[1]!, body.inputSchema)
    if (provider === null) return failed(result)
    // Also when the schema does not hold: it refuses unknown names without a word, the provider says which.
    const fits = inspected(provider.inspect, inputs.value, body.args[1]!, x, scope)
    if (!inputs.ok || !fits) return failed(result)
    const unknown = inputs.value.containsUnknowns()
    if (scope.mode.validating || scope.holdsCalls(1) || unknown) return failed(result)
    const record = inputRecord(inputs.value, x, scope)
    return record === null ? failed(result) : openWith(provider, record, result, x, body, scope)
  },
  argumentSchema: ({ inputSchema }, { short }) =>
    short
      ? inputSchema
      : recordSchema([
          ['inputs', inputSchema],
          ['provider', stringSchema],
        ]),
  argument: ({ args }, { short }) =>
    short
      ? { kind: 'expression', expr: args[1]! }
      : {
          kind: 'object',
          range: null,
          members: [
            ['provider', args[0]!],
            ['inputs', args[1]!],
          ],
        },
})

function loadProvider(name: string, x: Expr, body: CallBody, scope: Scope): Provider | null {
  let provider: Provider
  try {
    provider = scope.outside.provider(name)
  } catch (error) {
    if (error === pending) throw error
    scope.error(x.place, messageOf(error))
    return null
  }
  if (!compiles(provider.inputs, 'invalid input schema', x, scope)) return null
  body.inputSchema = provider.inputs
  if (!compiles(provider.outputs, 'invalid schema', x, scope)) return null
  x.schema = provider.outputs
  return provider
}

/** Compiles a provider's schema; a schema that cannot be used is the provider's fault and reported as such. */
export function compiles(schema: Schema, what: string, x: Expr, scope: Scope): boolean {
  const problem = compileSchema(schema)
  if (problem !== null) scope.error(x.place, `internal error: ${what} (${problem})`)
  return problem === null
}

function openWith(
  provider: Provider,
  inputs: ExportedRecord,
  result: Value,
  x: Expr,
  body: CallBody,
  scope: Scope,
): Value {
  try {
    const answer = scope.outside.open(body.call, provider, inputs, scope.callContext)
    return answered(answer, x, scope)
  } catch (error) {
    reportFailure(error, '', x, scope)
    return failed(result)
  }
}

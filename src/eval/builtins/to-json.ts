import { DecodeError, stringifyJson, toJson } from '../../value/index.ts'
import { stringSchema } from '../schemas.ts'
import { builtin, failed, onlyArgument, resultOf } from './builtin.ts'

/** `fn::toJSON: value`: compact JSON with sorted keys, secrets revealed; secret if anything inside is. */
export const toJSON = builtin({
  name: 'toJSON',
  schema: stringSchema,
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const value = scope.evaluate(args[0]!)
    result.combine(value)
    if (result.unknown) return result
    const exported = scope.exported(value)
    scope.budget.json(exported)
    try {
      const text = stringifyJson(toJson(exported, { redact: false }))
      scope.budget.text(text)
      result.content = text
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      scope.error(x.place, `failed to encode JSON: ${error.message}`)
      return failed(result)
    }
    return result
  },
  argumentSchema: () => true,
  argument: onlyArgument,
})

import { Value } from '../value.ts'
import { builtin, onlyArgument } from './builtin.ts'

/** `fn::final: value`: environments that import this one cannot override it. The value's base is left behind (Q3). */
export const final = builtin({
  name: 'final',
  schema: true,
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const value = scope.evaluate(args[0]!)
    const result = new Value(x, value.schema, value.content)
    result.final = true
    result.combine(value)
    return result
  },
  argumentSchema: () => true,
  argument: onlyArgument,
})

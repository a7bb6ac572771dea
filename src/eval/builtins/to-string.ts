import { rejoinUtf8 } from '../../value/index.ts'
import { stringSchema } from '../schemas.ts'
import { textOf } from '../text-of.ts'
import { builtin, onlyArgument, resultOf } from './builtin.ts'

/** `fn::toString: value`: the text the value has inside an interpolation. */
export const asString = builtin({
  name: 'toString',
  schema: stringSchema,
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const { text, unknown, secret } = textOf(scope.evaluate(args[0]!), scope.budget)
    result.unknown = unknown
    result.secret = secret
    if (unknown) return result
    scope.budget.text(text)
    result.content = rejoinUtf8(text)
    return result
  },
  argumentSchema: () => true,
  argument: onlyArgument,
})

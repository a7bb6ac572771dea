import { DecodeError, type PlainValue, parseJson } from '../../value/index.ts'
import { stringSchema } from '../schemas.ts'
import { valueFromPlain } from '../unexport.ts'
import { builtin, failed, onlyArgument, resultOf, textContent } from './builtin.ts'

/** Containers may lie this deep in one another, as in YAML (S-42). */
const jsonDepth = 128

/** `fn::fromJSON: text`: the first JSON value of the text; secret throughout if the text is. */
export const fromJSON = builtin({
  name: 'fromJSON',
  schema: true,
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const string = scope.typed(args[0]!, stringSchema)
    if (!string.ok) return failed(result)
    result.combine(string.value)
    if (result.unknown) return result
    let decoded: PlainValue
    try {
      decoded = parseJson(textContent(string.value), { maxDepth: jsonDepth })
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      // The detail quotes what it stumbles over.
      scope.error(x.place, `decoding JSON string: ${result.secret ? '[secret]' : error.message}`)
      return failed(result)
    }
    return valueFromPlain(decoded, x, result.secret, scope.budget)
  },
  argumentSchema: () => true,
  argument: onlyArgument,
})

import { decodeBase64, decodeUtf8 } from '../../value/index.ts'
import { stringSchema } from '../schemas.ts'
import { builtin, failed, messageOf, onlyArgument, resultOf, textContent } from './builtin.ts'

/** `fn::fromBase64: text`: the bytes as a string; they need not be UTF-8. */
export const fromBase64 = builtin({
  name: 'fromBase64',
  schema: stringSchema,
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const string = scope.typed(args[0]!, stringSchema)
    if (!string.ok) return failed(result)
    result.combine(string.value)
    if (result.unknown) return result
    try {
      result.content = decodeUtf8(decodeBase64(textContent(string.value)))
    } catch (error) {
      // The detail tells where the first wrong character is.
      scope.error(x.place, `decoding base64 string: ${result.secret ? '[secret]' : messageOf(error)}`)
      return failed(result)
    }
    return result
  },
  argumentSchema: () => stringSchema,
  argument: onlyArgument,
})

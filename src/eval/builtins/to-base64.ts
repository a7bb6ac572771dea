import { byteLength, encodeBase64, encodeUtf8 } from '../../value/index.ts'
import { stringSchema } from '../schemas.ts'
import { builtin, failed, onlyArgument, resultOf, textContent } from './builtin.ts'

/** `fn::toBase64: text`: standard base64 of the text's bytes. */
export const toBase64 = builtin({
  name: 'toBase64',
  schema: stringSchema,
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const string = scope.typed(args[0]!, stringSchema)
    if (!string.ok) return failed(result)
    result.combine(string.value)
    if (result.unknown) return result
    const text = textContent(string.value)
    scope.budget.textBytes(Math.ceil(byteLength(text) / 3) * 4)
    result.content = encodeBase64(encodeUtf8(text))
    return result
  },
  argumentSchema: () => stringSchema,
  argument: onlyArgument,
})

import { byteLength, rejoinUtf8 } from '../../value/index.ts'
import { arraySchema, stringSchema, tupleSchema } from '../schemas.ts'
import { isList } from '../value.ts'
import { builtin, failed, listArgument, resultOf, textContent } from './builtin.ts'

const strings = arraySchema(stringSchema)
const argument = tupleSchema([stringSchema, strings])

/** `fn::join: [delimiter, [strings]]`. */
export const join = builtin({
  name: 'join',
  schema: stringSchema,
  parts: (call) => [call.delimiter, call.values],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const delimiter = scope.typed(args[0]!, stringSchema)
    const values = scope.typed(args[1]!, strings)
    if (!delimiter.ok || !values.ok) return failed(result)
    result.combine(delimiter.value, values.value)
    const { content } = values.value
    if (result.unknown || !isList(content)) return result
    const between = textContent(delimiter.value)
    const texts = content.map(textContent)
    let bytes = byteLength(between) * Math.max(texts.length - 1, 0)
    for (const text of texts) {
      bytes += byteLength(text)
      scope.budget.textBytes(bytes)
    }
    result.content = rejoinUtf8(texts.join(between))
    return result
  },
  argumentSchema: () => argument,
  argument: listArgument,
})

import { arraySchema } from '../schemas.ts'
import { isList } from '../value.ts'
import { builtin, failed, onlyArgument, resultOf } from './builtin.ts'

const lists = arraySchema(arraySchema(true))

/** `fn::concat: [[…], […]]`: the elements of all the lists. The schema stays the declared one (§15, Q21). */
export const concat = builtin({
  name: 'concat',
  schema: arraySchema(true),
  parts: (call) => [call.argument],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const arrays = scope.typed(args[0]!, lists)
    if (!arrays.ok) return failed(result)
    result.combine(arrays.value)
    const { content } = arrays.value
    if (result.unknown || !isList(content)) return result
    result.content = content.flatMap(({ content }) => (isList(content) ? content : []))
    return result
  },
  argumentSchema: () => lists,
  argument: onlyArgument,
})

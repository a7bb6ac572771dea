import { decodeUtf8, encodeUtf8 } from '../../value/index.ts'
import { arraySchema, stringSchema, tupleSchema } from '../schemas.ts'
import { Value } from '../value.ts'
import { builtin, failed, listArgument, resultOf, textContent } from './builtin.ts'

const argument = tupleSchema([stringSchema, stringSchema])

/** `fn::split: [delimiter, string]`: an empty delimiter splits into characters. */
export const split = builtin({
  name: 'split',
  schema: arraySchema(stringSchema),
  parts: (call) => [call.delimiter, call.string],
  evaluate: (x, { args }, scope) => {
    const result = resultOf(x)
    const delimiter = scope.typed(args[0]!, stringSchema)
    const string = scope.typed(args[1]!, stringSchema)
    if (!delimiter.ok || !string.ok) return failed(result)
    result.combine(delimiter.value, string.value)
    if (result.unknown) return result
    result.content = splitText(textContent(string.value), textContent(delimiter.value)).map((part) => {
      scope.budget.step()
      return new Value(x, stringSchema, part)
    })
    return result
  },
  argumentSchema: () => argument,
  argument: listArgument,
})

/** Splits by bytes: a delimiter may be a part of a character only if it holds stray bytes. */
function splitText(text: string, delimiter: string): readonly string[] {
  if (delimiter === '') return Array.from(text)
  if (delimiter.isWellFormed()) return text.split(delimiter)
  const bytes = Buffer.from(encodeUtf8(text)).toString('latin1')
  const parts = bytes.split(Buffer.from(encodeUtf8(delimiter)).toString('latin1'))
  return parts.map((part) => decodeUtf8(Buffer.from(part, 'latin1')))
}

import { decodeEnvelope } from '../../crypto/envelope.ts'
import { stringSchema } from '../schemas.ts'
import { pending } from '../waiting.ts'
import { builtin, failed, messageOf, resultOf } from './builtin.ts'

/**
 * `fn::secret: text` or `fn::secret: {ciphertext: …}`. A plaintext secret is its own argument's value, so that its
 * origin is the text; a sealed one comes from the call (Q5). A broken envelope is reported even when it is not opened.
 */
export const secret = builtin({
  name: 'secret',
  schema: stringSchema,
  parts: (call) => [call.plaintext ?? call.ciphertext],
  evaluate: (x, { args }, scope, { ciphertext }) => {
    if (ciphertext === null) return scope.evaluate(args[0]!)
    const result = resultOf(x)
    result.secret = true
    let sealed: Uint8Array
    try {
      sealed = decodeEnvelope(ciphertext.value)
    } catch (error) {
      scope.error(x.place, `invalid ciphertext: ${messageOf(error)}`)
      return failed(result)
    }
    if (!scope.mode.decrypts) return failed(result)
    try {
      result.content = scope.outside.decrypt(ciphertext, scope.crypter, sealed)
    } catch (error) {
      if (error === pending) throw error
      scope.error(x.place, `decrypting: ${messageOf(error)}`)
      return failed(result)
    }
    return result
  },
  argumentSchema: () => true,
  argument: ({ args, call }, { plaintext }) => {
    if (plaintext !== null) return { kind: 'expression', expr: args[0]! }
    const range = call.argument.syntax?.range ?? null
    return { kind: 'object', range, members: [['ciphertext', args[0]!]] }
  },
})

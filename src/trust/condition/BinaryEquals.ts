import { piecesText } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/** Equality of the bytes that both sides encode in base64; text that is no base64 equals nothing. */
export const BinaryEquals: ConditionOperator = {
  name: 'BinaryEquals',
  negated: false,
  takesVariables: false,
  takesWildcards: false,
  compile: (wanted) => {
    const bytes = decode(piecesText(wanted))
    if (bytes === null) return () => false
    return (actual) => decode(actual)?.equals(bytes) ?? false
  },
}

function decode(text: string): Buffer | null {
  const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
  return base64.test(text) ? Buffer.from(text, 'base64') : null
}

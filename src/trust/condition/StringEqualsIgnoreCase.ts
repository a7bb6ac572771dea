import { piecesText } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/** Equality of the lower-cased texts, which is less than full case folding. */
export const StringEqualsIgnoreCase: ConditionOperator = {
  name: 'StringEqualsIgnoreCase',
  negated: false,
  takesVariables: true,
  takesWildcards: false,
  compile: (wanted) => {
    const text = piecesText(wanted).toLowerCase()
    return (actual) => actual.toLowerCase() === text
  },
}

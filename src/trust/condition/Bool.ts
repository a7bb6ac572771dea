import { piecesText } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/** `true` in any case is true, every other text is false; the two sides must agree. */
export const Bool: ConditionOperator = {
  name: 'Bool',
  negated: false,
  takesVariables: false,
  takesWildcards: false,
  compile: (wanted) => {
    const flag = isTrue(piecesText(wanted))
    return (actual) => isTrue(actual) === flag
  },
}

/** Whether the text is `true` in any case. */
export function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true'
}

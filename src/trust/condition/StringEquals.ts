import { piecesText } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/** Exact code points; `*` and `?` are plain characters. */
export const StringEquals: ConditionOperator = {
  name: 'StringEquals',
  negated: false,
  takesVariables: true,
  takesWildcards: false,
  compile: (wanted) => {
    const text = piecesText(wanted)
    return (actual) => actual === text
  },
}

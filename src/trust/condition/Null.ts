import { piecesText } from '../glob.ts'
import { isTrue } from './Bool.ts'
import type { ConditionOperator } from './operator.ts'

/**
 * `true` asks for an absent key, everything else for a present one. It looks at presence alone: `judge.ts` hands
 * its test the text `absent` or `present` in place of a request value.
 */
export const Null: ConditionOperator = {
  name: 'Null',
  negated: false,
  takesVariables: false,
  takesWildcards: false,
  compile: (wanted) => {
    const state = isTrue(piecesText(wanted)) ? 'absent' : 'present'
    return (actual) => actual === state
  },
}

import { piecesText } from '../glob.ts'
import { isInRange, parseCaller, parseRange } from './address.ts'
import type { ConditionOperator } from './operator.ts'

/** The caller's address lies in the range; a value that is no range matches nobody. */
export const IpAddress: ConditionOperator = {
  name: 'IpAddress',
  negated: false,
  takesVariables: false,
  takesWildcards: false,
  comparable: (actual) => parseCaller(actual) !== null,
  compile: (wanted) => {
    const range = parseRange(piecesText(wanted))
    if (range === null) return () => false
    return (actual) => {
      const address = parseCaller(actual)
      return address !== null && isInRange(address, range)
    }
  },
}

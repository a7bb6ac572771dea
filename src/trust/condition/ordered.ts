import { piecesText } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/**
 * A positive operator on values that have an order: `read` takes them from text, `compare` is below, at or above zero, `accepts`
 * says which of these pass. Text that cannot be read never matches.
 */
export function ordered<T>(
  name: string,
  read: (text: string) => T | null,
  compare: (actual: T, wanted: T) => number,
  accepts: (order: number) => boolean,
): ConditionOperator {
  return {
    name,
    negated: false,
    takesVariables: false,
    takesWildcards: false,
    compile: (wanted) => {
      const bound = read(piecesText(wanted))
      if (bound === null) return () => false
      return (actual) => {
        const value = read(actual)
        return value !== null && accepts(compare(value, bound))
      }
    },
  }
}

import type { Piece } from '../glob.ts'

/** Tells whether one request value meets one policy value, in the positive sense of the operator. */
export type ValueTest = (actual: string) => boolean

/**
 * One condition operator. What all share (absent keys, set prefixes, `IfExists`, lists, variables) is dealt with
 * once, in `judge.ts`; an operator only compares one request value with one policy value.
 */
export interface ConditionOperator {
  readonly name: string
  /** True when none of the policy values may match (`StringNotEquals`). */
  readonly negated: boolean
  /** Whether policy variables are replaced in its values. */
  readonly takesVariables: boolean
  /** Whether `*` and `?` are wildcards in its values. */
  readonly takesWildcards: boolean
  /** Compiles one policy value. */
  readonly compile: (wanted: readonly Piece[]) => ValueTest
  /** False for a request value that satisfies the operator neither way. Absent = every value can be compared. */
  readonly comparable?: (actual: string) => boolean
}

/** The operator that holds when `positive` matches none of the values. */
export function negation(name: string, positive: ConditionOperator): ConditionOperator {
  return { ...positive, name, negated: true }
}

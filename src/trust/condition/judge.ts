import type { ContextKey, RequestContext } from '../context.ts'
import { type Piece, piecesText } from '../glob.ts'
import type { ConditionEntry, ConditionValue } from '../policy/document.ts'
import { expandTemplate } from '../variables.ts'
import { Null } from './Null.ts'
import type { ValueTest } from './operator.ts'

/** Why a condition holds or not, for the words of an explanation. */
export type JudgementReason =
  | 'null-test'
  | 'absent-satisfies-all-values'
  | 'absent-fails-any-value'
  | 'absent-satisfies-if-exists'
  | 'absent-satisfies-negation'
  | 'absent'
  | 'multivalued-key'
  | 'not-comparable'
  | 'compared'

/** Whether a condition holds, and why. */
export interface Judgement {
  readonly holds: boolean
  readonly reason: JudgementReason
}

/** Evaluates one (operator, key) pair by the rules of aws specification §3.3, in their order. */
export function judge(entry: ConditionEntry, context: RequestContext): Judgement {
  const key = context.get(entry.key)
  if (entry.operator === Null) {
    const state = key === null ? 'absent' : 'present'
    return { holds: entry.values.some((value) => value.test?.(state) ?? false), reason: 'null-test' }
  }
  if (key === null) return judgeAbsent(entry)
  if (entry.set === null) return judgeSingle(entry, key, context)
  const tests = valueTests(entry, context)
  const passes = (value: string): boolean => holdsFor(entry, value, tests)
  const holds = entry.set === 'ForAllValues' ? key.values.every(passes) : key.values.some(passes)
  return { holds, reason: 'compared' }
}

function judgeAbsent({ set, ifExists, operator }: ConditionEntry): Judgement {
  if (set === 'ForAllValues') return { holds: true, reason: 'absent-satisfies-all-values' }
  // Not established for IfExists; the measured behaviour of other keys is that the set decides.
  if (set === 'ForAnyValue') return { holds: false, reason: 'absent-fails-any-value' }
  if (ifExists) return { holds: true, reason: 'absent-satisfies-if-exists' }
  if (operator.negated) return { holds: true, reason: 'absent-satisfies-negation' }
  return { holds: false, reason: 'absent' }
}

function judgeSingle(entry: ConditionEntry, key: ContextKey, context: RequestContext): Judgement {
  if (key.multivalued) return { holds: false, reason: 'multivalued-key' }
  const value = key.values[0]!
  if (entry.operator.comparable?.(value) === false) return { holds: false, reason: 'not-comparable' }
  return { holds: holdsFor(entry, value, valueTests(entry, context)), reason: 'compared' }
}

function holdsFor({ operator }: ConditionEntry, value: string, tests: readonly ValueTest[]): boolean {
  if (operator.comparable?.(value) === false) return false
  return tests.some((test) => test(value)) !== operator.negated
}

// A value whose variable has no value is equal to nothing, so it is left out.
function valueTests(entry: ConditionEntry, context: RequestContext): ValueTest[] {
  return entry.values.flatMap((value) => {
    if (value.test !== null) return [value.test]
    const pieces = expandTemplate(value.template, context.lookup)
    return pieces === null ? [] : [entry.operator.compile(pieces)]
  })
}

/** The policy values after variables were replaced, as text a person can read; `null` for "no value". */
export function expandedValue(value: ConditionValue, context: RequestContext): string | null {
  if (value.test !== null) return value.text
  const pieces = expandTemplate(value.template, context.lookup)
  return pieces === null ? null : piecesText(pieces as readonly Piece[])
}

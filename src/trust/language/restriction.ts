import { isTrue } from '../condition/Bool.ts'
import { Null } from '../condition/Null.ts'
import type { ConditionEntry } from '../policy/document.ts'
import { type Automaton, automatonOf } from './automaton.ts'
import { anyText, either, text } from './expression.ts'
import { intersect, isEmpty, isSubset, shortest } from './operations.ts'
import { valueLanguage } from './value-language.ts'

/** What a condition key can be in tokens and calls of one kind. */
export interface KeyDomain {
  readonly mayBeAbsent: boolean
  /** `null` = never present. */
  readonly values: Automaton | null
  readonly multivalued: boolean
  /** A single-valued key that some tokens make a set of. */
  readonly mayBeSet?: boolean
  /** All values when they are few, so that every operator can simply be tried on them. */
  readonly finite: readonly string[] | null
}

/** What conditions leave of a key: absent or not, every value in `all`, some value in each of `some`. */
export interface Restriction {
  readonly absent: boolean
  readonly present: boolean
  readonly all: Automaton
  readonly some: readonly Automaton[]
  /** Conditions on numbers, times, addresses and bytes, which only a trial can settle. */
  readonly untold: readonly ConditionEntry[]
  /** False when policy variables made this an estimate from above. */
  readonly exact: boolean
  /** Conditions that patterns do not settle, by their text: whether each holds. One cannot hold and fail for one call. */
  readonly taken: ReadonlyMap<string, boolean>
}

const everything = automatonOf(anyText)

/** A request of which nothing is known. */
export const unrestricted: Restriction = {
  absent: true,
  present: true,
  all: everything,
  some: [],
  untold: [],
  exact: true,
  taken: new Map(),
}

/** What must be true of its key for a condition to hold (`want`) or to fail. */
export function restrictionOf(entry: ConditionEntry, domain: KeyDomain, want: boolean): Restriction {
  if (entry.operator === Null) return nullRestriction(entry, want)
  const language = languageOf(entry, domain, want)
  const untold = language === null ? [entry] : []
  const exact = language?.exact ?? false
  const values = language?.automaton ?? everything
  const taken = exact ? unrestricted.taken : new Map([[textOf(entry), want]])
  const base = { ...unrestricted, untold, exact, taken }
  if (entry.set === 'ForAllValues') {
    return want ? { ...base, all: values } : { ...base, absent: false, some: [values] }
  }
  if (entry.set === 'ForAnyValue') {
    return want ? { ...base, absent: false, some: [values] } : { ...base, all: values }
  }
  const absent = (entry.ifExists || entry.operator.negated) === want
  if (domain.multivalued) return { ...unrestricted, absent, present: !want }
  // A set fails an operator without a prefix whatever it holds.
  if (domain.mayBeSet === true && !want) return { ...base, absent, exact: false }
  return { ...base, absent, all: values }
}

// Two conditions of one text answer alike to one call, whatever they compare.
function textOf({ operatorName, key, values }: ConditionEntry): string {
  const wanted = values.map(({ text: value, test }) => [value, test === null])
  return JSON.stringify([operatorName, key.toLowerCase(), wanted.map((one) => JSON.stringify(one)).sort()])
}

function nullRestriction(entry: ConditionEntry, want: boolean): Restriction {
  const absent = entry.values.some(({ text: value }) => isTrue(value))
  const present = entry.values.some(({ text: value }) => !isTrue(value))
  return { ...unrestricted, absent: absent === want, present: present === want }
}

// A value language for text operators; for the others the few values of a finite domain are tried.
function languageOf(
  entry: ConditionEntry,
  domain: KeyDomain,
  want: boolean,
): { readonly automaton: Automaton; readonly exact: boolean } | null {
  const language = valueLanguage(entry, want)
  if (language !== null || domain.finite === null) return language
  const passes = (value: string): boolean =>
    entry.operator.comparable?.(value) !== false &&
    entry.values.some(({ test }) => test?.(value)) !== entry.operator.negated
  const values = domain.finite.filter((value) => passes(value) === want)
  return { automaton: automatonOf(either(...values.map(text))), exact: true }
}

/** Both restrictions at once. */
export function both(a: Restriction, b: Restriction): Restriction {
  const contradiction = [...b.taken].some(([entry, want]) => a.taken.get(entry) === !want)
  return {
    absent: a.absent && b.absent && !contradiction,
    present: a.present && b.present && !contradiction,
    all: a.all === everything ? b.all : b.all === everything ? a.all : intersect(a.all, b.all),
    some: [...a.some, ...b.some],
    untold: [...a.untold, ...b.untold],
    exact: a.exact && b.exact,
    taken: b.taken.size === 0 ? a.taken : new Map([...a.taken, ...b.taken]),
  }
}

/** How a key can be chosen: `null` = absent, a list = its values; `undefined` = in no way. */
export type Choice = readonly string[] | null | undefined

/** A way to meet a restriction within the domain; an absent key is preferred, as the less is said the better. */
export function choose(domain: KeyDomain, restriction: Restriction): Choice {
  if (restriction.absent && domain.mayBeAbsent) return null
  const values = valuesLeft(domain, restriction)
  if (values === null) return undefined
  if (isSet(domain)) {
    const chosen = restriction.some.map((some) => shortest(intersect(values, some)))
    if (chosen.some((value) => value === null)) return undefined
    const first = chosen.length > 0 ? [] : [shortest(values)]
    return [...new Set([...(chosen as string[]), ...(first as string[])])]
  }
  const value = shortest(values)
  return value === null ? undefined : [value]
}

function isSet({ multivalued, mayBeSet }: KeyDomain): boolean {
  return multivalued || mayBeSet === true
}

/** The values a restriction leaves of a domain; `null` when it leaves none. */
export function valuesLeft(domain: KeyDomain, restriction: Restriction): Automaton | null {
  if (!restriction.present || domain.values === null) return null
  const all = restriction.all === everything ? domain.values : intersect(domain.values, restriction.all)
  const values = isSet(domain) ? all : restriction.some.reduce(intersect, all)
  return isEmpty(values) ? null : values
}

/** Whether a restriction can be met at all. */
export function isPossible(domain: KeyDomain, restriction: Restriction): boolean {
  return choose(domain, restriction) !== undefined
}

/** Whether patterns alone say what the restriction leaves. */
export function isTold({ untold, exact }: Restriction): boolean {
  return exact && untold.length === 0
}

/** Whether every call meets the restriction, whatever the key holds. */
export function isAlwaysMet(domain: KeyDomain, restriction: Restriction): boolean {
  const { absent, present, all, some } = restriction
  if (!isTold(restriction) || (domain.mayBeAbsent && !absent)) return false
  if (domain.values === null) return true
  return present && some.every((one) => isSubset(domain.values!, one)) && isSubset(domain.values, all)
}

/** A domain of a few values that is always present. */
export function fixedDomain(...values: readonly string[]): KeyDomain {
  return {
    mayBeAbsent: false,
    values: automatonOf(either(...values.map(text))),
    multivalued: false,
    finite: values,
  }
}

/** A key no request has. */
export const absentDomain: KeyDomain = { mayBeAbsent: true, values: null, multivalued: false, finite: null }

/** A domain of any value in the automaton. */
export function openDomain(values: Automaton, mayBeAbsent: boolean, multivalued = false): KeyDomain {
  return { mayBeAbsent, values, multivalued, finite: null }
}

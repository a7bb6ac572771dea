import { globPieces, type Piece, piecesText } from '../glob.ts'
import type { ConditionEntry, ConditionValue } from '../policy/document.ts'
import { isConstant } from '../variables.ts'
import { type Automaton, automatonOf, TooManyStates } from './automaton.ts'
import {
  anyText,
  anyUnitExpression,
  type Expression,
  either,
  type Interval,
  lastUnit,
  ofPieces,
  repeat,
  sequence,
  text,
  unit,
} from './expression.ts'
import { complement, intersect } from './operations.ts'

/** The values that satisfy an operator, and whether policy variables made it an estimate. */
export interface ValueLanguage {
  readonly automaton: Automaton
  readonly exact: boolean
}

const noColon = unit([0, 57], [59, lastUnit])
const field = repeat(noColon)
const anyArn = automatonOf(
  sequence(text('arn:'), field, text(':'), field, text(':'), field, text(':'), field, text(':'), anyText),
)

/**
 * The single values that pass a string or ARN operator (`want`), or fail it; `null` for operators that compare
 * numbers by size, times, addresses or bytes, which patterns cannot describe.
 *
 * A value with variables depends on the request, and a number can be written in many ways: the answer then errs
 * towards more values, never fewer.
 *
 * @throws TooManyStates
 */
export function valueLanguage(entry: ConditionEntry, want: boolean): ValueLanguage | null {
  const known = languages.get(entry) ?? new Map<boolean, ValueLanguage | TooManyStates | null>()
  languages.set(entry, known)
  const found = known.get(want)
  if (found instanceof TooManyStates) throw found
  if (found !== undefined) return found
  try {
    const built = buildLanguage(entry, want)
    known.set(want, built)
    return built
  } catch (error) {
    if (error instanceof TooManyStates) known.set(want, error)
    throw error
  }
}

// A statement is asked about for every audience and every kind of token; that its patterns are too many is found out once, too.
const languages = new WeakMap<ConditionEntry, Map<boolean, ValueLanguage | TooManyStates | null>>()

function buildLanguage(entry: ConditionEntry, want: boolean): ValueLanguage | null {
  const base = entry.operator.name.replace(/Not/, '')
  if (base === 'NumericEquals') return numberLanguage(entry, want)
  if (!/^(String|Arn)/.test(base)) return null
  const positive = want !== entry.operator.negated
  const exact = entry.values.every((value) => value.test !== null && !foldsInContext(base, value))
  // The complement of what surely matches holds at least what may fail.
  const values = positive ? entry.values : entry.values.filter(({ test }) => test !== null)
  const matching = automatonOf(either(...values.map((value) => expressionOf(base, value, positive))))
  const language = positive ? matching : complement(matching)
  if (!base.startsWith('Arn')) return { automaton: language, exact }
  // Text that is no ARN satisfies neither the operator nor its negation, so it always fails.
  return { automaton: want ? intersect(language, anyArn) : failingArn(entry, matching), exact }
}

const digits = repeat(unit([48, 57]))
const zeros = repeat(text('0'))
const exponent = sequence(anyText, unit([69, 69], [101, 101]), anyText)

// Equal numbers are written in many ways. What may be equal: the whole number itself with zeros around it, and whatever has an
// exponent; what may be unequal: everything but the plain number. Other numbers than plain whole ones are left to a trial.
function numberLanguage({ operator, values }: ConditionEntry, want: boolean): ValueLanguage | null {
  if (!values.every(({ text: value }) => /^(0|[1-9]\d*)$/.test(value))) return null
  const plain = values.map(({ text: value }) => text(value))
  if (want === operator.negated) return { automaton: complement(automatonOf(either(...plain))), exact: false }
  const sign = either(text(''), text('+'), text('-'))
  const whole = values.some(({ text: value }) => value === '0')
    ? either(...plain, text(''))
    : either(...plain)
  const written = sequence(sign, zeros, whole, either(text(''), sequence(text('.'), digits)))
  return { automaton: automatonOf(either(written, exponent)), exact: false }
}

function failingArn(entry: ConditionEntry, matching: Automaton): Automaton {
  const passing = intersect(entry.operator.negated ? complement(matching) : matching, anyArn)
  return complement(passing)
}

// Lower case is a matter of single units in ASCII only: a final sigma, an I with a dot or a pair of surrogates depend on what is
// beside them.
function foldsInContext(base: string, { text: value, test }: ConditionValue): boolean {
  return base === 'StringEqualsIgnoreCase' && (test === null || !/^[\0-\x7f]*$/.test(value.toLowerCase()))
}

function expressionOf(base: string, value: ConditionValue, atLeast: boolean): Expression {
  if (foldsInContext(base, value)) {
    if (atLeast || !isConstant(value.template)) return anyText
    const exact = piecesText(value.template)
    const lower = exact.toLowerCase()
    return either(text(exact), ...(lower.toLowerCase() === lower ? [text(lower)] : []))
  }
  const pieces = value.template.flatMap((part): (Piece | null)[] =>
    typeof part === 'object' && 'variable' in part ? [null] : [part],
  )
  if (base === 'StringEqualsIgnoreCase') return sequence(...pieces.map(ignoringCase))
  if (base.startsWith('Arn')) return arnExpression(pieces)
  return sequence(...pieces.map((piece) => (piece === null ? anyText : ofPieces([piece]))))
}

function arnExpression(pieces: readonly (Piece | null)[]): Expression {
  let colons = 0
  const parts: Expression[] = []
  for (const piece of pieces) {
    // A variable may hold colons of its own, after which fields cannot be told apart.
    if (piece === null) return anyText
    if (typeof piece === 'string') {
      colons += piece.split(':').length - 1
      parts.push(text(piece))
    } else parts.push(ofPieces([piece], colons < 5 ? noColon : anyUnitExpression))
  }
  return colons < 5 ? either() : sequence(...parts)
}

function ignoringCase(piece: Piece | null): Expression {
  if (typeof piece !== 'string') return piece === null ? anyText : text(piece.wildcard)
  const lower = piece.toLowerCase()
  const units = Array.from({ length: lower.length }, (_, i) => lower.charCodeAt(i))
  return sequence(...units.map((code) => unit(...(variants().get(code) ?? [[code, code]]))))
}

let variantTable: ReadonlyMap<number, readonly Interval[]> | null = null

// Every unit by the unit it becomes in lower case.
function variants(): ReadonlyMap<number, readonly Interval[]> {
  if (variantTable !== null) return variantTable
  const table = new Map<number, Interval[]>()
  for (let code = 0; code <= lastUnit; code += 1) {
    const lower = String.fromCharCode(code).toLowerCase()
    if (lower.length !== 1) continue
    const target = lower.charCodeAt(0)
    table.set(target, [...(table.get(target) ?? []), [code, code]])
  }
  variantTable = table
  return table
}

/** The language of one pattern, written as a value of `StringLike` without variables. */
export function patternLanguage(pattern: string): Automaton {
  return automatonOf(ofPieces(globPieces(pattern)))
}

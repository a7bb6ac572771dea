import type { ConditionOperator } from './operator.ts'
import { ordered } from './ordered.ts'

/** A decimal of any size: `sign * 0.digits * 10^scale`, digits without zeros at either end; zero has no digits. */
export interface Decimal {
  readonly sign: -1 | 0 | 1
  readonly digits: string
  readonly scale: bigint
}

/** Reads decimal text with an optional exponent and leading zeros; `null` when it is no number. */
export function parseDecimal(text: string): Decimal | null {
  const found = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/.exec(text)
  if (found === null) return null
  const whole = found[2] ?? ''
  const all = whole + (found[3] ?? found[4] ?? '')
  const leading = /^0*/.exec(all)![0].length
  const digits = trimZeros(all.slice(leading))
  if (digits === '') return { sign: 0, digits, scale: 0n }
  const scale = BigInt(whole.length - leading) + BigInt(found[5] ?? '0')
  return { sign: found[1] === '-' ? -1 : 1, digits, scale }
}

// A regular expression anchored only at the end would try every zero, quadratic in a long run.
function trimZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}

/** Below, at or above zero as `a` is less than, equal to or greater than `b`; exact at any size. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.scale !== b.scale) return a.scale < b.scale ? -a.sign : a.sign
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign
}

/** The positive numeric operator that accepts the given orders; text that is no number never matches. */
export function numeric(name: string, accepts: (order: number) => boolean): ConditionOperator {
  return ordered(name, parseDecimal, compareDecimals, accepts)
}

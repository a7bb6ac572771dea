import type { ConditionOperator } from './operator.ts'
import { ordered } from './ordered.ts'

const iso =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/

/**
 * Milliseconds since the epoch of ISO 8601 text (a date alone is midnight UTC, no offset means UTC) or of epoch
 * seconds; `null` when it is neither. Finer fractions are cut off.
 */
export function parseInstant(text: string): number | null {
  const epoch = /^(-?\d{1,13})(?:\.(\d+))?$/.exec(text)
  if (epoch !== null) {
    const millis = fraction(epoch[2])
    return Number(epoch[1]) * 1000 + (text.startsWith('-') ? -millis : millis)
  }
  const found = iso.exec(text)
  if (found === null) return null
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const dayOfMonth = found[3] === undefined ? 1 : day!
  if (hour! > 23 || minute! > 59 || second! > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, dayOfMonth)
  // A day that does not exist rolls over; then the text was no date.
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== dayOfMonth) return null
  date.setUTCHours(hour!, minute!, second!, fraction(found[7]))
  const offset = offsetMinutes(found[8])
  return offset === null ? null : date.getTime() - offset * 60_000
}

function fraction(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.slice(0, 3).padEnd(3, '0'))
}

function offsetMinutes(text: string | undefined): number | null {
  if (text === undefined || text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(-2))
  if (hours > 23 || minutes > 59) return null
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** The positive date operator that accepts the given orders; text that is no date never matches. */
export function dated(name: string, accepts: (order: number) => boolean): ConditionOperator {
  return ordered(name, parseInstant, (actual, wanted) => actual - wanted, accepts)
}

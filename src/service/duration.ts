import { AppError } from '../diag/index.ts'

const unitMilliseconds: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/**
 * The milliseconds of a duration in the wire's syntax: one or more decimal numbers, each with a unit, e.g. `2h0m0s`, `1.5h`.
 * A sign is read, and `0` needs no unit. `null` when the text is not a duration.
 */
export function parseDuration(text: string): number | null {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (rest === '0') return 0
  if (rest === '') return null
  const parts = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy
  let total = 0
  while (parts.lastIndex < rest.length) {
    const part = parts.exec(rest)
    if (part === null) return null
    total += Number(part[1]) * unitMilliseconds.get(part[2]!)!
  }
  return sign === '-' ? -total : total
}

/** Sessions live so long when the caller asks for nothing. */
export const defaultSessionMilliseconds = 3_600_000

/** No session lives longer, unless the operator allows it (S-22). */
export const longestSessionMilliseconds = 4 * 3_600_000

/**
 * How long a session may live, in milliseconds: the asked duration, at most `longest`.
 *
 * @throws AppError REQUEST_INVALID for anything but a positive duration
 */
export function sessionMilliseconds(
  text: string | undefined,
  longest: number = longestSessionMilliseconds,
): number {
  if (text === undefined) return Math.min(defaultSessionMilliseconds, longest)
  const milliseconds = parseDuration(text)
  if (milliseconds === null || !(milliseconds > 0) || !Number.isFinite(milliseconds)) {
    throw new AppError('REQUEST_INVALID', {
      what: `invalid duration \`${text.slice(0, 40)}\`: wanted a positive number with a unit of ns, us, ms, s, m or h`,
      hint: 'write for example `1h30m`',
    })
  }
  return Math.min(Math.ceil(milliseconds), longest)
}

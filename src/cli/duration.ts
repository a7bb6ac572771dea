/** A length of time as Go writes it: exact nanoseconds, negative allowed. */
export interface Duration {
  readonly nanoseconds: bigint
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const limit = 1n << 63n

/**
 * The duration that a text like `1h30m` or `-1.5s` means.
 *
 * @throws Error in the words of Go's `time.ParseDuration`
 */
export function parseDuration(text: string): Duration {
  const invalid = () => new Error(`time: invalid duration ${JSON.stringify(text)}`)
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (body === '0') return { nanoseconds: 0n }
  if (body === '') throw invalid()
  let total = 0n
  let rest = body
  while (rest !== '') {
    const [all = '', number = '', unit = ''] = /^(\d*\.?\d*)([^\d.]*)/s.exec(rest) ?? []
    if (number === '' || number === '.') throw invalid()
    if (unit === '') throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`)
    const scale = Object.hasOwn(units, unit) ? units[unit] : undefined
    if (scale === undefined) {
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    }
    total += scaled(number, scale)
    if (total > limit || (total === limit && sign !== '-')) throw invalid()
    rest = rest.slice(all.length)
  }
  return { nanoseconds: sign === '-' ? -total : total }
}

function scaled(number: string, scale: bigint): bigint {
  const [whole = '', fraction = ''] = number.split('.')
  const fractional = fraction === '' ? 0n : (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
  return BigInt(whole === '' ? '0' : whole) * scale + fractional
}

/** A duration of whole hours. */
export function hours(count: number): Duration {
  return { nanoseconds: BigInt(count) * 3_600_000_000_000n }
}

/** Whole seconds, towards zero. */
export function toSeconds(duration: Duration): number {
  return Number(duration.nanoseconds / 1_000_000_000n)
}

/** A duration in Go's notation: `2h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration({ nanoseconds }: Duration): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`
  const seconds = decimal(size % 60_000_000_000n, 9)
  const minutes = size / 60_000_000_000n
  if (minutes === 0n) return `${sign}${seconds}s`
  if (minutes < 60n) return `${sign}${minutes}m${seconds}s`
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`
}

function decimal(value: bigint, places: number): string {
  const scale = 10n ** BigInt(places)
  const fraction = (value % scale)
    .toString()
    .padStart(places, '0')
    .replace(/(?<!0)0+$/, '')
  return `${value / scale}${fraction === '' ? '' : `.${fraction}`}`
}

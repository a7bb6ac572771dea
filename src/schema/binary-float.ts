const precision = 64n
// Powers of five are kept exact up to this many bits; beyond, the error is far below the rounding of a result.
const powerBits = 256n
const largestExponent = 1_000_000_000n

/**
 * A binary float with a 64-bit mantissa, rounded to nearest even: the arithmetic of the numeric keywords (§10.2).
 * The value is `mantissa * 2^exponent`; `infinite` numbers have only a sign.
 */
export interface BinaryFloat {
  readonly sign: 1n | -1n
  readonly mantissa: bigint
  readonly exponent: bigint
  readonly infinite: boolean
}

const decimal = /^([-+]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?$/

/** The float nearest to a decimal text; `null` when the text is not a number (`NaN`). */
export function parseBinaryFloat(text: string): BinaryFloat | null {
  if (text === '+Inf' || text === '-Inf') return infinity(text === '+Inf' ? 1n : -1n)
  const match = decimal.exec(text)
  if (match === null) return null
  const [, minus, whole = '', fraction = '', power = '0'] = match
  if (whole + fraction === '') return null
  const sign = minus === '-' ? -1n : 1n
  const digits = BigInt(whole + fraction)
  if (digits === 0n) return { sign, mantissa: 0n, exponent: 0n, infinite: false }
  const ten = BigInt(power) - BigInt(fraction.length)
  if (ten > largestExponent) return infinity(sign)
  if (ten < -largestExponent) return { sign, mantissa: 0n, exponent: 0n, infinite: false }
  const five = powerOfFive(ten < 0n ? -ten : ten)
  if (ten >= 0n) return rounded(sign, digits * five.mantissa, five.exponent + ten, false)
  return quotient(sign, { mantissa: digits, exponent: ten }, five)
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compareBinaryFloats(a: BinaryFloat, b: BinaryFloat): number {
  if (a.infinite || b.infinite) return Number(infiniteRank(a) - infiniteRank(b))
  const left = a.sign * a.mantissa
  const right = b.sign * b.mantissa
  if (left === 0n || right === 0n || a.sign !== b.sign) return left < right ? -1 : left > right ? 1 : 0
  // Mantissas have at most 64 bits, so far apart the exponents decide, without building huge integers.
  const gap = a.exponent - b.exponent
  if (gap > 128n) return Number(a.sign)
  if (gap < -128n) return -Number(a.sign)
  const x = gap > 0n ? left << gap : left
  const y = gap < 0n ? right << -gap : right
  return x < y ? -1 : x > y ? 1 : 0
}

/** Whether `a / b`, rounded to the same precision, is an integer; never for a `b` of zero. */
export function isMultipleOf(a: BinaryFloat, b: BinaryFloat): boolean {
  if (a.infinite || b.infinite || b.mantissa === 0n) return false
  if (a.mantissa === 0n) return true
  const result = quotient(1n, a, b)
  if (result.exponent >= 0n) return true
  return -result.exponent < 64n && result.mantissa % (1n << -result.exponent) === 0n
}

interface Scaled {
  readonly mantissa: bigint
  readonly exponent: bigint
}

function quotient(sign: 1n | -1n, a: Scaled, b: Scaled): BinaryFloat {
  const bitsWanted = precision + 2n
  const shift = bitsWanted + bitLength(b.mantissa) - bitLength(a.mantissa)
  const up = shift > 0n ? shift : 0n
  const dividend = a.mantissa << up
  const mantissa = dividend / b.mantissa
  return rounded(sign, mantissa, a.exponent - b.exponent - up, dividend % b.mantissa !== 0n)
}

/** Rounds to 64 bits, half to even; `sticky` says that something was cut off below the mantissa. */
function rounded(sign: 1n | -1n, mantissa: bigint, exponent: bigint, sticky: boolean): BinaryFloat {
  const excess = bitLength(mantissa) - precision
  if (excess <= 0n) return { sign, mantissa, exponent, infinite: false }
  const half = 1n << (excess - 1n)
  const rest = mantissa & ((1n << excess) - 1n)
  let kept = mantissa >> excess
  if (rest > half || (rest === half && (sticky || (kept & 1n) === 1n))) kept += 1n
  return { sign, mantissa: kept, exponent: exponent + excess, infinite: false }
}

function powerOfFive(power: bigint): Scaled {
  let result: Scaled = { mantissa: 1n, exponent: 0n }
  let square: Scaled = { mantissa: 5n, exponent: 0n }
  for (let rest = power; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = product(result, square)
    square = product(square, square)
  }
  return result
}

function product(a: Scaled, b: Scaled): Scaled {
  const mantissa = a.mantissa * b.mantissa
  const excess = bitLength(mantissa) - powerBits
  const exponent = a.exponent + b.exponent
  return excess > 0n ? { mantissa: mantissa >> excess, exponent: exponent + excess } : { mantissa, exponent }
}

function bitLength(value: bigint): bigint {
  const hex = value.toString(16)
  return BigInt(hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28)
}

function infinity(sign: 1n | -1n): BinaryFloat {
  return { sign, mantissa: 0n, exponent: 0n, infinite: true }
}

function infiniteRank(a: BinaryFloat): bigint {
  return a.infinite ? a.sign : 0n
}

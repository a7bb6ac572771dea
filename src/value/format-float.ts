/**
 * A double as the language prints it (§2.2): the shortest digits that round-trip, in exponent form below 1e-4 and
 * from 1e+6 upward; `+Inf`, `-Inf`, `NaN` for the others.
 */
export function formatFloat(double: number): string {
  if (Number.isNaN(double)) return 'NaN'
  if (!Number.isFinite(double)) return double > 0 ? '+Inf' : '-Inf'
  if (double === 0) return Object.is(double, -0) ? '-0' : '0'
  const sign = double < 0 ? '-' : ''
  const [mantissa, power] = Math.abs(double).toExponential().split('e') as [string, string]
  const digits = mantissa.replace('.', '')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 6) {
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const mark = exponent < 0 ? '-' : '+'
    return `${sign}${digits[0]}${rest}e${mark}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

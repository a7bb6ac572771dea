/**
 * What is said about a bound that something would pass: `limit_exceeded: 20,001 nodes at line 914 (limit 20,000)`.
 *
 * `got` is the amount met so far, at least one more than `limit`; `line` is where that was.
 */
export function limitMessage(got: number, what: string, limit: number, line = 0): string {
  const at = line === 0 ? '' : ` at line ${line}`
  return `limit_exceeded: ${grouped(got)} ${what}${at} (limit ${grouped(limit)})`
}

function grouped(count: number): string {
  return String(Math.ceil(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

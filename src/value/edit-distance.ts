import { quote } from './quote.ts'
import { encodeUtf8 } from './utf8.ts'

// A suggestion is a courtesy: beyond this much work, and for names longer than this, none is made.
const longestName = 256
const workLimit = 20_000_000

/** The Levenshtein distance over UTF-8 bytes after dropping `_` and lower-casing both (§5.6). */
export function editDistance(a: string, b: string): number {
  return distance(fold(a), fold(b))
}

/**
 * The candidate nearest to `x`, or `""` when none is closer than half of x's length (§5.6). Ties keep the first.
 * Candidates come in sorted order.
 */
export function nearest(x: string, candidates: Iterable<string>): string {
  const folded = fold(x)
  if (folded.length > longestName) return ''
  let bound = Math.floor((folded.length + 1) / 2)
  let winner = ''
  let work = 0
  for (const candidate of candidates) {
    const other = fold(candidate)
    if (Math.abs(other.length - folded.length) >= bound) continue
    work += other.length * folded.length
    if (work > workLimit) break
    const found = distance(folded, other)
    if (found < bound) {
      bound = found
      winner = candidate
    }
  }
  return winner
}

/** `; did you mean "near"?`, or `""` when no candidate is near enough. */
export function didYouMean(x: string, candidates: Iterable<string>): string {
  const name = nearest(x, candidates)
  return name === '' ? '' : `; did you mean ${quote(name)}?`
}

function fold(text: string): Uint8Array {
  return encodeUtf8(text.replaceAll('_', '').toLowerCase())
}

function distance(a: Uint8Array, b: Uint8Array): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

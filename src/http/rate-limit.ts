import { AppError } from '../diag/index.ts'

/** How many requests one key may make: so many a second, and so many at once after a rest. */
export interface RateLimit {
  readonly perSecond: number
  readonly burst: number
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number
}

interface Bucket {
  tokens: number
  filledMs: number
}

/** As many callers as are remembered; whoever is forgotten starts with a full bucket. */
const mostBuckets = 10_000

/**
 * Counts requests by key, a bucket for each (S-55).
 *
 * @returns what takes one request from the bucket of a key, and throws AppError RATE_LIMITED when it is empty
 */
export function createRateLimiter(
  { perSecond, burst, nowMs }: RateLimit,
  per = 'with this token',
): (key: string) => void {
  const buckets = new Map<string, Bucket>()
  return (key) => {
    const now = nowMs()
    const bucket = buckets.get(key) ?? { tokens: burst, filledMs: now }
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledMs) / 1_000) * perSecond)
    buckets.delete(key)
    buckets.set(key, { tokens: Math.max(0, tokens - 1), filledMs: now })
    if (buckets.size > mostBuckets) {
      const [oldest] = buckets.keys()
      if (oldest !== undefined) buckets.delete(oldest)
    }
    if (tokens < 1) throw new AppError('RATE_LIMITED', { limit: perSecond, per })
  }
}

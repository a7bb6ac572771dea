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

/** How many of something one key may have in any stretch of so many milliseconds. */
export interface WindowLimit {
  readonly most: number
  readonly milliseconds: number
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number
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
    if (tokens < 1) throw new AppError('RATE_LIMITED', { limit: `${perSecond} requests a second`, per })
  }
}

/**
 * Counts by key over a sliding window: never more than `most` in any stretch of the window's length (S-55).
 *
 * @returns what takes one for a key, and throws AppError RATE_LIMITED when there is none left
 */
export function createWindowLimiter(
  { most, milliseconds, nowMs }: WindowLimit,
  what: string,
  per: string,
): (key: string) => void {
  const taken = new Map<string, readonly number[]>()
  return (key) => {
    const now = nowMs()
    const recent = (taken.get(key) ?? []).filter((at) => at > now - milliseconds)
    const allowed = recent.length < most
    taken.delete(key)
    taken.set(key, allowed ? [...recent, now] : recent)
    if (taken.size > mostBuckets) {
      const [oldest] = taken.keys()
      if (oldest !== undefined) taken.delete(oldest)
    }
    if (!allowed) throw new AppError('RATE_LIMITED', { limit: `${most} ${what}`, per })
  }
}

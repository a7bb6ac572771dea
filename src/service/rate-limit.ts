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

/** Takes one for a key. @throws AppError RATE_LIMITED, at once or, where several servers share the limit, when they have been asked */
export type Limiter = (key: string) => void | Promise<void>

/** Makes limiters; `name` tells apart, among all servers, what they limit. */
export interface Counting {
  readonly rate: (name: string, limit: RateLimit, per?: string) => Limiter
  readonly window: (name: string, limit: WindowLimit, what: string, per: string) => Limiter
}

/** Each limiter counts what comes to this server, and nothing else. */
export const countedHere: Counting = {
  rate: (_name, limit, per) => createRateLimiter(limit, per),
  window: (_name, limit, what, per) => createWindowLimiter(limit, what, per),
}

/** As many callers as are remembered; whoever is forgotten starts with a full bucket. */
const mostBuckets = 10_000

/**
 * Counts requests by key, a bucket for each (S-55). A refused request takes nothing, so that whoever asks again too early
 * waits no longer than was said.
 *
 * @returns what takes one request from the bucket of a key, and throws AppError RATE_LIMITED, with the seconds until there is
 *   one again, when it is empty
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
    // A hair of rounding must not turn "wait 1 s" into two.
    const allowed = tokens > 1 - 1e-9
    remember(buckets, key, allowed ? { tokens: Math.max(0, tokens - 1), filledMs: now } : bucket)
    if (!allowed) throw limited(`${perSecond} requests a second`, per, ((1 - tokens) / perSecond) * 1_000)
  }
}

/**
 * Counts by key over a sliding window: never more than `most` in any stretch of the window's length (S-55).
 *
 * @returns what takes one for a key, and throws AppError RATE_LIMITED, with the seconds until the oldest is out of the window,
 *   when there is none left
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
    remember(taken, key, allowed ? [...recent, now] : recent)
    if (!allowed) throw limited(`${most} ${what}`, per, (recent[0] ?? now) + milliseconds - now)
  }
}

/** Puts a key last, and forgets the one that was not seen for longest. */
function remember<Kept>(kept: Map<string, Kept>, key: string, value: Kept): void {
  kept.delete(key)
  kept.set(key, value)
  if (kept.size <= mostBuckets) return
  const [oldest] = kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
}

/** The refusal, with the whole seconds until it is worth asking again. */
export function limited(limit: string, per: string, waitMilliseconds: number): AppError {
  const seconds = Math.max(1, Math.ceil(Math.round(waitMilliseconds * 1_000) / 1e6))
  return new AppError('RATE_LIMITED', { limit, per, seconds }, { retryAfterSeconds: seconds })
}

import type { PermitAsk, PermitBook, PermitGrant, SharedLimit } from '../store/index.ts'
import {
  type Counting,
  createRateLimiter,
  createWindowLimiter,
  type Limiter,
  limited,
  type RateLimit,
  type WindowLimit,
} from './rate-limit.ts'

/** What limits that several servers share are made of. */
export interface SharedCounting {
  readonly book: PermitBook
  /** How many servers work, this one included: what each may let through alone while the book cannot be asked. */
  readonly servers: () => number
  readonly nowMs: () => number
  /** Told when the book stops answering, and when it answers again. */
  readonly onAnswering: (answers: boolean) => void
}

/** How long the book is left alone after it did not answer. */
const pauseMs = 1_000
/** Permits that nobody used for so long go back to the others. */
const idleMs = 500
/** The part of a bucket that a server may hold ahead of requests: what the others may miss of a burst. */
const mostAhead = 0.03

/** What this server holds for one key. */
interface Lease {
  readonly key: string
  permits: number
  /** Requests of late: as many more are taken ahead, within bounds. */
  used: number
  usedMs: number
  /** Until then there is none to be had. */
  emptyUntilMs: number
  asking: boolean
  waiting: PromiseWithResolvers<void>[]
}

/**
 * Limits that hold over all servers of one database together (S-55). Permits are taken from a book in the database: one that is
 * held already costs no round trip, those that are used up are asked for again beforehand, and what everybody waits for goes in one
 * statement, so that the book is asked one thing at a time however many requests there are. Nobody is let through without a permit,
 * so that the limit is never passed; unused ones go back. While the book does not answer, each server lets its own
 * share through.
 */
export function createSharedCounting(parts: SharedCounting): Counting & { stop(): void } {
  const ask = oneAtATime(parts)
  const sweeps: (() => void)[] = []
  const timer = setInterval(() => {
    for (const sweep of sweeps) sweep()
  }, idleMs)
  const tidying = setInterval(() => void parts.book.tidy().catch(() => {}), 10 * pauseMs)
  timer.unref()
  tidying.unref()
  const shared = (kind: Kind): Limiter => {
    const leases = createLeases(kind, { ...parts, ask })
    sweeps.push(leases.sweep)
    return leases.take
  }
  return {
    rate: (name, limit, per = 'with this token') =>
      shared({
        name,
        limit: { perSecond: limit.perSecond, burst: limit.burst },
        ahead: Math.floor(limit.burst * mostAhead),
        said: [`${limit.perSecond} requests a second`, per],
        alone: (servers) => createRateLimiter(shareOf(limit, servers), per),
      }),
    window: (name, limit, what, per) =>
      shared({
        name,
        limit: { most: limit.most, milliseconds: limit.milliseconds },
        ahead: 0,
        said: [`${limit.most} ${what}`, per],
        alone: (servers) => createWindowLimiter(partOf(limit, servers), what, per),
      }),
    stop() {
      clearInterval(timer)
      clearInterval(tidying)
    },
  }
}

interface Kind {
  readonly name: string
  readonly limit: SharedLimit
  readonly ahead: number
  readonly said: readonly [limit: string, per: string]
  /** The same limit for one of so many servers. */
  readonly alone: (servers: number) => Limiter
}

type Ask = (ask: PermitAsk) => Promise<PermitGrant | null>

function createLeases(kind: Kind, { ask, servers, nowMs }: SharedCounting & { readonly ask: Ask }) {
  const leases = new Map<string, Lease>()
  let alone: { readonly servers: number; readonly take: Limiter } | null = null
  const takeAlone = (key: string) => {
    const count = Math.max(1, servers())
    if (alone?.servers !== count) alone = { servers: count, take: kind.alone(count) }
    return alone.take(key)
  }
  const refusal = (lease: Lease) => limited(...kind.said, lease.emptyUntilMs - nowMs())

  const fill = async (lease: Lease): Promise<void> => {
    lease.asking = true
    const wanted = lease.waiting.length + Math.min(kind.ahead, Math.max(0, lease.used - lease.waiting.length))
    const grant = await ask({ key: `${kind.name}:${lease.key}`, wanted, limit: kind.limit })
    lease.asking = false
    // Without an answer each goes on within its own share, until the book is asked again.
    if (grant === null) {
      for (const waiter of lease.waiting.splice(0)) settle(waiter, () => takeAlone(lease.key))
      return
    }
    lease.permits += grant.granted
    for (const waiter of lease.waiting.splice(0, lease.permits)) {
      lease.permits -= 1
      waiter.resolve()
    }
    if (grant.granted < wanted) {
      lease.emptyUntilMs = nowMs() + grant.waitMs
      for (const waiter of lease.waiting.splice(0)) waiter.reject(refusal(lease))
    } else if (lease.waiting.length > 0) await fill(lease)
  }

  const giveBack = async (lease: Lease): Promise<void> => {
    lease.asking = true
    const wanted = -lease.permits
    lease.permits = 0
    await ask({ key: `${kind.name}:${lease.key}`, wanted, limit: kind.limit })
    lease.asking = false
    if (lease.waiting.length > 0) await fill(lease)
  }

  return {
    take(key: string): void | Promise<void> {
      const lease = leases.get(key) ?? { ...nothing, key, waiting: [] }
      leases.set(key, lease)
      lease.used += 1
      lease.usedMs = nowMs()
      if (lease.permits > 0) {
        lease.permits -= 1
        if (lease.permits < kind.ahead / 2 && !lease.asking && lease.emptyUntilMs <= lease.usedMs) {
          void fill(lease)
        }
        return
      }
      if (lease.emptyUntilMs > lease.usedMs) throw refusal(lease)
      const waiter = Promise.withResolvers<void>()
      lease.waiting.push(waiter)
      if (!lease.asking) void fill(lease)
      return waiter.promise
    },
    /** Gives back what is held for those who ask no more, and forgets them. To be called every half second. */
    sweep() {
      for (const lease of leases.values()) {
        lease.used >>= 1
        if (lease.asking || nowMs() - lease.usedMs < idleMs) continue
        if (lease.permits === 0) leases.delete(lease.key)
        else void giveBack(lease)
      }
    },
  }
}

const nothing = { permits: 0, used: 0, usedMs: 0, emptyUntilMs: 0, asking: false } as const

/** Sends what was asked meanwhile when the statement before is answered; `null` for all when the book does not answer. */
function oneAtATime({ book, nowMs, onAnswering }: SharedCounting): Ask {
  let waiting: { readonly ask: PermitAsk; readonly answer: PromiseWithResolvers<PermitGrant | null> }[] = []
  let sending = false
  let silentUntilMs = 0
  let answers = true
  const send = async () => {
    sending = true
    // What this turn of the loop asks goes together.
    await Promise.resolve()
    while (waiting.length > 0) {
      const sent = waiting
      waiting = []
      const grants = await book.take(sent.map(({ ask }) => ask)).catch(() => null)
      if (answers !== (grants !== null)) onAnswering((answers = grants !== null))
      if (grants === null) silentUntilMs = nowMs() + pauseMs
      for (const [index, { answer }] of sent.entries()) answer.resolve(grants?.[index] ?? null)
    }
    sending = false
  }
  return (ask) => {
    if (nowMs() < silentUntilMs) return Promise.resolve(null)
    const answer = Promise.withResolvers<PermitGrant | null>()
    waiting.push({ ask, answer })
    if (!sending) void send()
    return answer.promise
  }
}

function settle(waiter: PromiseWithResolvers<void>, take: () => void | Promise<void>): void {
  try {
    waiter.resolve(take())
  } catch (error) {
    waiter.reject(error)
  }
}

function shareOf({ perSecond, burst, nowMs }: RateLimit, servers: number): RateLimit {
  return {
    perSecond: Math.round((perSecond / servers) * 10) / 10,
    burst: Math.max(1, burst / servers),
    nowMs,
  }
}

function partOf(limit: WindowLimit, servers: number): WindowLimit {
  return { ...limit, most: Math.max(1, Math.floor(limit.most / servers)) }
}

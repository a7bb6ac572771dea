import { ProviderError } from '../eval/index.ts'

/** Whom a call is for and where it goes: what fails for one organization is closed for that organization alone. */
export interface CallTarget {
  readonly organization: string
  /** What kind of call it is: a provider's name, `webhook`, `kms`. */
  readonly kind: string
  readonly host: string
}

/** What breakers are made of. */
export interface BreakerParts {
  /** A clock that only goes forward, in milliseconds. */
  readonly monotonicMs: () => number
  /** The time for people. */
  readonly clock: () => Date
  /** A number from 0 up to 1, for the jitter. */
  readonly chance: () => number
}

/** How a call ended, for its breaker: `none` says nothing of the target, as when the caller gave up. */
export type CallEnd = 'answered' | 'failed' | 'none'

/** Keeps calls away from targets that fail, and retries few. */
export interface Breakers {
  /**
   * Makes one call, unless its target is known to fail; `endOf` says what an answer or an error means for it.
   *
   * @throws TargetClosed without a call
   */
  guard<T>(
    target: CallTarget,
    call: () => Promise<T>,
    endOf: (outcome: CallOutcome<T>) => CallEnd,
  ): Promise<T>
  /**
   * How many milliseconds to wait before a call is made again that failed for the `attempt`th time: full jitter, up to 2 s; `null` =
   * not again: that was the third, or a tenth of the calls of the last ten seconds were retries already.
   */
  retryIn(target: CallTarget, attempt: number): number | null
  /** How many targets are closed now. */
  closed(): number
}

/** What a call gave, or threw. */
export type CallOutcome<T> = { readonly answer: T } | { readonly error: unknown }

/** A call was not made because its target failed of late. */
export class TargetClosed extends ProviderError {}

const windowMs = 10_000
const sliceMs = 1_000
const fewestCalls = 20
const firstPauseMs = 5_000
const longestPauseMs = 60_000
const tries = 3
const longestWaitMs = 2_000
const retryShare = 0.1
/** One call to a target that is seldom called has its three attempts all the same. */
const fewestRetries = 2
/** Targets that were not called for longest are forgotten; they start as if nothing had happened. */
const mostTargets = 10_000

interface Slice {
  readonly startMs: number
  calls: number
  failures: number
  retries: number
}

interface Watched {
  slices: Slice[]
  /** Since when it is closed, and until when nobody calls; null = open for calls. */
  shut: {
    readonly since: Date
    readonly said: string
    pauseMs: number
    untilMs: number
    probing: boolean
  } | null
}

/**
 * A breaker for each (organization, kind of call, host): closed at 20 calls or more in ten seconds of which half failed, then one call
 * probes after 5 s, and after twice as long each time that it fails, up to 60 s.
 */
export function createBreakers({ monotonicMs, clock, chance }: BreakerParts): Breakers {
  const watched = new Map<string, Watched>()
  const watch = ({ organization, kind, host }: CallTarget): Watched => {
    const key = JSON.stringify([organization, kind, host])
    const found = watched.get(key) ?? { slices: [], shut: null }
    watched.delete(key)
    watched.set(key, found)
    if (watched.size > mostTargets) watched.delete(watched.keys().next().value ?? '')
    const nowMs = monotonicMs()
    if (found.slices.some(({ startMs }) => nowMs - startMs >= windowMs))
      found.slices = found.slices.filter(({ startMs }) => nowMs - startMs < windowMs)
    return found
  }
  const slice = (of: Watched): Slice => {
    const nowMs = monotonicMs()
    const last = of.slices.at(-1)
    if (last !== undefined && nowMs - last.startMs < sliceMs) return last
    const made = { startMs: nowMs, calls: 0, failures: 0, retries: 0 }
    of.slices.push(made)
    return made
  }
  const note = (target: CallTarget, end: CallEnd) => {
    if (end === 'none') return
    const of = watch(target)
    const now = slice(of)
    now.calls += 1
    if (end === 'failed') now.failures += 1
    const { calls, failures } = totals(of)
    if (of.shut !== null || calls < fewestCalls || failures * 2 < calls) return
    const said = `${failures} of ${calls} calls within 10 s failed`
    const untilMs = monotonicMs() + firstPauseMs
    of.shut = { since: clock(), said, pauseMs: firstPauseMs, untilMs, probing: false }
  }
  const probe = async <T>(
    target: CallTarget,
    shut: NonNullable<Watched['shut']>,
    call: () => Promise<T>,
    endOf: (outcome: CallOutcome<T>) => CallEnd,
  ): Promise<T> => {
    shut.probing = true
    return await ended(call, endOf, (end) => {
      shut.probing = false
      const of = watch(target)
      if (end === 'answered') Object.assign(of, { shut: null, slices: [] })
      if (end !== 'failed') return
      shut.pauseMs = Math.min(longestPauseMs, shut.pauseMs * 2)
      shut.untilMs = monotonicMs() + shut.pauseMs
    })
  }
  return {
    async guard(target, call, endOf) {
      const { shut } = watch(target)
      if (shut === null) return await ended(call, endOf, (end) => note(target, end))
      const leftMs = shut.untilMs - monotonicMs()
      if (leftMs <= 0 && !shut.probing) return await probe(target, shut, call, endOf)
      throw closedTo(target, shut, new Date(clock().getTime() + Math.max(0, leftMs)))
    },
    retryIn(target, attempt) {
      const of = watch(target)
      const { calls, retries } = totals(of)
      if (attempt >= tries || of.shut !== null) return null
      if (retries + 1 > Math.max(fewestRetries, calls * retryShare)) return null
      slice(of).retries += 1
      return chance() * Math.min(longestWaitMs, 100 * 2 ** attempt)
    },
    closed: () => [...watched.values()].filter(({ shut }) => shut !== null).length,
  }
}

async function ended<T>(
  call: () => Promise<T>,
  endOf: (outcome: CallOutcome<T>) => CallEnd,
  note: (end: CallEnd) => void,
): Promise<T> {
  let outcome: CallOutcome<T>
  try {
    outcome = { answer: await call() }
  } catch (error) {
    outcome = { error }
  }
  note(endOf(outcome))
  if ('error' in outcome) throw outcome.error
  return outcome.answer
}

function totals({ slices }: Watched) {
  const sum = (count: (slice: Slice) => number) => slices.reduce((all, slice) => all + count(slice), 0)
  return {
    calls: sum(({ calls }) => calls),
    failures: sum(({ failures }) => failures),
    retries: sum(({ retries }) => retries),
  }
}

function closedTo({ kind, host }: CallTarget, shut: NonNullable<Watched['shut']>, next: Date): TargetClosed {
  const at = (date: Date) => `${date.toISOString().slice(0, 19)}Z`
  return new TargetClosed(
    `${kind}: ${host} is not called since ${at(shut.since)}: ${shut.said}`,
    `try: again after ${at(next)}, when it is tried again; until then nothing is sent to it for this organization`,
  )
}

import { AppError } from '../diag/index.ts'
import type { Issuer } from '../oidc/index.ts'
import type { LogEvent } from '../service/index.ts'
import type { Store } from '../store/index.ts'

const warnMilliseconds = 5_000
const refuseMilliseconds = 60_000
const slowestMilliseconds = 2_000
/** After so long, what STS's clock said is forgotten: the next token may go there and ask again. */
const lifeMilliseconds = 60_000

/** How far this host's clock is ahead of others. */
export interface ClockWatch {
  /** Asks the database. Fails when that does. */
  measure(): Promise<void>
  /** Notes the `Date` header of an answer that took so long. */
  noteAnswer(reference: string, date: string | null, tookMilliseconds: number): void
  /** Milliseconds ahead, by whom it was compared with. */
  offsets(): ReadonlyMap<string, number>
  /** @throws AppError CLOCK_SKEW when a clock is more than a minute away */
  requireAgreement(): void
}

/** A watch that has seen nothing yet. `monotonicMs` never jumps. */
export function createClockWatch(parts: {
  readonly store: Store
  readonly nowMs: () => number
  readonly monotonicMs: () => number
  readonly log: (event: LogEvent) => void
}): ClockWatch {
  const { store, nowMs, monotonicMs, log } = parts
  const seen = new Map<string, { readonly aheadMs: number; readonly at: number }>()
  const warned = new Set<string>()
  const note = (reference: string, aheadMs: number) => {
    seen.set(reference, { aheadMs, at: monotonicMs() })
    const isOff = Math.abs(aheadMs) > warnMilliseconds
    if (isOff && !warned.has(reference)) {
      log({ level: 'warn', event: 'clock-skew', reference, aheadMs: Math.round(aheadMs) })
    }
    if (isOff) warned.add(reference)
    else warned.delete(reference)
  }
  const offsets = () => {
    for (const [reference, { at }] of seen) {
      if (monotonicMs() - at > lifeMilliseconds) seen.delete(reference)
    }
    return new Map([...seen].map(([reference, { aheadMs }]) => [reference, aheadMs]))
  }
  return {
    async measure() {
      if (store.clockMs === undefined) return
      const started = monotonicMs()
      const theirs = await store.clockMs()
      const took = monotonicMs() - started
      if (took <= slowestMilliseconds) note('the database', nowMs() - took / 2 - theirs)
    },
    noteAnswer(reference, date, tookMilliseconds) {
      const theirs = date === null ? Number.NaN : Date.parse(date)
      if (Number.isNaN(theirs) || tookMilliseconds > slowestMilliseconds) return
      // The header has whole seconds: the middle of one is the best guess.
      note(reference, nowMs() - tookMilliseconds / 2 - (theirs + 500))
    },
    offsets,
    requireAgreement() {
      for (const [reference, aheadMs] of offsets()) {
        if (Math.abs(aheadMs) <= refuseMilliseconds) continue
        const direction = aheadMs > 0 ? 'ahead of' : 'behind'
        const seconds = Math.round(Math.abs(aheadMs) / 1000)
        throw new AppError('CLOCK_SKEW', { seconds, direction, reference })
      }
    },
  }
}

/** The issuer, which signs nothing while the clocks disagree. */
export function issuerWithClock(issuer: Issuer, clocks: ClockWatch): Issuer {
  return {
    ...issuer,
    mintLoginToken(request) {
      clocks.requireAgreement()
      return issuer.mintLoginToken(request)
    },
    mintIdentityToken(request) {
      clocks.requireAgreement()
      return issuer.mintIdentityToken(request)
    },
  }
}

/** `fetch`, the clock of whoever answers noted. */
export function fetchWithClock(fetched: typeof fetch, clocks: ClockWatch, reference: string): typeof fetch {
  return async (url, init) => {
    const started = performance.now()
    const response = await fetched(url, init)
    clocks.noteAnswer(reference, response.headers.get('date'), performance.now() - started)
    return response
  }
}

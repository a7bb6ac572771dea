/** `pending` is published and does not sign yet, `active` signs, `retired` is published for verifiers only. */
export type KeyState = 'pending' | 'active' | 'retired'

/** The life of a key so far; times are epoch milliseconds, `null` = not yet. */
export interface KeyLife {
  readonly kid: string
  readonly state: KeyState
  readonly publishedMs: number
  readonly activatedMs: number | null
  readonly retiredMs: number | null
}

/** The times of rotation; see `rotationPolicy` for what must hold between them. */
export interface RotationPolicy {
  /** How long a key is published before it signs. */
  readonly publishAheadMs: number
  /** How long a key signs; 0 = until somebody rotates by hand. */
  readonly activeMs: number
  /** How long a key stays published after its last signature. */
  readonly keepMs: number
}

/** What is to happen to the keys. `create` stands for a key that must be made. */
export type KeyStep =
  | { readonly do: 'create'; readonly state: 'active' | 'pending' }
  | { readonly do: 'activate'; readonly kid: string }
  | { readonly do: 'retire'; readonly kid: string }
  | { readonly do: 'remove'; readonly kid: string }

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Verifiers that honour nothing keep a key set for a day; see the table of vendor caches in the specification. */
const verifierCacheMs = dayMs

/**
 * The rotation times for tokens that live `tokenSeconds`, with 90 days of signing by default.
 *
 * A retired key stays published for a verifier's cache, the longest token and ten minutes, so no token outlives
 * its key's publication (S-32).
 */
export function rotationPolicy(tokenSeconds: number, activeDays = 90): RotationPolicy {
  return {
    publishAheadMs: verifierCacheMs,
    activeMs: activeDays * dayMs,
    keepMs: verifierCacheMs + tokenSeconds * 1000 + 10 * minuteMs,
  }
}

/**
 * The steps that are due at a moment. Applying them and asking again gives none until time has passed.
 *
 * A new issuer gets a key that signs at once: nobody can have cached its empty key set for long. Every later key
 * is published ahead. Without an active key (it was revoked) the oldest pending one takes over early, which is
 * the lesser evil.
 */
export function dueSteps(
  keys: readonly KeyLife[],
  nowMs: number,
  policy: RotationPolicy,
): readonly KeyStep[] {
  const steps: KeyStep[] = keys
    .filter((key) => key.retiredMs !== null && nowMs >= key.retiredMs + policy.keepMs)
    .map((key) => ({ do: 'remove', kid: key.kid }))
  const active = keys.find((key) => key.state === 'active')
  const [pending] = keys
    .filter((key) => key.state === 'pending')
    .sort((a, b) => a.publishedMs - b.publishedMs || (a.kid < b.kid ? -1 : 1))
  if (active === undefined) {
    steps.push(pending ? { do: 'activate', kid: pending.kid } : { do: 'create', state: 'active' })
    steps.push({ do: 'create', state: 'pending' })
  } else if (pending === undefined) {
    steps.push({ do: 'create', state: 'pending' })
  } else if (isWorn(active, nowMs, policy) && nowMs >= pending.publishedMs + policy.publishAheadMs) {
    steps.push({ do: 'retire', kid: active.kid }, { do: 'activate', kid: pending.kid })
    steps.push({ do: 'create', state: 'pending' })
  }
  return steps
}

function isWorn(key: KeyLife, nowMs: number, policy: RotationPolicy): boolean {
  return policy.activeMs > 0 && nowMs >= (key.activatedMs ?? key.publishedMs) + policy.activeMs
}

/** A key's life after a step. */
export function stepped<Key extends KeyLife>(key: Key, step: KeyStep, nowMs: number): Key {
  if (step.do === 'activate') return { ...key, state: 'active', activatedMs: nowMs }
  if (step.do === 'retire') return { ...key, state: 'retired', retiredMs: nowMs }
  return key
}

import { createWindowLimiter } from '../service/index.ts'

/** The limits of S-55; several servers beside each other count apart. */
export function limitsOf(perSecond: number) {
  if (perSecond === 0) return {}
  const nowMs = () => performance.now()
  return {
    rateLimit: { perSecond, burst: 2 * perSecond, nowMs },
    addressLimit: { perSecond: 10, burst: 10, nowMs },
    openLimit: { perSecond: 200, burst: 200, nowMs },
    testFireLimit: { most: 10, milliseconds: 60_000, nowMs },
  }
}

/** Identity tokens for clouds: sixty a minute for each environment. */
export function mintLimitOf(perSecond: number) {
  if (perSecond === 0) return {}
  const window = { most: 60, milliseconds: 60_000, nowMs: () => performance.now() }
  return { mintLimit: createWindowLimiter(window, 'identity tokens a minute', 'minted by this environment') }
}

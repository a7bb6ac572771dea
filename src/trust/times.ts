import { type Refusal, refuse } from './refusal.ts'
import type { Claims } from './request.ts'

/** AWS tolerates clocks that differ by this much, both ways. */
export const clockToleranceSeconds = 300

/** Checks `exp`, `nbf` and `iat` against the clock (§2.2). Times are epoch seconds. */
export function checkTimes(claims: Claims, nowSeconds: number): Refusal | null {
  const exp = timestamp(claims['exp'])
  const iat = timestamp(claims['iat'])
  const nbf = claims['nbf'] === undefined ? Number.NEGATIVE_INFINITY : timestamp(claims['nbf'])
  for (const [claim, value] of Object.entries({ exp, iat, nbf })) {
    if (value !== null) continue
    const reason = `\`${claim}\` is neither an integer nor text that holds one`
    return refuse('BAD_TIMESTAMP', {}, reason, `let the issuer write \`${claim}\` as whole epoch seconds`)
  }
  const earliest = nowSeconds - clockToleranceSeconds
  const latest = nowSeconds + clockToleranceSeconds
  if (exp! <= earliest) {
    const reason = `the token expired at ${exp}, ${nowSeconds - exp!} seconds ago`
    return refuse('TOKEN_EXPIRED', { now: earliest, got: exp! }, reason, 'mint a new token for each exchange')
  }
  if (nbf! > latest) {
    const reason = `the token becomes valid at ${nbf}, in ${nbf! - nowSeconds} seconds`
    return refuse('NOT_YET_VALID', { now: latest, got: nbf! }, reason, 'set the clock of the issuer')
  }
  if (iat! > latest) {
    const reason = `the token was issued at ${iat}, ${iat! - nowSeconds} seconds from now`
    return refuse('ISSUED_IN_FUTURE', { got: iat! }, reason, 'set the clock of the issuer')
  }
  return null
}

function timestamp(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null
  return typeof value === 'string' && /^[+-]?\d{1,18}$/.test(value) ? Number(value) : null
}

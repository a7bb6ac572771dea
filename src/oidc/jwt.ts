import { sign } from 'node:crypto'
import type { RandomSource } from '../crypto/index.ts'
import type { TimelessClaims } from './claims.ts'
import type { SigningKey } from './key-set.ts'

/** Clocks of verifiers may be behind ours by this much. */
const notBeforeSeconds = 30
const idBytes = 16

/** The claims of a signed token: those it was made from, its times in epoch seconds, and its id. */
export interface SignedClaims {
  readonly iss: string
  readonly aud: string
  readonly sub: string
  readonly iat: number
  readonly nbf: number
  readonly exp: number
  readonly jti: string
  readonly [claim: string]: string | number
}

/** A token and what it says, for audit and messages. The text is a secret: it goes to its verifier only. */
export interface MintedToken {
  readonly token: string
  readonly claims: SignedClaims
  readonly kid: string
}

/**
 * Signs claims that live from now for `lifeSeconds`. The header has `alg`, `kid` and `typ` and nothing else; the
 * id is fresh, so no two tokens are equal (S-35).
 */
export function signToken(
  key: SigningKey,
  claims: TimelessClaims,
  times: { readonly nowMs: number; readonly lifeSeconds: number },
  random: RandomSource,
): MintedToken {
  const iat = Math.floor(times.nowMs / 1000)
  const { iss, aud, sub, ...rest } = claims
  const signed: SignedClaims = {
    iss,
    aud,
    sub,
    iat,
    nbf: iat - notBeforeSeconds,
    exp: iat + times.lifeSeconds,
    jti: Buffer.from(random(idBytes)).toString('hex'),
    ...rest,
  }
  const input = `${encode({ alg: 'RS256', kid: key.kid, typ: 'JWT' })}.${encode(signed)}`
  const signature = sign('sha256', Buffer.from(input, 'ascii'), key.privateKey).toString('base64url')
  return { token: `${input}.${signature}`, claims: Object.freeze(signed), kid: key.kid }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
}

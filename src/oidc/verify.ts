import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { AppError } from '../diag/index.ts'

/** What a verifier demands of a token. */
export interface Demands {
  readonly issuer: string
  readonly audience: string
  readonly nowMs: number
}

/** Allowed difference between the clocks of issuer and verifier. */
const toleranceSeconds = 60

/**
 * The claims of a token that verifies against a key set: signature, RS256 only, issuer and audience by exact text,
 * times, `sub` and `exp` present.
 *
 * For tools and tests; relying parties bring verifiers of their own.
 *
 * @throws AppError TOKEN_UNVERIFIED telling what failed, never the token
 * @see RFC 7519 section 7.2, RFC 8725
 */
export async function verifyToken(
  token: string,
  jwks: { readonly [member: string]: unknown },
  demands: Demands,
): Promise<JWTPayload> {
  try {
    // jose checks the shape of the set itself.
    const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet)
    const { payload } = await jwtVerify(token, keys, {
      issuer: demands.issuer,
      audience: demands.audience,
      algorithms: ['RS256'],
      typ: 'JWT',
      requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      currentDate: new Date(demands.nowMs),
      clockTolerance: toleranceSeconds,
    })
    return payload
  } catch (error) {
    const what = error instanceof errors.JOSEError ? error.message : 'it is not a token'
    throw new AppError('TOKEN_UNVERIFIED', { what }, { cause: error })
  }
}

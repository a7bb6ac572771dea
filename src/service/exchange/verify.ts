import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { hasDuplicateKeys } from '../../value/index.ts'
import type { ServiceParts } from '../parts.ts'
import type { ForeignClaims } from './claim-rules.ts'
import type { JsonWebKeys } from './key-sets.ts'
import { ExchangeError } from './request.ts'
import type { TrustedIssuer } from './trusted-issuers.ts'

const longestForeignLifeSeconds = 86_400
/** Allowed difference between the clocks of issuer and server. */
export const skewSeconds = 60
/** Never taken from the token. No symmetric one, no `none`. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** The trusted issuer that a token says it is from; the signature is yet to be checked. @throws ExchangeError */
export function issuerOf(issuers: readonly TrustedIssuer[], token: string): TrustedIssuer {
  let iss: unknown
  try {
    iss = decodeJwt(token).iss
  } catch {
    throw new ExchangeError('invalid_request', '`subject_token` is no JWT')
  }
  const issuer = issuers.find(({ url }) => url === iss)
  if (issuer === undefined) {
    throw new ExchangeError(
      'invalid_request',
      'issuer: the token’s issuer is not registered with this organization',
    )
  }
  return issuer
}

/**
 * The claims of a token whose signature, times and audience hold. A key that is not there, or does not fit the signature, is
 * looked for once more: an issuer may have put another in its place under the same id.
 */
export async function verifyForeignToken(
  parts: ServiceParts,
  token: string,
  issuer: TrustedIssuer,
  audience: string,
  keysOf: (fresh: boolean) => Promise<JsonWebKeys>,
): Promise<ForeignClaims> {
  const nowSeconds = Math.floor(parts.clock().getTime() / 1_000)
  for (const fresh of [false, true]) {
    let keys: JsonWebKeys
    try {
      keys = await keysOf(fresh)
    } catch {
      throw new ExchangeError('invalid_request', 'keys: the key set of the issuer cannot be had', 401)
    }
    try {
      // jose checks the shape of the set itself.
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), {
        issuer: issuer.url,
        audience: audiencesOf(issuer, audience),
        algorithms,
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: skewSeconds,
        currentDate: new Date(nowSeconds * 1_000),
      })
      if (
        payload.exp! - payload.iat! > longestForeignLifeSeconds ||
        payload.iat! > nowSeconds + skewSeconds
      ) {
        throw new ExchangeError(
          'invalid_request',
          'time: the token lives longer than a day or is of the future',
          401,
        )
      }
      checkText(token, payload)
      return payload
    } catch (error) {
      if (!fresh && (error instanceof errors.JWKSNoMatchingKey || isUnsigned(error))) continue
      throw error instanceof ExchangeError ? error : refusalOf(error)
    }
  }
  throw new ExchangeError('invalid_request', 'keys: the key that signed the token is not published', 401)
}

function isUnsigned(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed
}

/** What two readers could take for two different things. */
function checkText(token: string, { sub }: ForeignClaims): void {
  const said = token.split('.').slice(0, 2)
  if (said.some((part) => hasDuplicateKeys(Buffer.from(part, 'base64url').toString()))) {
    throw new ExchangeError('invalid_request', 'claim: a name is given twice', 401)
  }
  if (typeof sub !== 'string' || sub.trim() !== sub || sub === '' || /\p{Cc}/u.test(sub)) {
    throw new ExchangeError('invalid_request', 'claim: `sub` is empty, or has white space at an end', 401)
  }
}

/** The expected audience, or one that the issuer's policies name instead. */
function audiencesOf(issuer: TrustedIssuer, audience: string): string[] {
  const named = issuer.policies.flatMap(({ rules }) => (rules['aud'] === undefined ? [] : [rules['aud']]))
  return [audience, ...named.filter((pattern) => !/[*?]/.test(pattern))]
}

/** Which stage failed. jose's own messages could quote the token. */
function refusalOf(error: unknown): ExchangeError {
  const stage =
    error instanceof errors.JWTExpired
      ? 'time: the token has expired'
      : error instanceof errors.JWTClaimValidationFailed
        ? `claim: \`${error.claim}\` is missing or not as expected`
        : error instanceof errors.JWKSNoMatchingKey
          ? 'keys: the key that signed the token is not published'
          : error instanceof errors.JOSEAlgNotAllowed
            ? 'signature: the algorithm is not allowed'
            : 'signature: it does not hold'
  return new ExchangeError('invalid_token', stage, 401)
}

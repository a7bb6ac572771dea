import { audienceOf, checkAudience, type TokenAudience } from './audience.ts'
import { builtInProviders, issuerName } from './issuers.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { TrustInput } from './request.ts'
import { parseRoleArn } from './role-arn.ts'
import { checkRolesClaim, readSourceIdentity, readTags, type SessionTags } from './special-claims.ts'
import { checkTimes } from './times.ts'

/** A token that passed every check before the trust policy. */
export interface VerifiedToken {
  /** Issuer without its scheme, as condition keys and ARNs name it. */
  readonly issuer: string
  readonly subject: string
  readonly audience: TokenAudience
  readonly tags: SessionTags
  /** `null` when the token carries none. */
  readonly sourceIdentity: string | null
  /** The token's roles claim names the role. */
  readonly authorizedByIdp: boolean
  /** What a `Federated` principal may say to mean this provider; the first is the caller's own name. */
  readonly principals: readonly string[]
}

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']
const required = ['iss', 'sub', 'aud', 'iat', 'exp']

/** Takes a token through AWS's checks up to the trust policy, in AWS's order (§2.1 steps 2 to 5). */
export function verifyClaims(input: TrustInput): VerifiedToken | Refusal {
  const { token, request, role } = input
  const refusal = checkForm(input)
  if (refusal !== null) return refusal
  const principals = findProvider(input)
  if ('reasonCode' in principals) return principals
  if (!token.signatureValid) {
    const reason = 'the signature of the token does not fit a key of the issuer'
    return refuse('BAD_SIGNATURE', {}, reason, 'compare the token with the JWKS that the issuer publishes')
  }
  const { claims } = token
  const audience = audienceOf(claims)
  const tags = readTags(claims)
  const sourceIdentity = readSourceIdentity(claims)
  const authorizedByIdp = checkRolesClaim(claims, role.arn)
  const late = checkTimes(claims, request.nowSeconds) ?? checkAudience(audience, principals.clientIds)
  if (late !== null) return late
  if (isRefusal(audience)) return audience
  if (isRefusal(tags)) return tags
  if (isRefusal(sourceIdentity)) return sourceIdentity
  if (isRefusal(authorizedByIdp)) return authorizedByIdp
  return {
    issuer: issuerName(String(claims['iss'])),
    subject: String(claims['sub']),
    audience,
    tags,
    sourceIdentity,
    authorizedByIdp,
    principals: principals.names,
  }
}

/** Whether a step of the token checks ended in a refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'reasonCode' in value
}

function checkForm({ token: { header, claims } }: TrustInput): Refusal | null {
  if (header['crit'] !== undefined || typeof header['alg'] !== 'string') {
    const reason =
      header['crit'] === undefined ? 'the header names no algorithm' : 'the header has a `crit` member'
    return refuse('INVALID_JWT', {}, reason, 'send the ID token of the issuer as it is')
  }
  if (!algorithms.includes(header['alg'])) {
    const reason = `the algorithm \`${header['alg']}\` is not one of ${algorithms.join(', ')}`
    return refuse('ALG_UNSUPPORTED', {}, reason, 'let the issuer sign with RS256')
  }
  for (const claim of required) {
    // A null issuer or audience says as little as none; null times and subjects have answers of their own.
    const absent = claims[claim] === undefined || (claims[claim] === null && /^(iss|aud)$/.test(claim))
    if (absent) {
      const reason = `the token has no \`${claim}\` claim`
      return refuse('MISSING_CLAIM', { claim }, reason, `let the issuer put \`${claim}\` into its tokens`)
    }
  }
  if (claims['sub'] === null) {
    return refuse('NULL_SUBJECT', {}, 'the `sub` claim is null', 'let the issuer name a subject')
  }
  if (typeof claims['sub'] === 'object') {
    const reason = 'the `sub` claim is neither text nor a number'
    return refuse('INVALID_JWT', {}, reason, 'let the issuer name the subject as text')
  }
  return null
}

interface Provider {
  readonly names: readonly string[]
  /** `null` for a built-in provider, whose audiences AWS does not list. */
  readonly clientIds: readonly string[] | null
}

function findProvider({ token, provider, role }: TrustInput): Provider | Refusal {
  const issuer = token.claims['iss']
  const target = parseRoleArn(role.arn)!
  const name = typeof issuer === 'string' ? issuer.replace(/^https:\/\//, '') : ''
  const builtIn = builtInProviders.includes(name)
  if (provider !== null && provider.url === issuer && provider.account === target.account) {
    const arn = `arn:${target.partition}:iam::${target.account}:oidc-provider/${issuerName(provider.url)}`
    return { names: builtIn ? [arn, name] : [arn], clientIds: provider.clientIds }
  }
  if (builtIn) return { names: [name], clientIds: null }
  const shown = typeof issuer === 'string' ? issuer : JSON.stringify(issuer)
  return refuse(
    'PROVIDER_NOT_FOUND',
    { issuer: shown },
    provider === null
      ? `account ${target.account} has no identity provider for \`${shown}\``
      : provider.account !== target.account
        ? `the role is in account ${target.account}, the provider in ${provider.account}`
        : `the issuer \`${shown}\` is not exactly the provider URL \`${provider.url}\``,
    `create the provider in account ${target.account} with exactly the issuer's URL, case, path and trailing slash included`,
  )
}

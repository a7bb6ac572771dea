import type { VerifiedToken } from './claims.ts'
import { RequestContext } from './context.ts'
import { familyOf } from './issuers.ts'
import type { Claims, TrustInput } from './request.ts'
import { parseRoleArn } from './role-arn.ts'

/**
 * The condition keys AWS has during this call (§2.5 to §2.7). Claims that AWS does not know for the issuer are
 * never keys, and no claim can become an `aws:` or `sts:` key.
 */
export function requestContext(input: TrustInput, token: VerifiedToken): RequestContext {
  const context = new RequestContext()
  setClaimKeys(context, token, input.token.claims)
  setSessionKeys(context, token, input)
  setGlobalKeys(context, token, input)
  return context
}

function setClaimKeys(context: RequestContext, token: VerifiedToken, claims: Claims): void {
  const key = (claim: string): string => `${token.issuer}:${claim}`
  context.set(key('aud'), token.audience.effective)
  context.set(key('sub'), token.subject)
  const { original } = token.audience
  if (original.length === 1) context.set(key('oaud'), original[0])
  else context.setMany(key('oaud'), original)
  context.set(key('email'), claimText(claims['email']))
  const amr = claims['amr']
  const methods = Array.isArray(amr) ? amr : [amr]
  context.setMany(
    key('amr'),
    methods.map(claimText).filter((text) => text !== undefined),
  )
  for (const claim of familyOf(token.issuer)?.claims ?? []) {
    context.set(key(claim), claimText(claims[claim] ?? nestedClaim(claims, claim)))
  }
}

// Google writes `google/organization_number` as a member of its own `google` claim; CircleCI's name has no such claim.
function nestedClaim(claims: Claims, name: string): unknown {
  const [outer = '', inner = ''] = name.split('/')
  const claim = claims[outer]
  return typeof claim === 'object' && claim !== null && Object.hasOwn(claim, inner)
    ? (claim as Claims)[inner]
    : undefined
}

// Numbers and booleans count as their text; lists and objects never become a key.
function claimText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function setSessionKeys(context: RequestContext, token: VerifiedToken, { request }: TrustInput): void {
  context.set('sts:RoleSessionName', request.roleSessionName)
  context.set('sts:RoleAuthorizedByIdp', String(token.authorizedByIdp))
  context.set('sts:SourceIdentity', token.sourceIdentity ?? undefined)
  for (const [tag, value] of token.tags.tags) context.set(`aws:RequestTag/${tag}`, value)
  context.setMany('aws:TagKeys', [...token.tags.tags.keys()])
  context.setMany('sts:TransitiveTagKeys', token.tags.transitiveKeys)
}

function setGlobalKeys(context: RequestContext, token: VerifiedToken, { request, role }: TrustInput): void {
  const account = parseRoleArn(role.arn)?.account
  context.set('aws:CurrentTime', currentTime(request.nowSeconds))
  context.set('aws:EpochTime', String(request.nowSeconds))
  context.set('aws:SecureTransport', 'true')
  context.set('aws:SourceIp', request.sourceIp)
  context.set('aws:UserAgent', request.userAgent)
  context.set('aws:RequestedRegion', request.region)
  context.set('aws:ResourceAccount', account)
  context.set('aws:PrincipalAccount', account)
  context.set('aws:PrincipalType', 'User')
  context.set('aws:userid', token.principals[0])
  for (const [tag, value] of Object.entries(role.tags)) {
    context.set(`aws:ResourceTag/${tag}`, value)
    context.set(`iam:ResourceTag/${tag}`, value)
  }
}

function currentTime(seconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z')
}

/** Keys people expect that never exist while a web identity is exchanged (§2.7). */
export const absentKeys: readonly RegExp[] = [
  /^aws:TokenIssueTime$/i,
  /^aws:MultiFactorAuth(Present|Age)$/i,
  /^aws:PrincipalOrg(ID|Paths)$/i,
  /^aws:PrincipalArn$/i,
  /^aws:PrincipalTag\//i,
  /^aws:username$/i,
  /^aws:Source(Arn|Account|Identity|OrgID|OrgPaths)$/i,
  /^sts:ExternalId$/i,
]

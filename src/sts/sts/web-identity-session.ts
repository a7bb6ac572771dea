import type { Claims, RoleArnParts, SessionPolicies } from '../../trust/index.ts'
import { readSourceIdentity, readTags } from '../../trust/special-claims.ts'
import type { Call, Parts } from '../action.ts'
import { assumedRoleArn, withoutScheme } from '../arn.ts'
import { issueCredentials } from '../credentials.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import { packedSize } from '../session-policy.ts'
import type { ProviderRecord, RoleRecord } from '../state.ts'
import { credentialsNode } from './credentials-node.ts'
import type { SessionParams } from './session-params.ts'

/** The role and the provider a call is about, as STS sees them. */
export interface Target {
  readonly arn: RoleArnParts
  /** `null` when the account has no such role, or STS does not know of it yet. */
  readonly role: RoleRecord | null
  readonly provider: ProviderRecord | null
}

/** Starts the session of an allowed exchange. @throws AwsRefusal `PackedPolicyTooLarge` */
export function grant(
  params: SessionParams,
  policies: SessionPolicies,
  claims: Claims,
  { arn, role, provider }: Target,
  call: Call,
  parts: Parts,
): XmlRecord {
  if (role === null) throw new Error('credentials for a role that does not exist')
  const issuer = String(claims['iss'])
  const subject = String(claims['sub'])
  const audience = effectiveAudience(claims)
  const session = specialClaims(claims)
  const packed = packedSize('session tags and policies', { subject, audience, issuer, policies, ...session })
  const issuedAtSeconds = Math.floor(call.nowMs / 1000)
  const federatedProvider = provider?.arn ?? withoutScheme(issuer)
  const credentials = issueCredentials(
    parts.state.sealingKey(),
    parts.random,
    {
      roleArn: role.arn,
      roleId: role.id,
      sessionName: params.roleSessionName,
      issuedAtSeconds,
      expiresAtSeconds: issuedAtSeconds + (params.durationSeconds ?? 3600),
      federatedProvider,
      claimKeys: sessionClaimKeys(withoutScheme(issuer), subject, audience, claims['amr']),
      ...session,
      policyArns: policies.arns,
      inlinePolicy: policies.inline !== null,
    },
    params.minimumTokenSize,
  )
  parts.state.touchRole(role.id, call.nowMs)
  return {
    SubjectFromWebIdentityToken: subject,
    Audience: audience,
    AssumedRoleUser: {
      Arn: assumedRoleArn(arn, params.roleSessionName),
      AssumedRoleId: `${role.id}:${params.roleSessionName}`,
    },
    Credentials: credentialsNode(credentials),
    Provider: federatedProvider,
    PackedPolicySize: packed,
    SourceIdentity: session.sourceIdentity,
  }
}

/** `azp` if there is one, else the only `aud`; the decision has made sure of either. */
function effectiveAudience(claims: Claims): string {
  const { azp, aud } = claims
  return String(azp ?? (Array.isArray(aud) ? aud[0] : aud))
}

function specialClaims(claims: Claims): {
  tags: { readonly [key: string]: string }
  transitiveTagKeys: readonly string[]
  sourceIdentity: string | null
} {
  const tags = readTags(claims)
  const sourceIdentity = readSourceIdentity(claims)
  if ('reasonCode' in tags || (typeof sourceIdentity === 'object' && sourceIdentity !== null)) {
    throw new Error('an allowed token has special claims that cannot be read')
  }
  return { tags: Object.fromEntries(tags.tags), transitiveTagKeys: tags.transitiveKeys, sourceIdentity }
}

/** The claims that stay condition keys for the whole session (§2.5). */
function sessionClaimKeys(
  issuer: string,
  subject: string,
  audience: string,
  amr: unknown,
): { readonly [key: string]: string | readonly string[] } {
  const methods = (Array.isArray(amr) ? amr : [amr]).filter((method) => typeof method === 'string')
  return {
    [`${issuer}:sub`]: subject,
    [`${issuer}:aud`]: audience,
    ...(methods.length === 0 ? {} : { [`${issuer}:amr`]: methods }),
  }
}

import { type Claims, type Decision, decide, type TrustInput } from '../../trust/index.ts'
import { readSourceIdentity, readTags } from '../../trust/special-claims.ts'
import type { Action, Call, Parts } from '../action.ts'
import { assumedRoleArn, providerArn, type RoleArnParts, requireRoleArn, withoutScheme } from '../arn.ts'
import { issueCredentials } from '../credentials.ts'
import { AwsRefusal } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import {
  checkSessionPolicies,
  packedSize,
  readSessionPolicies,
  type SessionPolicies,
} from '../session-policy.ts'
import { type ProviderRecord, type RoleRecord, roleKey } from '../state.ts'
import {
  isSupportedAlgorithm,
  type ParsedToken,
  parseToken,
  type SignatureAnswer,
  verifyToken,
} from '../token.ts'
import { credentialsNode } from './credentials-node.ts'
import { readSessionParams, type SessionParams } from './session-params.ts'

/** Providers that need no object in the account and sign OpenID Connect tokens. */
const builtInIssuers = ['https://accounts.google.com', 'https://cognito-identity.amazonaws.com']
const oauthHosts = ['www.amazon.com', 'graph.facebook.com']

/**
 * Exchanges a web identity token for credentials, in AWS's order: parameters, token, provider, keys and
 * signature, times and audience, trust policy, durations and session policies (aws specification §2.1).
 */
export const assumeRoleWithWebIdentity: Action = {
  name: 'AssumeRoleWithWebIdentity',
  service: 'sts',
  signed: false,
  run: exchange,
}

interface Target {
  readonly arn: RoleArnParts
  /** `null` when the account has no such role, or STS does not know of it yet. */
  readonly role: RoleRecord | null
  readonly provider: ProviderRecord | null
}

async function exchange(call: Call, parts: Parts): Promise<XmlRecord> {
  const check = constraints(call.params)
  const params = readSessionParams(check)
  const token = check.required('WebIdentityToken', { min: 4, max: 20_000, sensitive: true })
  const providerId = check.text('ProviderId', { min: 4, max: 2048 })
  const policies = readSessionPolicies(call.params, check)
  check.done()
  call.note({ roleArn: params.roleArn, roleSessionName: params.roleSessionName })
  if (providerId !== undefined) refuseProviderId(providerId)
  const arn = requireRoleArn(params.roleArn)
  const parsed = parseToken(token)
  if (parsed === null) throw notJwt()
  call.note({ claims: parsed.claims })
  if (parts.faults.take('idp-communication') !== null) throw communicationFault()
  const target = findTarget(arn, params.roleArn, parsed.claims, call, parts)
  if (target.provider !== null) call.note({ providerArn: target.provider.arn })
  const signature = await checkSignature(token, parsed, target.provider, call, parts)
  const decision = judge(params, policies, parsed, target, signature, call)
  call.note({ decision })
  if (decision.awsError !== null) throw refusalOf(decision, signature)
  checkSessionPolicies(policies)
  return grant(params, policies, parsed.claims, target, call, parts)
}

function findTarget(arn: RoleArnParts, roleArn: string, claims: Claims, call: Call, parts: Parts): Target {
  const seen = parts.state.asOf(call.nowMs, parts.faults.valueOf('consistency-delay'))
  const role = seen.roles.get(roleKey(arn.account, arn.name))
  const issuer = claims['iss']
  const provider =
    typeof issuer === 'string'
      ? seen.providers.get(providerArn(arn.partition, arn.account, issuer))
      : undefined
  return {
    arn,
    role: role?.arn === roleArn ? role : null,
    // The ARN leaves the scheme out, so the whole URL is compared: `http` and `https` are two issuers.
    provider: provider?.url === issuer ? (provider ?? null) : null,
  }
}

async function checkSignature(
  token: string,
  { header, claims }: ParsedToken,
  provider: ProviderRecord | null,
  call: Call,
  parts: Parts,
): Promise<SignatureAnswer> {
  const issuer = provider?.url ?? builtInIssuers.find((known) => known === claims['iss'])
  // Nothing is fetched for an issuer that nobody registered.
  if (issuer === undefined || !isSupportedAlgorithm(header['alg'])) return { kind: 'invalid' }
  const fault = issuerFault(issuer, parts)
  if (fault !== null) return fault
  const kid = header['kid']
  const answer = await parts.keys.keysOf(issuer, typeof kid === 'string' ? kid : null, call.nowMs)
  if ('problem' in answer) return { kind: 'no-key', ...answer }
  return verifyToken(token, header['alg'], kid, answer.keys)
}

function issuerFault(issuer: string, parts: Parts): SignatureAnswer | null {
  const suggestion = 'take the fault away with `DELETE /_sandbox/faults` or start without it'
  if (parts.faults.take('issuer-timeout') !== null) {
    const problem = `the sandbox was told that ${issuer} does not answer in time`
    return { kind: 'no-key', problem, suggestion }
  }
  if (parts.faults.take('issuer-unreachable') === null) return null
  return { kind: 'no-key', problem: `the sandbox was told that ${issuer} cannot be reached`, suggestion }
}

function judge(
  params: SessionParams,
  policies: SessionPolicies,
  token: ParsedToken,
  target: Target,
  signature: SignatureAnswer,
  call: Call,
): Decision {
  const { role, provider } = target
  const tags: { [key: string]: string } = Object.create(null)
  for (const tag of role?.tags ?? []) tags[tag.key] = tag.value
  const input: TrustInput = {
    // A role that does not exist admits nobody, after the same checks of the token as any other.
    policy: role?.policy ?? { Version: '2012-10-17', Statement: [] },
    provider:
      provider === null
        ? null
        : { url: provider.url, clientIds: provider.clientIds, account: provider.account },
    role: {
      arn: params.roleArn,
      maxSessionDurationSeconds: role?.maxSessionDurationSeconds ?? 43_200,
      tags,
    },
    token: { ...token, signatureValid: signature.kind === 'valid' },
    request: {
      roleSessionName: params.roleSessionName,
      nowSeconds: Math.floor(call.nowMs / 1000),
      region: call.region,
      ...(params.durationSeconds === undefined ? {} : { durationSeconds: params.durationSeconds }),
      ...(call.sourceIp === undefined ? {} : { sourceIp: call.sourceIp }),
      ...(call.userAgent === undefined ? {} : { userAgent: call.userAgent }),
      ...(policies.inline === null ? {} : { sessionPolicy: policies.inline }),
      ...(policies.arns === null ? {} : { sessionPolicyArns: policies.arns }),
    },
  }
  const decision = decide(input)
  return role === null && decision.effect !== 'error' ? roleMissing(params.roleArn) : decision
}

function roleMissing(roleArn: string): Decision {
  return {
    effect: 'deny',
    reasonCode: 'ROLE_NOT_FOUND',
    reason: `role \`${roleArn}\` does not exist, path and case included, or STS does not know of it yet`,
    awsError: {
      code: 'AccessDenied',
      status: 403,
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    },
    trace: [],
    decidedBy: null,
    suggestion: { say: 'create the role, or pass the ARN of one that ListRoles shows' },
  }
}

function refusalOf(decision: Decision, signature: SignatureAnswer): AwsRefusal {
  if (decision.reasonCode === 'BAD_SIGNATURE' && signature.kind === 'no-key') {
    // Two spaces after the comma, as AWS writes it.
    const text =
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
    return new AwsRefusal('InvalidIdentityToken', 400, text, {
      reasonCode: 'NO_VERIFICATION_KEY',
      reason: signature.problem,
      suggestion: signature.suggestion,
    })
  }
  const { code, status, message } = decision.awsError!
  return new AwsRefusal(code, status, message, {
    reasonCode: decision.reasonCode,
    reason: decision.reason,
    suggestion: decision.suggestion?.say ?? '',
    decision,
  })
}

function grant(
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

function refuseProviderId(providerId: string): never {
  if (oauthHosts.includes(providerId)) {
    const text = 'Provided Token is not a Login With Amazon token'
    throw new AwsRefusal('InvalidIdentityToken', 400, text, {
      reasonCode: 'OAUTH_PROVIDER',
      reason: `ProviderId \`${providerId}\` means an OAuth 2.0 access token, which the sandbox cannot check`,
      suggestion: 'send an ID token without ProviderId',
    })
  }
  const text =
    'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens'
  throw new AwsRefusal('AccessDenied', 403, text, {
    reasonCode: 'PROVIDER_ID',
    reason: `ProviderId is for ${oauthHosts.join(' and ')} only, got \`${providerId.slice(0, 200)}\``,
    suggestion: 'leave ProviderId out',
  })
}

function notJwt(): AwsRefusal {
  const text =
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'
  return new AwsRefusal('InvalidIdentityToken', 400, text, {
    reasonCode: 'INVALID_JWT',
    reason: 'the token is not three base64url parts of which two are JSON objects, or its header has `crit`',
    suggestion: 'send the ID token of the issuer as it is, not an access token and not an encrypted one',
  })
}

function communicationFault(): AwsRefusal {
  const text = 'Unable to communicate with the identity provider.'
  return new AwsRefusal('IDPCommunicationError', 400, text, {
    reasonCode: 'FAULT',
    reason: 'the sandbox was told to answer IDPCommunicationError',
    suggestion: 'retry a few times, or take the fault away with `DELETE /_sandbox/faults`',
  })
}

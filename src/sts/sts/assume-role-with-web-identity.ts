import {
  type Claims,
  checkSessionDocument,
  type Decision,
  decide,
  type RoleArnParts,
  type SessionPolicies,
  type TrustInput,
} from '../../trust/index.ts'
import type { Action, Call, Parts } from '../action.ts'
import { providerArn, requireRoleArn } from '../arn.ts'
import { AwsRefusal, refusalOf } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import { readSessionPolicies } from '../session-policy.ts'
import { roleKey } from '../state.ts'
import { type ParsedToken, parseToken, type SignatureAnswer } from '../token.ts'
import { readSessionParams, type SessionParams } from './session-params.ts'
import { grant, type Target } from './web-identity-session.ts'
import { checkSignature } from './web-identity-signature.ts'

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

async function exchange(call: Call, parts: Parts): Promise<XmlRecord> {
  const check = constraints(call.params)
  const params = readSessionParams(check)
  // Token files written by `echo` end in a line feed, which AWS does not mind.
  const token = check.required('WebIdentityToken', { min: 4, max: 20_000, sensitive: true }).trim()
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
  if (decision.awsError !== null) throw refusedExchange(decision, signature)
  const unfit = checkSessionDocument(policies)
  if (unfit !== null) throw refusalOf(unfit)
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

function refusedExchange(decision: Decision, signature: SignatureAnswer): AwsRefusal {
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

import { RequestContext } from '../../trust/context.ts'
import { type Action, type Parts, requireCaller, type SignedCall } from '../action.ts'
import { assumedRoleArn, requireRoleArn } from '../arn.ts'
import type { Caller } from '../caller.ts'
import { issueCredentials } from '../credentials.ts'
import { caseInsensitive, readTags } from '../iam/tags.ts'
import { identityAllows } from '../permission.ts'
import { AwsRefusal, validationError } from '../protocol/aws-refusal.ts'
import { type Constraints, constraints } from '../protocol/constraints.ts'
import { isoSeconds } from '../protocol/instant.ts'
import { textList } from '../protocol/params.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import { decideRoleTrust } from '../role-trust.ts'
import { checkSessionPolicies, packedSize, readSessionPolicies } from '../session-policy.ts'
import { type RoleRecord, roleKey, type Tag } from '../state.ts'
import { credentialsNode } from './credentials-node.ts'
import { readSessionParams, type SessionParams } from './session-params.ts'

const chainedMaxSeconds = 3600

/** Gives a signed caller credentials of another role; a role's credentials get at most one hour this way. */
export const assumeRole: Action = {
  name: 'AssumeRole',
  service: 'sts',
  signed: true,
  run: (call, parts) => assume(requireCaller(call), parts),
}

/** The session attributes of the new session, those it inherits included. */
interface Attributes {
  readonly requestTags: readonly Tag[]
  /** Inherited transitive tags and the request's. */
  readonly tags: { readonly [key: string]: string }
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | null
  readonly externalId: string | undefined
}

async function assume(call: SignedCall, parts: Parts): Promise<XmlRecord> {
  const check = constraints(call.params)
  const params = readSessionParams(check)
  const named = readNames(check)
  const policies = readSessionPolicies(call.params, check)
  check.done()
  call.note({ roleArn: params.roleArn, roleSessionName: params.roleSessionName })
  const arn = requireRoleArn(params.roleArn)
  const attributes = readAttributes(call, named)
  const seen = parts.state.asOf(call.nowMs, parts.faults.valueOf('consistency-delay'))
  const found = seen.roles.get(roleKey(arn.account, arn.name))
  if (found === undefined || found.arn !== params.roleArn) throw roleMissing(call.caller, params.roleArn)
  authorize(call, parts, found, params, attributes)
  const seconds = checkDuration(call.caller, params.durationSeconds, found)
  checkSessionPolicies(policies)
  const bounded = policies.inline !== null || policies.arns !== null || attributes.requestTags.length > 0
  const { tags, transitiveTagKeys, sourceIdentity } = attributes
  const packed = packedSize('session tags and policies', { policies, tags, sourceIdentity })
  const issuedAtSeconds = Math.floor(call.nowMs / 1000)
  const credentials = issueCredentials(
    parts.state.sealingKey(),
    parts.random,
    {
      roleArn: found.arn,
      roleId: found.id,
      sessionName: params.roleSessionName,
      issuedAtSeconds,
      expiresAtSeconds: issuedAtSeconds + seconds,
      federatedProvider: null,
      claimKeys: {},
      tags,
      transitiveTagKeys,
      sourceIdentity,
      policyArns: policies.arns,
      inlinePolicy: policies.inline !== null,
    },
    params.minimumTokenSize,
  )
  parts.state.touchRole(found.id, call.nowMs)
  return {
    Credentials: credentialsNode(credentials),
    AssumedRoleUser: {
      AssumedRoleId: `${found.id}:${params.roleSessionName}`,
      Arn: assumedRoleArn(arn, params.roleSessionName),
    },
    PackedPolicySize: bounded ? packed : null,
    SourceIdentity: sourceIdentity,
  }
}

interface Names {
  readonly externalId: string | undefined
  readonly sourceIdentity: string | undefined
}

function readNames(check: Constraints): Names {
  return {
    externalId: check.text('ExternalId', {
      min: 2,
      max: 1224,
      pattern: /^[\w+=,.@:/-]*$/,
      patternText: '[\\w+=,.@:\\/-]*',
    }),
    sourceIdentity: check.text('SourceIdentity', {
      min: 2,
      max: 64,
      pattern: /^[\w+=,.@-]*$/,
      patternText: '[\\w+=,.@-]*',
    }),
  }
}

function readAttributes(call: SignedCall, { externalId, sourceIdentity }: Names): Attributes {
  if (call.params.has('SerialNumber') || call.params.has('TokenCode')) {
    throw refuseAttribute(
      'MFA_UNSUPPORTED',
      'the sandbox has no MFA devices',
      'leave SerialNumber and TokenCode out',
    )
  }
  const refuse = (message: string, reason: string, suggestion: string) =>
    validationError(message, { reasonCode: 'TAGS_FORMAT', reason, suggestion })
  const requestTags = readTags(call.params, caseInsensitive, refuse)
  if (requestTags.length > 50)
    throw refuse('At most 50 session tags can be passed.', 'too many tags', 'pass fewer')
  const transitive = textList(call.params, 'TransitiveTagKeys') ?? []
  for (const key of transitive) {
    if (requestTags.some((tag) => tag.key === key)) continue
    const reason = `transitive tag key \`${key.slice(0, 128)}\` is not among the tags of the call`
    throw refuseAttribute('TAGS_FORMAT', reason, 'pass the tag, or leave its key out')
  }
  const session = call.caller.kind === 'session' ? call.caller.session : null
  const tags: { [key: string]: string } = Object.create(null)
  const inherited = session?.transitiveTagKeys ?? []
  for (const key of inherited) tags[key] = session?.tags[key] ?? ''
  for (const tag of requestTags) {
    if (inherited.some((key) => key.toLowerCase() === tag.key.toLowerCase())) {
      const reason = `tag \`${tag.key}\` is inherited from the calling session and cannot be set again`
      throw refuseAttribute('TAG_INHERITED', reason, 'leave the tag out')
    }
    tags[tag.key] = tag.value
  }
  const kept = session?.sourceIdentity ?? null
  if (kept !== null && sourceIdentity !== undefined && sourceIdentity !== kept) {
    const reason = 'the calling session has a source identity, which sticks through role chaining'
    throw refuseAttribute('SOURCE_IDENTITY_SET', reason, 'leave SourceIdentity out')
  }
  return {
    requestTags,
    tags,
    transitiveTagKeys: [...inherited, ...transitive],
    sourceIdentity: kept ?? sourceIdentity ?? null,
    externalId,
  }
}

function refuseAttribute(reasonCode: string, reason: string, suggestion: string): AwsRefusal {
  return new AwsRefusal('InvalidParameterValue', 400, reason, { reasonCode, reason, suggestion })
}

function authorize(
  call: SignedCall,
  parts: Parts,
  role: RoleRecord,
  params: SessionParams,
  attributes: Attributes,
): void {
  const permissions = ['sts:AssumeRole']
  if (attributes.requestTags.length > 0) permissions.push('sts:TagSession')
  if (attributes.sourceIdentity !== null) permissions.push('sts:SetSourceIdentity')
  const decision = decideRoleTrust({
    policy: role.policy,
    roleArn: role.arn,
    roleAccount: role.account,
    caller: call.caller,
    identityAllows: identityAllows(call.caller, 'sts:AssumeRole', parts.state.now()),
    context: contextOf(call, role, params, attributes, parts),
    permissions,
  })
  call.note({ decision })
  if (decision.awsError === null) return
  throw new AwsRefusal(decision.awsError.code, decision.awsError.status, decision.awsError.message, {
    reasonCode: decision.reasonCode,
    reason: decision.reason,
    suggestion: decision.suggestion?.say ?? '',
    decision,
  })
}

function contextOf(
  call: SignedCall,
  role: RoleRecord,
  params: SessionParams,
  attributes: Attributes,
  parts: Parts,
): RequestContext {
  const context = new RequestContext()
  const nowSeconds = Math.floor(call.nowMs / 1000)
  context.set('sts:RoleSessionName', params.roleSessionName)
  context.set('sts:ExternalId', attributes.externalId)
  context.set('sts:SourceIdentity', attributes.sourceIdentity ?? undefined)
  for (const tag of attributes.requestTags) context.set(`aws:RequestTag/${tag.key}`, tag.value)
  context.setMany(
    'aws:TagKeys',
    attributes.requestTags.map((tag) => tag.key),
  )
  context.setMany('sts:TransitiveTagKeys', attributes.transitiveTagKeys)
  context.set('aws:CurrentTime', isoSeconds(nowSeconds))
  context.set('aws:EpochTime', String(nowSeconds))
  context.set('aws:SecureTransport', 'true')
  context.set('aws:SourceIp', call.sourceIp)
  context.set('aws:UserAgent', call.userAgent)
  context.set('aws:RequestedRegion', call.region)
  context.set('aws:ResourceAccount', role.account)
  for (const tag of role.tags) {
    context.set(`aws:ResourceTag/${tag.key}`, tag.value)
    context.set(`iam:ResourceTag/${tag.key}`, tag.value)
  }
  setPrincipalKeys(context, call.caller, parts)
  return context
}

function setPrincipalKeys(context: RequestContext, caller: Caller, parts: Parts): void {
  context.set('aws:PrincipalAccount', caller.account)
  context.set('aws:userid', caller.userId)
  if (caller.kind === 'administrator') {
    context.set('aws:PrincipalArn', caller.arn)
    context.set('aws:PrincipalType', 'User')
    context.set('aws:username', caller.arn.split('/').at(-1))
    return
  }
  const { session } = caller
  context.set('aws:PrincipalArn', session.roleArn)
  context.set('aws:PrincipalType', 'AssumedRole')
  context.set('aws:TokenIssueTime', isoSeconds(session.issuedAtSeconds))
  context.set('aws:SourceIdentity', session.sourceIdentity ?? undefined)
  context.set('aws:FederatedProvider', session.federatedProvider ?? undefined)
  for (const [key, value] of Object.entries(session.claimKeys)) {
    if (typeof value === 'string') context.set(key, value)
    else context.setMany(key, value)
  }
  const name = caller.arn.split('/')[1] ?? ''
  for (const tag of parts.state.now().roles.get(roleKey(caller.account, name))?.tags ?? []) {
    context.set(`aws:PrincipalTag/${tag.key}`, tag.value)
  }
  // Session tags outrank the tags of the role.
  for (const [key, value] of Object.entries(session.tags)) context.set(`aws:PrincipalTag/${key}`, value)
}

function checkDuration(caller: Caller, given: number | undefined, role: RoleRecord): number {
  const seconds = given ?? 3600
  const refuse = (message: string, limit: number) =>
    validationError(message, {
      reasonCode: 'DURATION_TOO_LONG',
      reason: `${seconds} seconds were asked for, ${limit} are the most`,
      suggestion: `ask for ${limit} seconds or fewer`,
    })
  if (caller.kind === 'session' && seconds > chainedMaxSeconds) {
    throw refuse(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      chainedMaxSeconds,
    )
  }
  if (seconds > role.maxSessionDurationSeconds) {
    throw refuse(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      role.maxSessionDurationSeconds,
    )
  }
  return seconds
}

function roleMissing(caller: Caller, roleArn: string): AwsRefusal {
  const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`
  return new AwsRefusal('AccessDenied', 403, message, {
    reasonCode: 'ROLE_NOT_FOUND',
    reason: `role \`${roleArn}\` does not exist, path and case included, or STS does not know of it yet`,
    suggestion: 'create the role, or pass the ARN of one that ListRoles shows',
  })
}

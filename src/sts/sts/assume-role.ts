import { checkSessionDocument, checkSessionPolicies } from '../../trust/index.ts'
import { type Action, type Parts, requireCaller, type SignedCall } from '../action.ts'
import { assumedRoleArn, requireRoleArn } from '../arn.ts'
import type { Caller } from '../caller.ts'
import { issueCredentials } from '../credentials.ts'
import { identityAllows } from '../permission.ts'
import { AwsRefusal, refusalOf, validationError } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import { decideRoleTrust } from '../role-trust.ts'
import { packedSize, readSessionPolicies } from '../session-policy.ts'
import { type RoleRecord, roleKey } from '../state.ts'
import { contextOf } from './caller-context.ts'
import { credentialsNode } from './credentials-node.ts'
import { type Attributes, readAttributes, readNames } from './session-attributes.ts'
import { readSessionParams, type SessionParams } from './session-params.ts'

const chainedMaxSeconds = 3600

/** Gives a signed caller credentials of another role; a role's credentials get at most one hour this way. */
export const assumeRole: Action = {
  name: 'AssumeRole',
  service: 'sts',
  signed: true,
  run: (call, parts) => assume(requireCaller(call), parts),
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
  const unfit = checkSessionPolicies(policies) ?? checkSessionDocument(policies)
  if (unfit !== null) throw refusalOf(unfit)
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

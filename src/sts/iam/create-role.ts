import { type Action, iamAction, type Parts, roleResource, type SignedCall } from '../action.ts'
import { newRoleId } from '../credentials.ts'
import { AwsRefusal, limitExceeded } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import type { RoleRecord } from '../state.ts'
import {
  boundaryNode,
  readDescription,
  readMaxSessionDuration,
  readRoleName,
  roleSummary,
  saveRole,
} from './role-record.ts'
import { caseInsensitive, mergeTags, readTags, tagsNode } from './tags.ts'
import { checkTrustPolicy } from './trust-policy.ts'

const maxRoles = 1000

/** Creates a role in the caller's account after the write-time checks of its trust policy. */
export const createRole: Action = iamAction('CreateRole', roleResource, async (call, parts) => {
  const check = constraints(call.params)
  const name = readRoleName(check)
  const policy = check.required('AssumeRolePolicyDocument', { min: 1, max: 131_072 })
  const path = check.text('Path', {
    min: 1,
    max: 512,
    pattern: /^(\/|\/[!-\x7f]+\/)$/,
    patternText: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
  })
  const description = readDescription(check)
  const maxSessionDuration = readMaxSessionDuration(check)
  const boundary = check.text('PermissionsBoundary', { min: 20, max: 2048 })
  check.done()
  const tags = mergeTags([], readTags(call.params, caseInsensitive), caseInsensitive)
  checkTrustPolicy(policy)
  checkRoom(call, parts, name)
  const role: RoleRecord = {
    arn: `arn:${parts.partition}:iam::${call.caller.account}:role${path ?? '/'}${name}`,
    account: call.caller.account,
    path: path ?? '/',
    name,
    id: newRoleId(parts.random),
    description: description ?? null,
    maxSessionDurationSeconds: maxSessionDuration ?? 3600,
    policy,
    permissionsBoundary: boundary ?? null,
    tags,
    attachedPolicies: [],
    createdAtSeconds: Math.floor(call.nowMs / 1000),
  }
  await saveRole(call, parts, role)
  // The answer leaves Description and MaxSessionDuration out; GetRole has them.
  return {
    Role: { ...roleSummary(role), Tags: tagsNode(tags), PermissionsBoundary: boundaryNode(role) },
  }
})

function checkRoom(call: SignedCall, parts: Parts, name: string): void {
  const own = [...parts.state.now().roles.values()].filter((role) => role.account === call.caller.account)
  // Two names that differ in case only are one name.
  if (own.some((role) => role.name.toLowerCase() === name.toLowerCase())) {
    throw new AwsRefusal('EntityAlreadyExists', 409, `Role with name ${name} already exists.`)
  }
  if (own.length >= maxRoles) throw limitExceeded('RolesPerAccount', maxRoles)
}

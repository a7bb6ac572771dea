import { type Action, iamAction, roleResource } from '../action.ts'
import { AwsRefusal, limitExceeded, noSuchEntity } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import type { Params } from '../protocol/params.ts'
import { paged } from './paging.ts'
import { requireRole, saveRole } from './role-record.ts'

const maxPolicies = 10

/** Attaches a managed policy by ARN. The sandbox keeps no policy documents, so any well-formed ARN is taken. */
export const attachRolePolicy: Action = iamAction('AttachRolePolicy', roleResource, async (call, parts) => {
  const arn = readPolicyArn(call.params)
  const role = requireRole(call, parts)
  if (role.attachedPolicies.includes(arn)) return null
  if (role.attachedPolicies.length >= maxPolicies) throw limitExceeded('PoliciesPerRole', maxPolicies)
  await saveRole(call, parts, { ...role, attachedPolicies: [...role.attachedPolicies, arn] })
  return null
})

/** Detaches a managed policy. */
export const detachRolePolicy: Action = iamAction('DetachRolePolicy', roleResource, async (call, parts) => {
  const arn = readPolicyArn(call.params)
  const role = requireRole(call, parts)
  if (!role.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`)
  const attachedPolicies = role.attachedPolicies.filter((one) => one !== arn)
  await saveRole(call, parts, { ...role, attachedPolicies })
  return null
})

function readPolicyArn(params: Params): string {
  const check = constraints(params)
  const arn = check.required('PolicyArn', { min: 20, max: 2048 })
  check.done()
  if (/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(arn)) return arn
  throw new AwsRefusal('InvalidInput', 400, `ARN ${arn.slice(0, 200)} is not valid.`, {
    reasonCode: 'BAD_POLICY_ARN',
    reason: 'PolicyArn must be `arn:<partition>:iam::<aws or account>:policy/<path and name>`',
    suggestion: 'pass an ARN such as `arn:aws:iam::aws:policy/ReadOnlyAccess`',
  })
}

/** The managed policies attached to a role, in pages. */
export const listAttachedRolePolicies: Action = iamAction(
  'ListAttachedRolePolicies',
  roleResource,
  async (call, parts) => {
    const role = requireRole(call, parts)
    const page = paged(constraints(call.params), role.attachedPolicies)
    return {
      AttachedPolicies: page.items.map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
      IsTruncated: page.marker !== null,
      Marker: page.marker,
    }
  },
)

/** Always empty: inline policies are not kept. Tools ask before they delete a role. */
export const listRolePolicies: Action = iamAction('ListRolePolicies', roleResource, async (call, parts) => {
  requireRole(call, parts)
  return { PolicyNames: [], IsTruncated: false }
})

/** Always empty: there are no instances. Tools ask before they delete a role. */
export const listInstanceProfilesForRole: Action = iamAction(
  'ListInstanceProfilesForRole',
  roleResource,
  async (call, parts) => {
    requireRole(call, parts)
    return { InstanceProfiles: [], IsTruncated: false }
  },
)

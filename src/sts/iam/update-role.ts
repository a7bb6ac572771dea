import { type Action, iamAction, roleResource } from '../action.ts'
import { constraints } from '../protocol/constraints.ts'
import { readDescription, readMaxSessionDuration, requireRole, saveRole } from './role-record.ts'
import { checkTrustPolicy } from './trust-policy.ts'

/** Changes the description or the longest session of a role; what is not given stays. */
export const updateRole: Action = iamAction('UpdateRole', roleResource, async (call, parts) => {
  const check = constraints(call.params)
  const description = readDescription(check)
  const maxSessionDuration = readMaxSessionDuration(check)
  check.done()
  const role = requireRole(call, parts)
  await saveRole(call, parts, {
    ...role,
    description: description ?? role.description,
    maxSessionDurationSeconds: maxSessionDuration ?? role.maxSessionDurationSeconds,
  })
  return {}
})

/** Replaces a role's trust policy after the write-time checks. */
export const updateAssumeRolePolicy: Action = iamAction(
  'UpdateAssumeRolePolicy',
  roleResource,
  async (call, parts) => {
    const check = constraints(call.params)
    const policy = check.required('PolicyDocument', { min: 1, max: 131_072 })
    check.done()
    const role = requireRole(call, parts)
    checkTrustPolicy(policy)
    await saveRole(call, parts, { ...role, policy })
    return null
  },
)

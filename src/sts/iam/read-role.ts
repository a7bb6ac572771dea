import { type Action, iamAction, roleResource } from '../action.ts'
import { AwsRefusal } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import { withoutRole } from '../state.ts'
import { paged } from './paging.ts'
import { requireRole, roleDetails, roleSummary } from './role-record.ts'

/** One role with all that is known of it. */
export const getRole: Action = iamAction('GetRole', roleResource, async (call, parts) => {
  const role = requireRole(call, parts)
  return { Role: roleDetails(role, parts.state.roleLastUsedMs(role.id), call.region) }
})

/** The account's roles by name, in pages; without tags, boundary and last use. */
export const listRoles: Action = iamAction(
  'ListRoles',
  () => '*',
  async (call, parts) => {
    const check = constraints(call.params)
    const prefix = check.text('PathPrefix', {
      min: 1,
      max: 512,
      pattern: /^\/[!-\x7f]*$/,
      patternText: '\\u002F[\\u0021-\\u007F]*',
    })
    const roles = [...parts.state.now().roles.values()]
      .filter((role) => role.account === call.caller.account && role.path.startsWith(prefix ?? '/'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const page = paged(check, roles)
    return {
      Roles: page.items.map((role) => ({
        ...roleSummary(role),
        Description: role.description,
        MaxSessionDuration: role.maxSessionDurationSeconds,
      })),
      IsTruncated: page.marker !== null,
      Marker: page.marker,
    }
  },
)

/** Deletes a role that no policy is attached to. */
export const deleteRole: Action = iamAction('DeleteRole', roleResource, async (call, parts) => {
  const role = requireRole(call, parts)
  if (role.attachedPolicies.length > 0) {
    throw new AwsRefusal('DeleteConflict', 409, 'Cannot delete entity, must detach all policies first.', {
      reasonCode: 'POLICIES_ATTACHED',
      reason: `${role.attachedPolicies.length} managed policies are attached to role \`${role.name}\``,
      suggestion: 'detach them with DetachRolePolicy, then delete the role',
    })
  }
  await parts.state.change(call.nowMs, withoutRole(parts.state.now(), role.account, role.name))
  return null
})

import { parseRoleArn } from '../trust/index.ts'
import type { Caller } from './caller.ts'
import type { Session } from './credentials.ts'
import { AwsRefusal } from './protocol/aws-refusal.ts'
import { roleKey, type Snapshot } from './state.ts'

/**
 * What the managed policies the sandbox knows allow of the two services. It knows these by name only; every
 * other policy can be attached and allows nothing here.
 */
const managedPolicies: { readonly [name: string]: (action: string) => boolean } = Object.freeze({
  AdministratorAccess: () => true,
  IAMFullAccess: (action) => action.startsWith('iam:'),
  PowerUserAccess: (action) => action.startsWith('sts:'),
  IAMReadOnlyAccess: (action) => /^iam:(Get|List)/.test(action),
  ReadOnlyAccess: (action) => /^iam:(Get|List)/.test(action),
  SecurityAudit: (action) => /^iam:(Get|List)/.test(action),
})

/** Whether an identity's own policies allow an action. The administrator may do everything. */
export function identityAllows(caller: Caller, action: string, snapshot: Snapshot): boolean {
  if (caller.kind === 'administrator') return true
  const role = parseRoleArn(caller.session.roleArn)
  const record = role === null ? undefined : snapshot.roles.get(roleKey(role.account, role.name))
  // A role that was deleted and made again is another role, and its old sessions are worth nothing.
  if (record === undefined || record.id !== caller.session.roleId) return false
  return (
    record.attachedPolicies.some((arn) => policyAllows(arn, action)) && withinSession(caller.session, action)
  )
}

function withinSession(session: Session, action: string): boolean {
  if (session.policyArns !== null && session.policyArns.length > 0) {
    return session.policyArns.some((arn) => policyAllows(arn, action))
  }
  return !session.inlinePolicy
}

function policyAllows(arn: string, action: string): boolean {
  const name = /^arn:aws[a-z-]*:iam::aws:policy\/(\w+)$/.exec(arn)?.[1]
  if (name === undefined || !Object.hasOwn(managedPolicies, name)) return false
  return managedPolicies[name]!(action)
}

/** @throws AwsRefusal `AccessDenied` in AWS's words when the caller's policies do not allow the action */
export function requirePermission(
  caller: Caller,
  action: string,
  resource: string,
  snapshot: Snapshot,
): void {
  if (identityAllows(caller, action, snapshot)) return
  throw new AwsRefusal(
    'AccessDenied',
    403,
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    {
      reasonCode: 'IDENTITY_POLICY',
      reason: `no policy that is attached to the role, and within the session's own policies, allows ${action}; the sandbox knows ${Object.keys(managedPolicies).join(', ')} by name and reads no other policy`,
      suggestion: 'attach one of those policies to the role, or sign with the administrator key pair',
    },
  )
}

import type { Action } from './action.ts'
import { createOpenIDConnectProvider } from './iam/create-provider.ts'
import { createRole } from './iam/create-role.ts'
import {
  addClientIDToOpenIDConnectProvider,
  removeClientIDFromOpenIDConnectProvider,
  updateOpenIDConnectProviderThumbprint,
} from './iam/provider-lists.ts'
import {
  listOpenIDConnectProviderTags,
  tagOpenIDConnectProvider,
  untagOpenIDConnectProvider,
} from './iam/provider-tags.ts'
import {
  deleteOpenIDConnectProvider,
  getOpenIDConnectProvider,
  listOpenIDConnectProviders,
} from './iam/read-provider.ts'
import { deleteRole, getRole, listRoles } from './iam/read-role.ts'
import {
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  listInstanceProfilesForRole,
  listRolePolicies,
} from './iam/role-policies.ts'
import { listRoleTags, tagRole, untagRole } from './iam/role-tags.ts'
import { updateAssumeRolePolicy, updateRole } from './iam/update-role.ts'
import { AwsRefusal } from './protocol/aws-refusal.ts'
import type { Params } from './protocol/params.ts'
import type { Service } from './protocol/xml.ts'
import { assumeRole } from './sts/assume-role.ts'
import { assumeRoleWithWebIdentity } from './sts/assume-role-with-web-identity.ts'
import { getCallerIdentity } from './sts/get-caller-identity.ts'

const versions: { readonly [version: string]: Service } = { '2011-06-15': 'sts', '2010-05-08': 'iam' }

/** Every operation the sandbox answers. */
export const actions: readonly Action[] = Object.freeze([
  assumeRoleWithWebIdentity,
  assumeRole,
  getCallerIdentity,
  createOpenIDConnectProvider,
  getOpenIDConnectProvider,
  listOpenIDConnectProviders,
  deleteOpenIDConnectProvider,
  addClientIDToOpenIDConnectProvider,
  removeClientIDFromOpenIDConnectProvider,
  updateOpenIDConnectProviderThumbprint,
  tagOpenIDConnectProvider,
  untagOpenIDConnectProvider,
  listOpenIDConnectProviderTags,
  createRole,
  getRole,
  listRoles,
  updateRole,
  updateAssumeRolePolicy,
  deleteRole,
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  listRolePolicies,
  listInstanceProfilesForRole,
  tagRole,
  untagRole,
  listRoleTags,
])

const byName = new Map(actions.map((action) => [`${action.service}:${action.name}`, action]))

/** The protocol a version of the API belongs to; STS when the request does not say. */
export function serviceOf(params: Params): Service {
  return versions[params.get('Version') ?? ''] ?? 'sts'
}

/** The operation a request names. @throws AwsRefusal `MissingAction` or `InvalidAction` */
export function findAction(params: Params): Action {
  const name = params.get('Action')
  const version = params.get('Version')
  if (!name) {
    throw new AwsRefusal('MissingAction', 400, 'Missing Action', {
      reasonCode: 'MISSING_ACTION',
      reason: 'the request has no Action parameter in its query or its form body',
      suggestion: 'point an AWS SDK or the AWS CLI at this endpoint; explanations are at /_sandbox/decisions',
    })
  }
  const service = Object.hasOwn(versions, version ?? '') ? versions[version!] : undefined
  const action = service === undefined ? undefined : byName.get(`${service}:${name}`)
  if (action !== undefined) return action
  const text = `Could not find operation ${name.slice(0, 128)} for version ${(version ?? 'NO_VERSION_SPECIFIED').slice(0, 32)}`
  throw new AwsRefusal('InvalidAction', 400, text, {
    reasonCode: 'UNKNOWN_ACTION',
    reason: 'the sandbox has no such operation of IAM (version 2010-05-08) or STS (version 2011-06-15)',
    suggestion: `use one of ${actions.map((known) => known.name).join(', ')}`,
  })
}

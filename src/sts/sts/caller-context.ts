import { RequestContext } from '../../trust/context.ts'
import type { Parts, SignedCall } from '../action.ts'
import type { Caller } from '../caller.ts'
import { isoSeconds } from '../protocol/instant.ts'
import { type RoleRecord, roleKey } from '../state.ts'
import type { Attributes } from './session-attributes.ts'
import type { SessionParams } from './session-params.ts'

/** The condition keys of an `AssumeRole` call: of the request, of the role, and of whoever signed it. */
export function contextOf(
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

import type { Call, Parts, SignedCall } from '../action.ts'
import { noSuchEntity } from '../protocol/aws-refusal.ts'
import { type Constraints, constraints } from '../protocol/constraints.ts'
import { isoSeconds } from '../protocol/instant.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import { type RoleRecord, roleKey, withRole } from '../state.ts'
import { tagsNode } from './tags.ts'

const namePattern = { pattern: /^[\w+=,.@-]*$/, patternText: '[\\w+=,.@-]+' }

/** The `RoleName` of a request. */
export function readRoleName(check: Constraints): string {
  return check.required('RoleName', { min: 1, max: 64, ...namePattern })
}

/** `MaxSessionDuration`, 1 to 12 hours, when the request has one. */
export function readMaxSessionDuration(check: Constraints): number | undefined {
  return check.integer('MaxSessionDuration', 3600, 43_200)
}

/** `Description`, when the request has one. */
export function readDescription(check: Constraints): string | undefined {
  return check.text('Description', {
    max: 1000,
    pattern: /^[\t\n\r -~\u00a1-\u00ff]*$/,
    patternText: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
  })
}

/** The role of the caller's account that a call names. @throws AwsRefusal `NoSuchEntity` or `ValidationError` */
export function requireRole(call: SignedCall, parts: Parts): RoleRecord {
  const check = constraints(call.params)
  const name = readRoleName(check)
  check.done()
  const role = parts.state.now().roles.get(roleKey(call.caller.account, name))
  if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`)
  return role
}

/** Puts a changed role in place. */
export function saveRole(call: Call, parts: Parts, role: RoleRecord): Promise<void> {
  return parts.state.change(call.nowMs, withRole(parts.state.now(), role))
}

/** What `CreateRole`, `GetRole` and `ListRoles` all say about a role. */
export function roleSummary(role: RoleRecord): XmlRecord {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: isoSeconds(role.createdAtSeconds),
    AssumeRolePolicyDocument: encodeDocument(role.policy),
  }
}

/** What only `GetRole` adds. */
export function roleDetails(role: RoleRecord, lastUsedMs: number | null, region: string): XmlRecord {
  return {
    ...roleSummary(role),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDurationSeconds,
    PermissionsBoundary: boundaryNode(role),
    Tags: tagsNode(role.tags),
    RoleLastUsed:
      lastUsedMs === null ? {} : { LastUsedDate: isoSeconds(Math.floor(lastUsedMs / 1000)), Region: region },
  }
}

/** The permissions boundary as IAM shows it, when the role has one. */
export function boundaryNode(role: RoleRecord): XmlRecord | null {
  if (role.permissionsBoundary === null) return null
  return { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.permissionsBoundary }
}

/** A policy document as IAM answers with it: percent-encoded by RFC 3986. */
function encodeDocument(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

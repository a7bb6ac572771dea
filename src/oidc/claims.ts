import { AppError } from '../diag/index.ts'
import { loginAudience } from './audience.ts'
import { formatEnvironmentName, parseEnvironmentName } from './environment-name.ts'
import type { LoginRequest } from './login.ts'
import { loginSubject, userLogin } from './subject.ts'

/** Claims of a token before it gets its times and its id. */
export interface TimelessClaims {
  readonly iss: string
  readonly aud: string
  readonly sub: string
  readonly [claim: string]: string
}

/** Names of all claims that tokens of the first issuer may have. */
export const loginClaimNames = [
  'iss',
  'aud',
  'sub',
  'iat',
  'nbf',
  'exp',
  'jti',
  'org',
  'env',
  'current_env',
  'root_env',
  'trigger_user',
  'snowflake_user',
  'scp',
] as const

/** Names of all claims that tokens of the second issuer may have. */
export const identityClaimNames = [
  'iss',
  'sub',
  'aud',
  'iat',
  'nbf',
  'exp',
  'jti',
  'https://pulumi.com/org',
  'https://pulumi.com/org_id',
  'https://pulumi.com/current_env',
  'https://pulumi.com/current_env_id',
  'https://pulumi.com/root_env',
  'https://pulumi.com/root_env_id',
  'https://pulumi.com/actor',
] as const

/**
 * The claims of a login token (§1.4 of the issuer specification). Nothing in them comes from the author of an
 * environment but the choice and order of subject attributes.
 *
 * @throws AppError as `loginSubject`
 */
export function loginClaims(issuer: string, request: LoginRequest): TimelessClaims {
  const { organization, opened, current, snowflake } = request
  const name = (text: string) => formatEnvironmentName(parseEnvironmentName(text, organization))
  return {
    iss: issuer,
    aud: loginAudience(request),
    sub: loginSubject(request),
    org: organization,
    env: parseEnvironmentName(opened, organization)?.name ?? name(opened),
    current_env: name(current),
    root_env: name(opened),
    trigger_user: userLogin(request),
    ...(request.platform === 'snowflake' && snowflake !== undefined
      ? {
          snowflake_user: snowflake.user,
          scp: snowflake.role === null ? 'session:role-any' : `session:role:${snowflake.role}`,
        }
      : {}),
  }
}

/** A saved environment, by what never changes and by its name now. */
export interface SavedEnvironment {
  readonly id: string
  readonly project: string
  readonly name: string
}

/** Everything that a token of the second issuer is made from. */
export interface IdentityRequest {
  readonly organization: { readonly id: string; readonly name: string }
  /** The environment whose text holds the block; null for text that no environment holds. */
  readonly current: SavedEnvironment | null
  /** The opened environment; null for text that no environment holds. */
  readonly root: SavedEnvironment | null
  /** The login of the caller. */
  readonly actor: string
  readonly audience: string
  /** The organization's switch; on unless it was turned off. */
  readonly enabled?: boolean
}

const audienceBytes = 512

/**
 * The claims of an identity token (§1.7). The subject is made of ids, so that it survives renames and is never
 * given to another environment.
 *
 * @throws AppError IDENTITY_NOT_ENABLED, IDENTITY_UNSAVED, IDENTITY_AUDIENCE_INVALID
 */
export function identityClaims(issuer: string, request: IdentityRequest): TimelessClaims {
  const { organization, current, root, audience, actor, enabled = true } = request
  if (!enabled) throw new AppError('IDENTITY_NOT_ENABLED', { organization: organization.name })
  if (current === null) throw new AppError('IDENTITY_UNSAVED')
  const bytes = Buffer.byteLength(audience, 'utf8')
  if (audience.trim() === '' || bytes > audienceBytes) {
    throw new AppError('IDENTITY_AUDIENCE_INVALID', { bytes, limit: audienceBytes })
  }
  return {
    iss: issuer,
    sub: identitySubject(organization.id, current.id),
    aud: audience,
    'https://pulumi.com/org': organization.name,
    'https://pulumi.com/org_id': organization.id,
    'https://pulumi.com/current_env': `${current.project}/${current.name}`,
    'https://pulumi.com/current_env_id': current.id,
    ...(root === null
      ? {}
      : {
          'https://pulumi.com/root_env': `${root.project}/${root.name}`,
          'https://pulumi.com/root_env_id': root.id,
        }),
    'https://pulumi.com/actor': actor,
  }
}

/**
 * The subject an environment has at the second issuer; also what metadata shows as `oidcSubjectV2`.
 *
 * @throws AppError SUBJECT_VALUE_INVALID for ids that would make it ambiguous
 */
export function identitySubject(organizationId: string, environmentId: string): string {
  for (const id of [organizationId, environmentId]) {
    if (!/^[A-Za-z0-9._-]+$/.test(id)) {
      const rule = 'wanted letters, digits, `.`, `_` and `-`'
      throw new AppError('SUBJECT_VALUE_INVALID', { attribute: 'id', got: id, rule })
    }
  }
  return `pulumi:org:${organizationId}:env:${environmentId}`
}

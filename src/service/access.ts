import { AppError } from '../diag/index.ts'
import type { Environment, Membership, Organization, ReadTransaction } from '../store/index.ts'
import type { Caller } from './caller.ts'
import { type EnvironmentName, formatName } from './names.ts'
import {
  type EnvironmentPermission,
  type Level,
  levelPermissions,
  type OrganizationPermission,
  roleHolds,
  strongestLevel,
} from './permissions.ts'
import { roleOrganizationPermissions, rolePermissions } from './role-grants.ts'
import { teamLevels } from './team-grants.ts'

/** Proof that a caller may act in an organization. Only `authorizeOrganization` makes it. */
export interface OrganizationAccess {
  readonly caller: Caller
  readonly organization: Organization
  readonly role: 'admin' | 'member'
}

/** Proof that a caller may act on one environment, with all that is allowed. Only `authorizeEnvironment` makes it. */
export interface EnvironmentAccess extends OrganizationAccess {
  readonly environment: Environment
  readonly permissions: ReadonlySet<EnvironmentPermission>
}

/** The setting that holds what members may do with every environment of their organization. */
export const memberLevelSetting = 'memberLevel'

/** The setting of an environment that holds the levels granted to single users: `{[userId]: level}`. */
export const grantsSetting = 'grants'

/**
 * Decides whether the caller may do something in an organization.
 *
 * @throws AppError ORGANIZATION_NOT_FOUND also when the caller is no member of it; FORBIDDEN
 */
export async function authorizeOrganization(
  transaction: ReadTransaction,
  caller: Caller,
  needs: OrganizationPermission,
  name: string,
): Promise<OrganizationAccess> {
  const access = await enterOrganization(transaction, caller, name)
  if (access === null) throw new AppError('ORGANIZATION_NOT_FOUND', { organization: name })
  const scopes = caller.token.scopes
  const held =
    roleHolds(access.role, needs) ||
    (await roleOrganizationPermissions(transaction, access.organization.id, holder(caller))).has(needs)
  if (!held || (scopes !== null && !scopes.includes(needs))) {
    throw new AppError('FORBIDDEN', {
      permission: needs,
      resource: name,
      who: 'an administrator of the organization',
    })
  }
  return access
}

/**
 * Decides whether the caller may do something with an environment: the one place where that is decided (S-17).
 *
 * @throws AppError ENVIRONMENT_NOT_FOUND when it does not exist, belongs to another organization, or the caller may
 * do nothing with it: all three look the same (S-19). FORBIDDEN when something is allowed but not this
 */
export async function authorizeEnvironment(
  transaction: ReadTransaction,
  caller: Caller,
  needs: EnvironmentPermission,
  name: EnvironmentName,
): Promise<EnvironmentAccess> {
  const missing = () => new AppError('ENVIRONMENT_NOT_FOUND', { environment: formatName(name) })
  const access = await enterOrganization(transaction, caller, name.organization)
  if (access === null) throw missing()
  const environment = await transaction.environments.find(access.organization.id, name.project, name.name)
  if (environment === null) throw missing()
  const permissions = await permissionsOn(transaction, access, environment)
  if (permissions.size === 0) throw missing()
  if (!permissions.has(needs)) {
    throw new AppError('FORBIDDEN', {
      permission: needs,
      resource: formatName(name),
      who: 'an administrator of the environment',
    })
  }
  return { ...access, environment, permissions }
}

/** The caller's place in an organization; `null` when it does not exist or the caller has none there. */
export async function enterOrganization(
  transaction: ReadTransaction,
  caller: Caller,
  name: string,
): Promise<OrganizationAccess | null> {
  const organization = await transaction.organizations.find(name)
  if (organization === null) return null
  if (caller.user === null) {
    if (caller.token.organizationId !== organization.id) return null
    return { caller, organization, role: caller.token.admin ? 'admin' : 'member' }
  }
  const membership = await transaction.memberships.get(organization.id, caller.user.id)
  return membership === null ? null : { caller, organization, role: roleOf(membership) }
}

function roleOf(membership: Membership): 'admin' | 'member' {
  return membership.role === 'admin' ? 'admin' : 'member'
}

/** Whether the caller may do everything with every environment of the organization, without looking at any of them. */
export function holdsAll({ role, caller }: OrganizationAccess): boolean {
  return role === 'admin' && caller.token.environmentIds === null && caller.token.scopes === null
}

/** What the caller may do with an environment: roles, grants and ownership add up, the token narrows them (S-12). */
export async function permissionsOn(
  transaction: ReadTransaction,
  access: OrganizationAccess,
  environment: Environment,
): Promise<ReadonlySet<EnvironmentPermission>> {
  if (holdsAll(access)) return levelPermissions('admin')
  const { token } = access.caller
  if (token.environmentIds !== null && !token.environmentIds.includes(environment.id)) return new Set()
  const level = await levelOn(transaction, access, environment)
  let held = levelPermissions(level)
  if (level !== 'admin') {
    const others = await rolePermissions(transaction, environment, holder(access.caller))
    if (others.size > 0) held = new Set([...held, ...others])
  }
  if (token.scopes === null) return held
  return new Set([...held].filter((permission) => token.scopes!.includes(`env:${permission}`)))
}

function holder({ user, token }: Caller): { readonly userId: string | null; readonly team: string | null } {
  return { userId: user?.id ?? null, team: token.team }
}

async function levelOn(
  transaction: ReadTransaction,
  access: OrganizationAccess,
  environment: Environment,
): Promise<Level> {
  if (access.role === 'admin') return 'admin'
  const everybody = await transaction.settings.get(access.organization.id, memberLevelSetting)
  const { user } = access.caller
  const teams = await teamLevels(transaction, environment, {
    userId: user?.id ?? null,
    team: access.caller.token.team,
  })
  if (user === null) return strongestLevel(level(everybody), ...teams.map(level))
  if (environment.ownedBy.id === user.id) return 'admin'
  const grants = await transaction.settings.get(environment.id, grantsSetting)
  const granted = typeof grants === 'object' && grants !== null ? Object.entries(grants) : []
  const own = level(granted.find(([id]) => id === user.id)?.[1])
  return strongestLevel(level(everybody), own, ...teams.map(level))
}

/** Whatever is not a level grants nothing. */
function level(value: unknown): Level {
  return value === 'read' || value === 'open' || value === 'write' || value === 'admin' ? value : 'none'
}

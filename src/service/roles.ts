import { AppError } from '../diag/index.ts'
import type { ReadTransaction, Transaction } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import type { AuditFacts } from './audit/facts.ts'
import { checkName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import type { EnvironmentPermission, OrganizationPermission } from './permissions.ts'
import { type RoleRule, rolesOf, rolesSetting, type StoredRole } from './role-grants.ts'
import { teamsOf } from './team-grants.ts'

/** A custom role: what it allows where, and who holds it (service §10). */
export interface Role {
  readonly name: string
  readonly description: string
  readonly rules: readonly RoleRule[]
  /** What it allows in the organization itself. */
  readonly organization: readonly OrganizationPermission[]
  /** Logins, in order. */
  readonly members: readonly string[]
  readonly teams: readonly string[]
}

/** What a custom role can allow on environments. */
export const rolePermissionNames = [
  'read',
  'open',
  'decrypt',
  'write',
  'rotate',
  'share',
  'delete',
] as const satisfies readonly EnvironmentPermission[]

/** What a custom role can allow in the organization: nothing with which its holder could give themselves more. */
export const roleOrganizationNames = [
  'environment:list_deleted',
  'environment:restore_deleted',
  'audit_logs:read',
  'audit_logs:export',
  'oidc_issuers:read',
] as const satisfies readonly OrganizationPermission[]

/** The use cases of custom roles. */
export interface Roles {
  /** By name. */
  list(access: OrganizationAccess): Promise<readonly Role[]>
  /** Makes the role, or replaces it with all that it allows and all who hold it. @throws AppError NAME_INVALID, REQUEST_INVALID, NOT_FOUND */
  put(access: OrganizationAccess, role: Role): Promise<Role>
  /** @throws AppError NOT_FOUND */
  remove(access: OrganizationAccess, name: string): Promise<void>
}

const mostRoles = 100

/** The use cases of custom roles over the service's parts. */
export function createRoles(parts: ServiceParts): Roles {
  const save = async (
    transaction: Transaction,
    access: OrganizationAccess,
    roles: ReadonlyMap<string, StoredRole>,
    happened: { readonly event: string; readonly role: string; readonly facts?: AuditFacts },
  ) => {
    await transaction.settings.put(access.organization.id, rolesSetting, Object.fromEntries(roles))
    const { event, role, facts = {} } = happened
    await note(transaction, parts, access, { event, environment: null, facts: { role, ...facts } })
  }
  return {
    list: ({ organization }) =>
      parts.store.read(async (transaction) => {
        const roles = await rolesOf(transaction, organization.id)
        const shown = await Promise.all([...roles].map(([name, role]) => show(transaction, name, role)))
        return shown.sort((a, b) => (a.name < b.name ? -1 : 1))
      }),
    put: (access, role) =>
      parts.store.change(async (transaction) => {
        checkName('team', role.name)
        const roles = new Map(await rolesOf(transaction, access.organization.id))
        const twin = [...roles.keys()].find((name) => name.toLowerCase() === role.name.toLowerCase())
        if (twin !== undefined && twin !== role.name)
          throw new AppError('CONFLICT', { what: `role \`${twin}\` already exists`, hint: '' })
        if (twin === undefined && roles.size >= mostRoles)
          throw invalid(
            `wanted at most ${mostRoles} roles in an organization`,
            'remove one that nobody holds',
          )
        const stored: StoredRole = {
          description: role.description,
          rules: role.rules.map(checkRule),
          organization: role.organization,
          userIds: await memberIds(transaction, access, role.members),
          teams: await knownTeams(transaction, access, role.teams),
        }
        roles.set(role.name, stored)
        await save(transaction, access, roles, {
          event: twin === undefined ? 'custom-role-created' : 'custom-role-updated',
          role: role.name,
          facts: { grants: stored.rules.map(describeRule), member: role.members, team: role.teams },
        })
        return await show(transaction, role.name, stored)
      }),
    remove: (access, name) =>
      parts.store.change(async (transaction) => {
        const roles = new Map(await rolesOf(transaction, access.organization.id))
        if (!roles.delete(name)) throw new AppError('NOT_FOUND', { what: 'role', id: name.slice(0, 100) })
        await save(transaction, access, roles, { event: 'custom-role-deleted', role: name })
      }),
  }
}

/** Takes a user, or a team, out of all roles, so that a later one of that name holds none. */
export async function dropFromRoles(
  transaction: Transaction,
  organizationId: string,
  gone: { readonly userId: string } | { readonly team: string },
): Promise<void> {
  const roles = await rolesOf(transaction, organizationId)
  if (roles.size === 0) return
  const without = [...roles].map(([name, role]): [string, StoredRole] => [
    name,
    'userId' in gone
      ? { ...role, userIds: role.userIds.filter((id) => id !== gone.userId) }
      : { ...role, teams: role.teams.filter((team) => team !== gone.team) },
  ])
  await transaction.settings.put(organizationId, rolesSetting, Object.fromEntries(without))
}

async function show(transaction: ReadTransaction, name: string, role: StoredRole): Promise<Role> {
  const users = await Promise.all(role.userIds.map((id) => transaction.users.get(id)))
  return {
    name,
    description: role.description,
    rules: role.rules,
    organization: role.organization,
    members: users.flatMap((user) => (user === null ? [] : [user.login])).sort(),
    teams: role.teams,
  }
}

function checkRule(rule: RoleRule): RoleRule {
  const { everything, project, name, tag } = rule
  const narrow = project !== undefined || name !== undefined || tag !== undefined
  if (everything === true ? narrow : !narrow) {
    throw invalid(
      'a rule names either `everything: true`, or a `project`, a `name` or a `tag`',
      'say which environments the rule is about',
    )
  }
  if (name !== undefined && project === undefined)
    throw invalid('a rule with a `name` names its `project` too', 'add the project')
  if (rule.permissions.length === 0)
    throw invalid('a rule allows at least one permission', `choose from ${rolePermissionNames.join(', ')}`)
  return rule
}

/** `read open on web/dev, tag tier=prod`, for the trail. */
function describeRule({ permissions, project, name, tag }: RoleRule): string {
  const place = project === undefined ? '*' : name === undefined ? `${project}/*` : `${project}/${name}`
  const tagged = tag === undefined ? '' : `, tag ${tag.name}=${tag.value ?? '*'}`
  return `${permissions.join(' ')} on ${place}${tagged}`
}

async function memberIds(
  transaction: ReadTransaction,
  { organization }: OrganizationAccess,
  logins: readonly string[],
): Promise<readonly string[]> {
  const ids: string[] = []
  for (const login of logins) {
    const user = await transaction.users.find(login)
    const member = user && (await transaction.memberships.get(organization.id, user.id))
    if (user === null || member === null)
      throw new AppError('NOT_FOUND', { what: 'member', id: login.slice(0, 100) })
    ids.push(user.id)
  }
  return [...new Set(ids)]
}

async function knownTeams(
  transaction: ReadTransaction,
  { organization }: OrganizationAccess,
  names: readonly string[],
): Promise<readonly string[]> {
  const teams = await teamsOf(transaction, organization.id)
  for (const name of names)
    if (!teams.has(name)) throw new AppError('NOT_FOUND', { what: 'team', id: name.slice(0, 100) })
  return [...new Set(names)].sort()
}

function invalid(what: string, hint: string): AppError {
  return new AppError('REQUEST_INVALID', { what, hint })
}

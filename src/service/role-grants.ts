import type { Environment, ReadTransaction } from '../store/index.ts'
import type { EnvironmentPermission, OrganizationPermission } from './permissions.ts'
import { teamsOf } from './team-grants.ts'

/** The setting of an organization that holds its custom roles, by name. */
export const rolesSetting = 'roles'

/** Which environments a rule is about: all that it says must hold; `everything` says nothing else. */
export interface RoleTarget {
  readonly everything?: true | undefined
  readonly project?: string | undefined
  readonly name?: string | undefined
  /** A tag of the environment; without `value` any value. */
  readonly tag?: { readonly name: string; readonly value?: string | undefined } | undefined
}

/** What a role allows on the environments it is about. */
export interface RoleRule extends RoleTarget {
  readonly permissions: readonly EnvironmentPermission[]
}

/** A custom role as it is stored: holders by user id and by team name. */
export interface StoredRole {
  readonly description: string
  readonly rules: readonly RoleRule[]
  readonly organization: readonly OrganizationPermission[]
  readonly userIds: readonly string[]
  readonly teams: readonly string[]
}

/** Somebody who may hold roles: a user, a token of a team, or neither. */
export interface RoleHolder {
  readonly userId: string | null
  readonly team: string | null
}

/** The custom roles of an organization, by name. */
export async function rolesOf(
  transaction: ReadTransaction,
  organizationId: string,
): Promise<ReadonlyMap<string, StoredRole>> {
  const stored = await transaction.settings.get(organizationId, rolesSetting)
  return new Map(Object.entries((stored ?? {}) as Readonly<Record<string, StoredRole>>))
}

/** What custom roles allow somebody on one environment. Roles only add. */
export async function rolePermissions(
  transaction: ReadTransaction,
  environment: Pick<Environment, 'id' | 'organizationId' | 'project' | 'name'>,
  who: RoleHolder,
): Promise<ReadonlySet<EnvironmentPermission>> {
  const rules = (await rolesHeld(transaction, environment.organizationId, who)).flatMap((role) => role.rules)
  const near = rules.filter(
    ({ project, name }) =>
      (project === undefined || project === environment.project) &&
      (name === undefined || name === environment.name),
  )
  const tags = near.some(({ tag }) => tag !== undefined)
    ? new Map(
        (await transaction.environmentTags.ofEnvironments([environment.id])).map(({ name, value }) => [
          name,
          value,
        ]),
      )
    : new Map<string, string>()
  return new Set(
    near
      .filter(
        ({ tag }) =>
          tag === undefined ||
          (tags.has(tag.name) && (tag.value ?? tags.get(tag.name)) === tags.get(tag.name)),
      )
      .flatMap(({ permissions }) => permissions),
  )
}

/** What custom roles allow somebody in the organization itself. */
export async function roleOrganizationPermissions(
  transaction: ReadTransaction,
  organizationId: string,
  who: RoleHolder,
): Promise<ReadonlySet<OrganizationPermission>> {
  const held = await rolesHeld(transaction, organizationId, who)
  return new Set(held.flatMap(({ organization }) => organization))
}

/** The names of tags that decide what somebody may do: who changes one of them grants or takes rights. */
export async function decidingTags(
  transaction: ReadTransaction,
  organizationId: string,
): Promise<ReadonlySet<string>> {
  const roles = await rolesOf(transaction, organizationId)
  return new Set(
    [...roles.values()].flatMap(({ rules }) => rules.flatMap(({ tag }) => (tag ? [tag.name] : []))),
  )
}

async function rolesHeld(
  transaction: ReadTransaction,
  organizationId: string,
  { userId, team }: RoleHolder,
): Promise<readonly StoredRole[]> {
  const roles = await rolesOf(transaction, organizationId)
  if (roles.size === 0) return []
  const teams = await teamsOf(transaction, organizationId)
  const isIn = (name: string) =>
    teams.has(name) && (name === team || (userId !== null && teams.get(name)!.includes(userId)))
  return [...roles.values()].filter(
    (role) => (userId !== null && role.userIds.includes(userId)) || role.teams.some(isIn),
  )
}

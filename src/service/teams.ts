import { AppError } from '../diag/index.ts'
import type { Environment, ReadTransaction, Transaction } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import { checkName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import type { Level } from './permissions.ts'
import { dropFromRoles } from './roles.ts'
import { teamGrantsSetting, teamsOf, teamsSetting } from './team-grants.ts'

/** A team with its members' logins, in order. */
export interface Team {
  readonly name: string
  readonly members: readonly string[]
}

/** What is to change of a team; each part may be absent. */
export interface TeamChange {
  /** Sets the team's level on an environment; `none` takes it away. */
  readonly grant?: { readonly project: string; readonly name: string; readonly level: Level } | undefined
  readonly addMember?: string | undefined
  readonly removeMember?: string | undefined
}

/** The use cases of teams. */
export interface Teams {
  list(access: OrganizationAccess): Promise<readonly Team[]>
  /** @throws AppError CONFLICT, REQUEST_INVALID for a name that is none */
  create(access: OrganizationAccess, name: string): Promise<void>
  /** @throws AppError NOT_FOUND, ENVIRONMENT_NOT_FOUND */
  update(access: OrganizationAccess, name: string, change: TeamChange): Promise<void>
  remove(access: OrganizationAccess, name: string): Promise<void>
}

/** The use cases of teams over the service's parts. */
export function createTeams(parts: ServiceParts): Teams {
  const change = (
    access: OrganizationAccess,
    team: string,
    event: string,
    work: (
      transaction: Transaction,
      teams: Map<string, readonly string[]>,
    ) => Promise<Record<string, string>>,
  ) =>
    parts.store.change(async (transaction) => {
      const teams = new Map(await teamsOf(transaction, access.organization.id))
      const facts = await work(transaction, teams)
      await transaction.settings.put(access.organization.id, teamsSetting, Object.fromEntries(teams))
      await note(transaction, parts, access, { event, environment: null, facts: { team, ...facts } })
    })
  const membersOf = (teams: ReadonlyMap<string, readonly string[]>, name: string) => {
    const members = teams.get(name)
    if (members === undefined) throw new AppError('NOT_FOUND', { what: 'team', id: name.slice(0, 100) })
    return members
  }
  return {
    list: ({ organization }) =>
      parts.store.read(async (transaction) => {
        const teams: Team[] = []
        for (const [name, ids] of await teamsOf(transaction, organization.id)) {
          const users = await Promise.all(ids.map((id) => transaction.users.get(id)))
          teams.push({ name, members: users.flatMap((user) => (user === null ? [] : [user.login])).sort() })
        }
        return teams.sort((a, b) => (a.name < b.name ? -1 : 1))
      }),
    create: (access, name) =>
      change(access, name, 'team-created', async (_, teams) => {
        checkName('team', name)
        const twin = [...teams.keys()].find((each) => each.toLowerCase() === name.toLowerCase())
        if (twin !== undefined)
          throw new AppError('CONFLICT', { what: `team \`${twin}\` already exists`, hint: '' })
        teams.set(name, [])
        return {}
      }),
    update: (access, name, { grant, addMember, removeMember }) =>
      change(access, name, 'team-updated', async (transaction, teams) => {
        let members = membersOf(teams, name)
        if (addMember !== undefined)
          members = [...new Set([...members, await memberId(transaction, access, addMember)])]
        if (removeMember !== undefined) {
          const id = await memberId(transaction, access, removeMember)
          members = members.filter((each) => each !== id)
        }
        teams.set(name, members)
        if (grant === undefined) return { member: addMember ?? removeMember ?? '' }
        const environment = await find(transaction, access, grant)
        await putGrant(transaction, environment, name, grant.level)
        return { grants: `${environment.project}/${environment.name}=${grant.level}` }
      }),
    remove: (access, name) =>
      change(access, name, 'team-deleted', async (transaction, teams) => {
        membersOf(teams, name)
        teams.delete(name)
        await dropFromRoles(transaction, access.organization.id, { team: name })
        // A later team of that name must not inherit what this one could do, nor its tokens.
        let after = null
        for (;;) {
          const page = await transaction.environments.list([access.organization.id], after, 500)
          for (const environment of page.items) await putGrant(transaction, environment, name, 'none')
          const last = page.items.at(-1)
          if (!page.more || last === undefined) break
          after = { organization: last.organization, project: last.project, name: last.name }
        }
        for (const token of (await transaction.tokens.ofOrganization(access.organization.id, null, 10_000))
          .items) {
          if (token.team === name) await transaction.tokens.revoke(token.id, parts.clock().getTime())
        }
        return {}
      }),
  }
}

async function memberId(
  transaction: ReadTransaction,
  { organization }: OrganizationAccess,
  login: string,
): Promise<string> {
  const user = await transaction.users.find(login)
  const member = user && (await transaction.memberships.get(organization.id, user.id))
  if (user === null || member === null)
    throw new AppError('NOT_FOUND', { what: 'member', id: login.slice(0, 100) })
  return user.id
}

async function find(
  transaction: ReadTransaction,
  { organization }: OrganizationAccess,
  { project, name }: { readonly project: string; readonly name: string },
): Promise<Environment> {
  const found = await transaction.environments.find(organization.id, project, name)
  if (found !== null) return found
  throw new AppError('ENVIRONMENT_NOT_FOUND', { environment: `${organization.name}/${project}/${name}` })
}

async function putGrant(
  transaction: Transaction,
  environment: Environment,
  team: string,
  level: Level,
): Promise<void> {
  const stored = await transaction.settings.get(environment.id, teamGrantsSetting)
  const grants = new Map(Object.entries(typeof stored === 'object' && stored !== null ? stored : {}))
  if (level === 'none' && !grants.has(team)) return
  if (level === 'none') grants.delete(team)
  else grants.set(team, level)
  await transaction.settings.put(environment.id, teamGrantsSetting, Object.fromEntries(grants))
}

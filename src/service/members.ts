import { AppError } from '../diag/index.ts'
import type { Membership, Organization, ReadTransaction, Transaction, User } from '../store/index.ts'
import {
  type EnvironmentAccess,
  grantsSetting,
  memberLevelSetting,
  type OrganizationAccess,
} from './access.ts'
import { type FreshLoginRule, freshLoginRule, freshLoginSetting } from './fresh-login.ts'
import { checkName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { newUser } from './people.ts'
import type { Level } from './permissions.ts'
import { personalToken } from './personal-token.ts'
import { dropFromRoles } from './roles.ts'
import { rotationDisabledSetting } from './rotations.ts'
import { dropFromTeams } from './team-grants.ts'

/** A member with their account. */
export interface Member {
  readonly user: User
  readonly membership: Membership
}

/** Who is to be a member, and as what. */
export interface MemberRequest {
  readonly role: 'admin' | 'member'
  readonly name?: string | undefined
  readonly email?: string | undefined
}

/** What holds for an organization. */
export interface OrganizationSettings {
  /** What every member may do with every environment. */
  readonly memberLevel: Level
  readonly rotationEnabled: boolean
  /** Who has to have logged in of late before a dangerous change. */
  readonly freshLogin: FreshLoginRule
}

/** The use cases of an organization's people, its settings, and grants on its environments. */
export interface Members {
  list(access: OrganizationAccess): Promise<readonly Member[]>
  /**
   * Makes somebody a member. A login that nobody has becomes an account, whose first token comes back: hand it over, it is
   * shown only here.
   *
   * @throws AppError NAME_INVALID, CONFLICT for the last administrator
   */
  put(
    access: OrganizationAccess,
    login: string,
    request: MemberRequest,
  ): Promise<Member & { readonly token: string | null }>
  /** @throws AppError NOT_FOUND, CONFLICT for the last administrator */
  remove(access: OrganizationAccess, login: string): Promise<void>
  settings(access: OrganizationAccess): Promise<OrganizationSettings>
  updateSettings(
    access: OrganizationAccess,
    change: { readonly [name in keyof OrganizationSettings]?: OrganizationSettings[name] | undefined },
  ): Promise<OrganizationSettings>
  /** The levels granted to single members, by login. */
  grants(access: EnvironmentAccess): Promise<ReadonlyMap<string, Level>>
  /** Replaces them. @throws AppError NOT_FOUND for a login that is no member */
  putGrants(
    access: EnvironmentAccess,
    grants: ReadonlyMap<string, Level>,
  ): Promise<ReadonlyMap<string, Level>>
}

const firstTokenMilliseconds = 30 * 86_400_000

/** The use cases of members over the service's parts. */
export function createMembers(parts: ServiceParts): Members {
  return {
    list: ({ organization }) => parts.store.read((transaction) => membersOf(transaction, organization)),
    put: (access, login, request) =>
      parts.store.change((transaction) => putMember(transaction, parts, access, login, request)),
    remove: (access, login) =>
      parts.store.change((transaction) => removeMember(transaction, parts, access, login)),
    settings: ({ organization }) => parts.store.read((transaction) => settingsOf(transaction, organization)),
    updateSettings: (access, { memberLevel, rotationEnabled, freshLogin }) =>
      parts.store.change(async (transaction) => {
        const { organization } = access
        if (memberLevel !== undefined) {
          await transaction.settings.put(organization.id, memberLevelSetting, memberLevel)
        }
        if (rotationEnabled !== undefined) {
          await transaction.settings.put(organization.id, rotationDisabledSetting, !rotationEnabled)
        }
        if (freshLogin !== undefined)
          await transaction.settings.put(organization.id, freshLoginSetting, freshLogin)
        const given = Object.entries({ memberLevel, rotationEnabled, freshLogin })
        const facts = {
          settings: given
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => `${name}=${value}`),
        }
        await note(transaction, parts, access, {
          event: 'organization-settings-updated',
          environment: null,
          facts,
        })
        return await settingsOf(transaction, organization)
      }),
    grants: (access) => parts.store.read((transaction) => grantsOn(transaction, access)),
    putGrants: (access, grants) =>
      parts.store.change((transaction) => putGrants(transaction, parts, access, grants)),
  }
}

async function membersOf(
  transaction: ReadTransaction,
  organization: Organization,
): Promise<readonly Member[]> {
  const members: Member[] = []
  let after: string | null = null
  for (;;) {
    const page: Awaited<ReturnType<ReadTransaction['memberships']['ofOrganization']>> =
      await transaction.memberships.ofOrganization(organization.id, after, 500)
    members.push(...page.items.map(({ user, ...membership }) => ({ user, membership })))
    const last = page.items.at(-1)
    if (!page.more || last === undefined) return members
    after = last.user.login
  }
}

async function putMember(
  transaction: Transaction,
  parts: ServiceParts,
  access: OrganizationAccess,
  login: string,
  { role, name, email }: MemberRequest,
): Promise<Member & { readonly token: string | null }> {
  const { organization } = access
  const nowMs = parts.clock().getTime()
  let user = await transaction.users.find(login)
  let token: string | null = null
  if (user === null) {
    checkName('organization', login)
    const founding = {
      organization: organization.name,
      login,
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
    }
    user = { ...newUser(parts.ids(), founding, nowMs), siteAdmin: false }
    if (!(await transaction.users.insert(user))) {
      throw new AppError('CONFLICT', {
        what: `the login \`${login}\` is taken in another letter case`,
        hint: '',
      })
    }
    token = await insertFirstToken(transaction, parts, user.id, nowMs)
  } else if (role !== 'admin') await keepAnAdministrator(transaction, organization, user.id)
  const before = await transaction.memberships.get(organization.id, user.id)
  const membership = {
    organizationId: organization.id,
    userId: user.id,
    role,
    createdMs: before?.createdMs ?? nowMs,
  }
  await transaction.memberships.put(membership)
  const event = before === null ? 'member-added' : 'member-role-changed'
  await note(transaction, parts, access, { event, environment: null, facts: { member: login, role } })
  return { user, membership, token }
}

async function insertFirstToken(
  transaction: Transaction,
  parts: ServiceParts,
  userId: string,
  nowMs: number,
): Promise<string> {
  const { text, id, secretHash } = parts.tokens.make('personal')
  await transaction.tokens.insert(
    personalToken({
      id,
      name: 'first',
      description: 'made with the account',
      secretHash,
      userId,
      createdMs: nowMs,
      expiresMs: nowMs + firstTokenMilliseconds,
    }),
  )
  return text
}

async function removeMember(
  transaction: Transaction,
  parts: ServiceParts,
  access: OrganizationAccess,
  login: string,
): Promise<void> {
  const { organization } = access
  const user = await transaction.users.find(login)
  if (user !== null) await keepAnAdministrator(transaction, organization, user.id)
  const gone = user !== null && (await transaction.memberships.delete(organization.id, user.id))
  if (!gone) throw new AppError('NOT_FOUND', { what: 'member', id: login.slice(0, 100) })
  await dropFromTeams(transaction, organization.id, user.id)
  await dropFromRoles(transaction, organization.id, { userId: user.id })
  // Handles to results that were opened go with the place (S-11).
  await transaction.openSessions.deleteOfOwner(user.id)
  await note(transaction, parts, access, {
    event: 'member-removed',
    environment: null,
    facts: { member: login },
  })
}

/** @throws AppError CONFLICT when the user is the only administrator */
async function keepAnAdministrator(
  transaction: ReadTransaction,
  organization: Organization,
  userId: string,
): Promise<void> {
  const administrators = (await membersOf(transaction, organization)).filter(
    ({ membership }) => membership.role === 'admin',
  )
  if (administrators.length === 1 && administrators[0]!.user.id === userId) {
    throw new AppError('CONFLICT', {
      what: 'the last administrator of an organization cannot be removed',
      hint: 'make another member an administrator first',
    })
  }
}

async function settingsOf(
  transaction: ReadTransaction,
  organization: Organization,
): Promise<OrganizationSettings> {
  const level = await transaction.settings.get(organization.id, memberLevelSetting)
  const disabled = await transaction.settings.get(organization.id, rotationDisabledSetting)
  return {
    memberLevel: isLevel(level) ? level : 'none',
    rotationEnabled: disabled !== true,
    freshLogin: await freshLoginRule(transaction, organization.id),
  }
}

function isLevel(value: unknown): value is Level {
  return ['none', 'read', 'open', 'write', 'admin'].includes(String(value))
}

async function grantsOn(
  transaction: ReadTransaction,
  { environment }: EnvironmentAccess,
): Promise<ReadonlyMap<string, Level>> {
  const stored = await transaction.settings.get(environment.id, grantsSetting)
  const grants = new Map<string, Level>()
  for (const [userId, level] of Object.entries(typeof stored === 'object' && stored !== null ? stored : {})) {
    const user = await transaction.users.get(userId)
    if (user !== null && isLevel(level)) grants.set(user.login, level)
  }
  return grants
}

async function putGrants(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  grants: ReadonlyMap<string, Level>,
): Promise<ReadonlyMap<string, Level>> {
  const { environment, organization } = access
  const stored: [string, Level][] = []
  for (const [login, level] of grants) {
    const user = await transaction.users.find(login)
    const member = user && (await transaction.memberships.get(organization.id, user.id))
    if (user === null || member === null) {
      throw new AppError('NOT_FOUND', { what: 'member', id: login.slice(0, 100) })
    }
    stored.push([user.id, level])
  }
  await transaction.settings.put(environment.id, grantsSetting, Object.fromEntries(stored))
  await note(transaction, parts, access, {
    event: 'environment-grants-updated',
    environment,
    facts: { grants: [...grants].map(([login, level]) => `${login}=${level}`) },
  })
  return await grantsOn(transaction, access)
}

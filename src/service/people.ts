import { AppError } from '../diag/index.ts'
import type { Membership, Organization, User } from '../store/index.ts'
import type { Caller } from './caller.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'

/** Who the caller is, for `GET /api/user`. */
export interface CallerProfile {
  readonly caller: Caller
  readonly organizations: readonly (Pick<Membership, 'role'> & { readonly organization: Organization })[]
}

/** The use cases around the caller's own account. */
export interface People {
  profile(caller: Caller): Promise<CallerProfile>
  /** The organization that names without one fall into; null = the caller's own login. */
  defaultOrganization(caller: Caller): Promise<string | null>
  /** @throws AppError NOT_FOUND for an organization the caller is no member of */
  setDefaultOrganization(caller: Caller, name: string): Promise<void>
}

/** The setting of a user that holds the default organization's name. */
const defaultOrganizationSetting = 'defaultOrganization'

/** The use cases of the caller's account over the service's parts. */
export function createPeople(parts: ServiceParts): People {
  return {
    profile: (caller) =>
      parts.store.read(async (transaction) => {
        if (caller.user !== null) {
          return { caller, organizations: await transaction.memberships.ofUser(caller.user.id) }
        }
        const organization = await transaction.organizations.get(caller.token.organizationId ?? '')
        const role = caller.token.admin ? 'admin' : 'member'
        return { caller, organizations: organization === null ? [] : [{ role, organization }] }
      }),
    defaultOrganization: (caller) =>
      parts.store.read(async (transaction) => {
        if (caller.user === null) {
          return (await transaction.organizations.get(caller.token.organizationId ?? ''))?.name ?? null
        }
        const chosen = await transaction.settings.get(caller.user.id, defaultOrganizationSetting)
        const memberships = await transaction.memberships.ofUser(caller.user.id)
        const names = memberships.map(({ organization }) => organization.name)
        if (typeof chosen === 'string' && names.includes(chosen)) return chosen
        // With a single organization there is nothing to choose.
        return names.length === 1 ? names[0]! : null
      }),
    setDefaultOrganization: (caller, name) =>
      parts.store.change(async (transaction) => {
        const organization = await transaction.organizations.find(name)
        const member =
          organization && caller.user && (await transaction.memberships.get(organization.id, caller.user.id))
        if (!member || caller.user === null)
          throw new AppError('ORGANIZATION_NOT_FOUND', { organization: name })
        await transaction.settings.put(caller.user.id, defaultOrganizationSetting, name)
        await note(
          transaction,
          parts,
          { caller, organization },
          { event: 'default-organization-set', environment: null },
        )
      }),
  }
}

/** The new organization and person of a bootstrap. */
export interface Founding {
  readonly organization: string
  readonly login: string
  readonly name?: string
  readonly email?: string
}

/** A first person as the store keeps them. */
export function newUser(id: string, founding: Founding, createdMs: number): User {
  return {
    id,
    login: founding.login,
    name: founding.name ?? founding.login,
    email: founding.email ?? '',
    avatarUrl: '',
    siteAdmin: true,
    passwordHash: null,
    createdMs,
    disabledMs: null,
  }
}

import type { EnvironmentName } from './api.ts'
import { json, listIn } from './decode.ts'
import { environmentPath } from './paths.ts'
import { type Connection, send } from './send.ts'

/** What somebody may do with an environment: levels hold those before them. */
export type WireLevel = 'none' | 'read' | 'open' | 'write' | 'admin'

/** A member of an organization. */
export interface WireMember {
  readonly user: { readonly githubLogin: string; readonly name: string; readonly email: string }
  /** `admin` or `member`. */
  readonly role: string
  /** RFC 3339. */
  readonly created: string
}

/** A team with its members' logins. */
export interface WireTeam {
  readonly name: string
  readonly members: readonly string[]
}

/** What a custom role allows on the environments that it is about. */
export interface WireRoleRule {
  readonly permissions: readonly string[]
  readonly everything?: true
  readonly project?: string
  readonly name?: string
  readonly tag?: { readonly name: string; readonly value?: string }
}

/** A custom role: what it allows where, and who holds it. */
export interface WireRole {
  readonly name: string
  readonly description: string
  readonly rules: readonly WireRoleRule[]
  readonly organization: readonly string[]
  readonly members: readonly string[]
  readonly teams: readonly string[]
}

/** An issuer whose tokens can be exchanged for access tokens. Times are RFC 3339, `maxExpiration` seconds. */
export interface WireTrustedIssuer {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly created: string
  readonly modified: string
  readonly thumbprints: readonly string[]
  readonly maxExpiration: number
}

/** What the tokens of a trusted issuer are worth: the policies, any of which may allow or deny. */
export interface WireAuthPolicy {
  readonly id: string
  readonly policies: readonly unknown[]
}

/** What holds for an organization. */
export interface WireOrganizationSettings {
  readonly memberLevel: WireLevel
  readonly rotationEnabled: boolean
}

/** The people, teams, roles, trusted issuers and settings of an organization. */
export interface OrganizationApi {
  listMembers(organization: string): Promise<readonly WireMember[]>
  /** `tokenValue` only when the account is new, and only this once. */
  putMember(
    organization: string,
    login: string,
    member: { role?: string; name?: string; email?: string },
  ): Promise<{ readonly member: WireMember; readonly tokenValue?: string }>
  removeMember(organization: string, login: string): Promise<void>
  listTeams(organization: string): Promise<readonly WireTeam[]>
  createTeam(organization: string, name: string): Promise<void>
  deleteTeam(organization: string, name: string): Promise<void>
  changeTeamMember(
    organization: string,
    team: string,
    change: { addMember: string } | { removeMember: string },
  ): Promise<void>
  /** Sets what a team may do with an environment; `none` takes it away. */
  grantTeam(team: string, environment: EnvironmentName, level: WireLevel): Promise<void>
  listRoles(organization: string): Promise<readonly WireRole[]>
  /** Makes the role, or replaces all of it. */
  putRole(organization: string, name: string, role: unknown): Promise<WireRole>
  deleteRole(organization: string, name: string): Promise<void>
  listTrustedIssuers(organization: string): Promise<readonly WireTrustedIssuer[]>
  trustIssuer(
    organization: string,
    issuer: { name: string; url: string; maxExpiration?: number },
  ): Promise<WireTrustedIssuer>
  removeTrustedIssuer(organization: string, id: string): Promise<void>
  authPolicy(organization: string, issuerId: string): Promise<WireAuthPolicy>
  /** Replaces the policies. */
  putAuthPolicy(organization: string, policyId: string, policies: unknown): Promise<WireAuthPolicy>
  organizationSettings(organization: string): Promise<WireOrganizationSettings>
  updateOrganizationSettings(
    organization: string,
    change: { memberLevel?: WireLevel; rotationEnabled?: boolean },
  ): Promise<WireOrganizationSettings>
  /** What single members may do with an environment, by login. */
  environmentGrants(environment: EnvironmentName): Promise<ReadonlyMap<string, WireLevel>>
  putEnvironmentGrants(
    environment: EnvironmentName,
    grants: ReadonlyMap<string, WireLevel>,
  ): Promise<ReadonlyMap<string, WireLevel>>
}

/** The routes of an organization's own administration. */
export function organizationApi(connection: Connection): OrganizationApi {
  const orgPath = (...parts: readonly string[]) =>
    ['/api/orgs', ...parts.map((part) => encodeURIComponent(part))].join('/')
  const call = async <T extends object>(
    ...request: readonly [method: Method, path: string, body?: unknown]
  ): Promise<T> => {
    const [method, path, body] = request
    return json<T>(await send(connection, { method, path, ...(body === undefined ? {} : { json: body }) }))
  }
  const done = async (method: Method, path: string, body?: unknown): Promise<void> => {
    await send(connection, { method, path, ...(body === undefined ? {} : { json: body }) })
  }
  const list = async <T extends object>(path: string, member: string): Promise<readonly T[]> => {
    const response = await send(connection, { method: 'GET', path })
    return listIn<T>(response, json<Record<string, unknown>>(response)[member])
  }
  const grantsPath = (environment: EnvironmentName) => environmentPath(environment, 'grants')
  const grantsOf = ({ grants }: { readonly grants: Readonly<Record<string, WireLevel>> }) =>
    new Map(Object.entries(grants))
  return {
    listMembers: (organization) => list(orgPath(organization, 'members'), 'members'),
    putMember: (organization, login, member) => call('PUT', orgPath(organization, 'members', login), member),
    removeMember: (organization, login) => done('DELETE', orgPath(organization, 'members', login)),
    listTeams: (organization) => list(orgPath(organization, 'teams'), 'teams'),
    createTeam: (organization, name) => done('POST', orgPath(organization, 'teams'), { name }),
    deleteTeam: (organization, name) => done('DELETE', orgPath(organization, 'teams', name)),
    changeTeamMember: (organization, team, change) =>
      done('PATCH', orgPath(organization, 'teams', team), change),
    grantTeam: (team, { organization, project, name }, level) => {
      const environment = { projectName: project, envName: name }
      return done(
        'PATCH',
        orgPath(organization, 'teams', team),
        level === 'none'
          ? { removeEnvironment: environment }
          : { editEnvironmentPermission: { ...environment, permission: level } },
      )
    },
    listRoles: (organization) => list(orgPath(organization, 'roles'), 'roles'),
    putRole: (organization, name, role) => call('PUT', orgPath(organization, 'roles', name), role),
    deleteRole: (organization, name) => done('DELETE', orgPath(organization, 'roles', name)),
    listTrustedIssuers: (organization) => list(orgPath(organization, 'oidc', 'issuers'), 'oidcIssuers'),
    trustIssuer: (organization, issuer) => call('POST', orgPath(organization, 'oidc', 'issuers'), issuer),
    removeTrustedIssuer: (organization, id) => done('DELETE', orgPath(organization, 'oidc', 'issuers', id)),
    authPolicy: (organization, id) =>
      call('GET', orgPath(organization, 'auth', 'policies', 'oidcissuers', id)),
    putAuthPolicy: (organization, id, policies) =>
      call('PATCH', orgPath(organization, 'auth', 'policies', id), { policies }),
    organizationSettings: (organization) => call('GET', orgPath(organization, 'settings')),
    updateOrganizationSettings: (organization, change) =>
      call('PATCH', orgPath(organization, 'settings'), change),
    environmentGrants: async (environment) => grantsOf(await call('GET', grantsPath(environment))),
    putEnvironmentGrants: async (environment, grants) =>
      grantsOf(await call('PUT', grantsPath(environment), { grants: Object.fromEntries(grants) })),
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

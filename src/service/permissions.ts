/** What can be done with one environment. */
export type EnvironmentPermission = 'read' | 'open' | 'decrypt' | 'write' | 'rotate' | 'share' | 'delete'

/** What can be done in an organization, not on one environment. */
export type OrganizationPermission =
  | 'environment:list'
  | 'environment:create'
  | 'environment:list_deleted'
  | 'environment:restore_deleted'
  | 'environment_yaml:check'
  | 'environment_yaml:open'
  | 'environment_tags:list'
  | 'change_request:read'
  | 'member:read'
  | 'member:write'
  | 'organization_token:write'
  | 'organization:write'
  | 'audit_logs:read'
  | 'audit_logs:export'
  | 'oidc_issuers:read'
  | 'oidc_issuers:write'

/** The wire's four levels, and none. They are cumulative bundles of permissions. */
export type Level = 'none' | 'read' | 'open' | 'write' | 'admin'

const bundles: Readonly<Record<Level, readonly EnvironmentPermission[]>> = {
  none: [],
  read: ['read'],
  open: ['read', 'open', 'decrypt'],
  write: ['read', 'open', 'decrypt', 'write', 'rotate'],
  admin: ['read', 'open', 'decrypt', 'write', 'rotate', 'share', 'delete'],
}

const held = new Map(Object.entries(bundles).map(([level, bundle]) => [level, new Set(bundle)]))

/** The permissions that a level bundles. */
export function levelPermissions(level: Level): ReadonlySet<EnvironmentPermission> {
  return held.get(level)!
}

const order: readonly Level[] = ['none', 'read', 'open', 'write', 'admin']

/** The stronger of some levels; grants only add. */
export function strongestLevel(...levels: readonly Level[]): Level {
  return order[Math.max(0, ...levels.map((level) => order.indexOf(level)))]!
}

/** What every member of an organization may do in it; administrators may do everything. */
const memberPermissions: ReadonlySet<OrganizationPermission> = new Set<OrganizationPermission>([
  'environment:list',
  'environment:create',
  'environment_yaml:check',
  'environment_yaml:open',
  'environment_tags:list',
  'change_request:read',
  'member:read',
])

/** Whether a role holds a permission in the organization. */
export function roleHolds(role: 'admin' | 'member', permission: OrganizationPermission): boolean {
  return role === 'admin' || memberPermissions.has(permission)
}

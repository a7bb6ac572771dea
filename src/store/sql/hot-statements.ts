import type {
  AccessTokenRow,
  DataKeyRow,
  EnvironmentRow,
  EnvironmentTagRow,
  MembershipRow,
  OpenSessionRow,
  OrganizationRow,
  RevisionRow,
  SettingRow,
  UserRow,
} from './tables.ts'

/** An environment's row with the name of its organization. */
export type NamedEnvironmentRow = EnvironmentRow & { readonly organization: string }

/** The reads of nearly every request, prepared once by the engine instead of built each time. */
export interface HotReads {
  token(id: string): Promise<AccessTokenRow | undefined>
  user(id: string): Promise<UserRow | undefined>
  organization(nameKey: string): Promise<OrganizationRow | undefined>
  organizationById(id: string): Promise<OrganizationRow | undefined>
  /** A user's, by the organization's name; the organization's columns among them. */
  membershipsOfUser(
    userId: string,
  ): Promise<
    readonly (OrganizationRow & Omit<MembershipRow, 'created_ms'> & { readonly member_since_ms: number })[]
  >
  membership(organizationId: string, userId: string): Promise<MembershipRow | undefined>
  setting(ownerId: string, name: string): Promise<SettingRow | undefined>
  auditHead(organizationId: string): Promise<{ readonly sequence: number; readonly hash: string } | undefined>
  environment(organizationId: string, project: string, name: string): Promise<NamedEnvironmentRow | undefined>
  /** `beyond` = there is a newer one than `latest` says, which no change leaves behind. */
  latestRevision(environmentId: string): Promise<(RevisionRow & { readonly beyond: number }) | undefined>
  openSession(id: string): Promise<OpenSessionRow | undefined>
  dataKey(id: string): Promise<DataKeyRow | undefined>
  currentDataKey(ownerId: string): Promise<DataKeyRow | undefined>
  /** Live ones of an organization after a project and name, in order. */
  environmentPage(
    organizationId: string,
    project: string,
    name: string,
    limit: number,
  ): Promise<readonly NamedEnvironmentRow[]>
  /** The tags of live ones from one project and name to another, both included. */
  environmentTagPage(
    organizationId: string,
    fromProject: string,
    fromName: string,
    toProject: string,
    toName: string,
  ): Promise<readonly EnvironmentTagRow[]>
}

/** Their texts, in SQL that every engine reads; parameters are numbered `$1`…. */
export const hotStatements = {
  token: 'select * from access_tokens where id = $1',
  user: 'select * from users where id = $1',
  organization: 'select * from organizations where name_key = $1',
  organizationById: 'select * from organizations where id = $1',
  membershipsOfUser:
    'select o.*, m.organization_id, m.user_id, m.role, m.created_ms as member_since_ms ' +
    'from memberships m join organizations o on o.id = m.organization_id where m.user_id = $1 order by o.name',
  membership: 'select * from memberships where organization_id = $1 and user_id = $2',
  setting: 'select * from settings where owner_id = $1 and name = $2',
  auditHead:
    'select sequence, hash from audit_entries where organization_id = $1 order by sequence desc limit 1',
  environment:
    'select e.*, o.name as organization from environments e join organizations o on o.id = e.organization_id ' +
    'where e.organization_id = $1 and e.project = $2 and e.name = $3 and e.deleted_ms is null',
  latestRevision:
    'select r.*, (select count(*) from revisions n where n.environment_id = e.id and n.number = e.latest + 1) ' +
    'as beyond from environments e join revisions r on r.environment_id = e.id and r.number = e.latest ' +
    'where e.id = $1',
  openSession: 'select * from open_sessions where id = $1',
  dataKey: 'select * from data_keys where id = $1',
  currentDataKey:
    'select * from data_keys where owner_id = $1 and retired_ms is null ' +
    'order by created_ms desc, id desc limit 1',
  environmentPage:
    'select e.*, o.name as organization from environments e join organizations o on o.id = e.organization_id ' +
    'where e.organization_id = $1 and e.deleted_ms is null and (e.project, e.name) > ($2, $3) ' +
    'order by e.project, e.name limit $4',
  environmentTagPage:
    'select t.* from environments e join environment_tags t on t.environment_id = e.id ' +
    'where e.organization_id = $1 and e.deleted_ms is null ' +
    'and (e.project, e.name) >= ($2, $3) and (e.project, e.name) <= ($4, $5) order by t.environment_id, t.name',
} as const satisfies { readonly [name in keyof HotReads]: string }

/** The reads that give all their rows; the others give the first. */
export const hotPages: ReadonlySet<keyof HotReads> = new Set<keyof HotReads>([
  'environmentPage',
  'environmentTagPage',
  'membershipsOfUser',
])

/** What a hot write binds. */
export type HotValue = string | number | Uint8Array | null

/** The writes of nearly every open, prepared likewise. Each gives the number of rows that it changed. */
export interface HotWrites {
  insertOpenSession(...values: readonly HotValue[]): Promise<number>
  deleteExpiredSessions(nowMs: number, limit: number): Promise<number>
  appendAudit(...values: readonly HotValue[]): Promise<number>
}

/** Their texts; each values list is in the order of the columns named. */
export const hotWriteStatements = {
  insertOpenSession:
    'insert into open_sessions ' +
    '(id, organization_id, environment_id, revision, owner_id, sealed, data_key_id, created_ms, expires_ms, mac) ' +
    'values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing',
  deleteExpiredSessions:
    'delete from open_sessions where id in (select id from open_sessions where expires_ms <= $1 limit $2)',
  appendAudit:
    'insert into audit_entries ' +
    '(organization_id, sequence, at_ms, event, actor_id, previous_hash, hash, body) ' +
    'values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
} as const satisfies { readonly [name in keyof HotWrites]: string }

/** The hot reads and writes of one unit of work. */
export type HotStatements = HotReads & HotWrites

/** The names of the reads. */
export const hotReadNames = Object.keys(hotStatements) as readonly (keyof HotReads)[]

/** The names of the writes. */
export const hotWriteNames = Object.keys(hotWriteStatements) as readonly (keyof HotWrites)[]

import type { DataKeyReader, DataKeys, SigningKeyReader, SigningKeys } from './key-repositories.ts'
import type {
  AccessToken,
  Environment,
  EnvironmentTag,
  Membership,
  NewEnvironment,
  OpenSession,
  Organization,
  Project,
  Retraction,
  Revision,
  RevisionSummary,
  RevisionTag,
  Tombstone,
  User,
} from './records.ts'
import type { RecordMacs } from './sql/record-macs.ts'
import type {
  AuditEntries,
  AuditReader,
  ChangeRequestReader,
  ChangeRequests,
  EnvironmentReferenceReader,
  EnvironmentReferences,
  OpenRequestReader,
  OpenRequests,
  ProtectedRecordReader,
  ProtectedRecords,
  RememberedAnswerReader,
  RememberedAnswers,
  RotationEventReader,
  RotationEvents,
  ScheduleReader,
  Schedules,
  WebhookReader,
  Webhooks,
} from './workflow.ts'

/**
 * Where everything durable is kept. Engines differ only in folders of their own; all of them pass `contract.ts`.
 *
 * `read` hands out one consistent snapshot. `change` is a unit of work: when `work` resolves, all of it is
 * committed and durable before `change` resolves; when `work` throws, nothing of it stays. Changes
 * run one after another. The transaction must not be used after `work` ends, and `work` must wait for nothing
 * but the transaction: evaluate, seal and call providers outside. A `read` or `change` inside `work` is refused.
 *
 * @throws AppError STORE_BUSY when the database stays locked, STORE_UNAVAILABLE when it cannot be used, STORAGE_FULL when no space
 *   is left
 */
export interface Store {
  read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T>
  change<T>(work: (transaction: Transaction) => Promise<T>, options?: ChangeOptions): Promise<T>
  /** Holds records against these MACs from the next unit on, and puts MACs on what is written. */
  protect(macs: RecordMacs): void
  /** Forgets what it remembers of rows, so that what another program did to the database is seen; absent where nothing is remembered. */
  readonly forget?: () => void
  /** Milliseconds since 1970 by the database's own clock; absent where that is this host's. */
  readonly clockMs?: () => Promise<number>
  /** Waits for what runs, then gives the file back. Later calls fail. */
  close(): Promise<void>
}

/** What is special about a unit of work. */
export interface ChangeOptions {
  /**
   * It may use the space that is kept back when the disk is full. `work` may then run twice, the first time without
   * effect.
   */
  readonly fromReserve?: boolean
}

/** The readers of every repository, over one snapshot. */
export interface ReadTransaction {
  readonly organizations: OrganizationReader
  readonly users: UserReader
  readonly memberships: MembershipReader
  readonly tokens: TokenReader
  readonly projects: ProjectReader
  readonly environments: EnvironmentReader
  readonly revisions: RevisionReader
  readonly revisionTags: RevisionTagReader
  readonly environmentTags: EnvironmentTagReader
  readonly openSessions: OpenSessionReader
  readonly settings: SettingReader
  readonly dataKeys: DataKeyReader
  readonly signingKeys: SigningKeyReader
  readonly tombstones: TombstoneReader
  readonly changeRequests: ChangeRequestReader
  readonly openRequests: OpenRequestReader
  readonly schedules: ScheduleReader
  readonly webhooks: WebhookReader
  readonly rotationEvents: RotationEventReader
  readonly auditEntries: AuditReader
  readonly environmentReferences: EnvironmentReferenceReader
  readonly rememberedAnswers: RememberedAnswerReader
  readonly protectedRecords: ProtectedRecordReader
}

/** The repositories of one unit of work. */
export interface Transaction extends ReadTransaction {
  readonly organizations: Organizations
  readonly users: Users
  readonly memberships: Memberships
  readonly tokens: Tokens
  readonly projects: Projects
  readonly environments: Environments
  readonly revisions: Revisions
  readonly revisionTags: RevisionTags
  readonly environmentTags: EnvironmentTags
  readonly openSessions: OpenSessions
  readonly settings: Settings
  readonly dataKeys: DataKeys
  readonly signingKeys: SigningKeys
  readonly tombstones: Tombstones
  readonly changeRequests: ChangeRequests
  readonly openRequests: OpenRequests
  readonly schedules: Schedules
  readonly webhooks: Webhooks
  readonly rotationEvents: RotationEvents
  readonly auditEntries: AuditEntries
  readonly environmentReferences: EnvironmentReferences
  readonly rememberedAnswers: RememberedAnswers
  readonly protectedRecords: ProtectedRecords
}

/**
 * One page of a list, in the list's order. `more` says whether rows follow the last item; to go on, pass the
 * last item's key as `after` (or `before`). There are no offsets: rows that come and go move nobody's page.
 */
export interface Page<T> {
  readonly items: readonly T[]
  readonly more: boolean
}

// Every `insert` answers false, and changes nothing, when the id or the name (in any letter case) is taken.
// Every `find…` by name compares letter case exactly. Every `update` and `delete` answers whether a row was there.

/** Reads organizations. */
export interface OrganizationReader {
  get(id: string): Promise<Organization | null>
  find(name: string): Promise<Organization | null>
  /** By name, after `after` (`null` = from the start). */
  list(after: string | null, limit: number): Promise<Page<Organization>>
}
/** Reads and changes organizations. */
export interface Organizations extends OrganizationReader {
  insert(organization: Organization): Promise<boolean>
  update(organization: Organization): Promise<boolean>
}

/** Reads users. */
export interface UserReader {
  get(id: string): Promise<User | null>
  find(login: string): Promise<User | null>
  /** By login, after `after`. */
  list(after: string | null, limit: number): Promise<Page<User>>
}
/** Reads and changes users. */
export interface Users extends UserReader {
  insert(user: User): Promise<boolean>
  /** False also when the new login belongs to another. */
  update(user: User): Promise<boolean>
}

/** Reads memberships. */
export interface MembershipReader {
  get(organizationId: string, userId: string): Promise<Membership | null>
  /** All of a user's organizations with the role there, by organization name. */
  ofUser(userId: string): Promise<readonly (Membership & { readonly organization: Organization })[]>
  /** An organization's members, by login, after `after`. */
  ofOrganization(
    organizationId: string,
    after: string | null,
    limit: number,
  ): Promise<Page<Membership & { readonly user: User }>>
}
/** Reads and changes memberships. */
export interface Memberships extends MembershipReader {
  /** Inserts it or replaces the role. */
  put(membership: Membership): Promise<void>
  delete(organizationId: string, userId: string): Promise<boolean>
}

/** Reads access tokens. */
export interface TokenReader {
  /** A hot read: one lookup by the token's public id. Expiry and revocation are the caller's to judge. */
  get(id: string): Promise<AccessToken | null>
  /** The row as it stands, held against no MAC: for ending it, and nothing else. */
  asStored(id: string): Promise<AccessToken | null>
  /** Tokens of a user (personal and session), by id, after `after`. */
  ofUser(userId: string, after: string | null, limit: number): Promise<Page<AccessToken>>
  /** Tokens that act for an organization or its teams, by id, after `after`. */
  ofOrganization(organizationId: string, after: string | null, limit: number): Promise<Page<AccessToken>>
}
/** Reads and changes access tokens. */
export interface Tokens extends TokenReader {
  insert(token: AccessToken): Promise<boolean>
  /** False when it was revoked before or does not exist. */
  revoke(id: string, atMs: number): Promise<boolean>
  /** Revokes all of a user's tokens that are not; gives their number (S-11). */
  revokeOfUser(userId: string, atMs: number): Promise<number>
  /** Revokes every token that is not; gives their number (S-74). */
  revokeAll(atMs: number): Promise<number>
  /** Moves `lastUsedMs` forward, never back. */
  touch(id: string, atMs: number): Promise<void>
}

/** Reads projects. */
export interface ProjectReader {
  find(organizationId: string, name: string): Promise<Project | null>
  list(organizationId: string, after: string | null, limit: number): Promise<Page<Project>>
}
/** Reads and changes projects. */
export interface Projects extends ProjectReader {
  insert(project: Project): Promise<boolean>
  /** Removes it when it holds no environment, deleted ones included; so that its spelling is free again. */
  deleteIfEmpty(id: string): Promise<boolean>
}

/** The key of environment lists. */
export interface EnvironmentKey {
  readonly organization: string
  readonly project: string
  readonly name: string
}

/** Reads environments. */
export interface EnvironmentReader {
  /** Deleted ones included. */
  get(id: string): Promise<Environment | null>
  /** A hot read: the live environment of exactly these names within an organization. */
  find(organizationId: string, project: string, name: string): Promise<Environment | null>
  /** The most recently deleted one of exactly these names that was not purged. */
  findDeleted(organizationId: string, project: string, name: string): Promise<Environment | null>
  /** Live environments of the organizations, by (organization, project, name), after `after`. */
  list(
    organizationIds: readonly string[],
    after: EnvironmentKey | null,
    limit: number,
  ): Promise<Page<Environment>>
  /** Deleted, not yet purged ones of an organization, by id, after `after`. */
  listDeleted(organizationId: string, after: string | null, limit: number): Promise<Page<Environment>>
}
/** Reads and changes environments. */
export interface Environments extends EnvironmentReader {
  /** False when the project holds a live environment of that name in any letter case. */
  insert(environment: NewEnvironment): Promise<boolean>
  /**
   * Compare-and-set of `latest`, one conditional statement: from `expected` to `expected + 1`.
   * False, and nothing changed, when `latest` is another or the environment is deleted.
   */
  advance(id: string, expected: number, modifiedMs: number): Promise<boolean>
  /** Changes what is given, leaves the rest. False also when the new name is taken. */
  update(id: string, change: EnvironmentChange): Promise<boolean>
  /** Marks it deleted; its open sessions go with it. False when protected, deleted before or absent. */
  delete(id: string, atMs: number): Promise<boolean>
  /** Brings a deleted one back. False when its name was taken meanwhile. */
  restore(id: string, modifiedMs: number): Promise<boolean>
  /** Removes a deleted one for good with all that hangs on it, its data keys included (S-07). */
  purge(id: string): Promise<boolean>
}

/** What may change of an environment beside its text. */
export interface EnvironmentChange {
  readonly projectId?: string
  readonly name?: string
  readonly ownedBy?: Environment['ownedBy']
  readonly deletionProtected?: boolean
  readonly modifiedMs?: number
}

/** Reads revisions. */
export interface RevisionReader {
  get(environmentId: string, number: number): Promise<Revision | null>
  /** A hot read: the revision that `latest` points to. */
  latest(environmentId: string): Promise<Revision | null>
  /** Newest first, numbers below `before` (`null` = from the newest). */
  list(environmentId: string, before: number | null, limit: number): Promise<Page<RevisionSummary>>
}
/** Reads and changes revisions. */
export interface Revisions extends RevisionReader {
  insert(revision: Revision): Promise<boolean>
  /** Replaces how the secrets of a text are sealed, and nothing else of it (S-06). False when its hash is another. */
  reseal(
    environmentId: string,
    number: number,
    expectedHash: string,
    sealed: Pick<Revision, 'source' | 'contentHash' | 'bonds'>,
  ): Promise<boolean>
  /** False when it was retracted before or does not exist. */
  retract(environmentId: string, number: number, retraction: Retraction): Promise<boolean>
}

/** Reads revision tags. */
export interface RevisionTagReader {
  get(environmentId: string, name: string): Promise<RevisionTag | null>
  /** By name in byte order, strictly after `after`. */
  list(environmentId: string, after: string | null, limit: number): Promise<Page<RevisionTag>>
  /** Tags that point at a revision, by name. */
  ofRevision(environmentId: string, revision: number): Promise<readonly RevisionTag[]>
}
/** Reads and changes revision tags. */
export interface RevisionTags extends RevisionTagReader {
  insert(tag: RevisionTag): Promise<boolean>
  move(
    environmentId: string,
    name: string,
    revision: number,
    editor: RevisionTag['editor'],
    modifiedMs: number,
  ): Promise<boolean>
  delete(environmentId: string, name: string): Promise<boolean>
}

/** Reads environment tags. */
export interface EnvironmentTagReader {
  get(environmentId: string, name: string): Promise<EnvironmentTag | null>
  /** By name in byte order, strictly after `after`. */
  list(environmentId: string, after: string | null, limit: number): Promise<Page<EnvironmentTag>>
  /** All tags of several environments, by (environment id, name); for filling list pages at once. */
  ofEnvironments(environmentIds: readonly string[]): Promise<readonly EnvironmentTag[]>
  /** Of an organization's live environments from one project and name to another, both included. */
  ofPage(
    organizationId: string,
    first: { readonly project: string; readonly name: string },
    last: { readonly project: string; readonly name: string },
  ): Promise<readonly EnvironmentTag[]>
  /** The distinct (name, value) pairs of an organization's live environments, in order, at most `limit`. */
  valuesOf(
    organizationId: string,
    limit: number,
  ): Promise<readonly { readonly name: string; readonly value: string; readonly environmentId: string }[]>
}
/** Reads and changes environment tags. */
export interface EnvironmentTags extends EnvironmentTagReader {
  insert(tag: EnvironmentTag): Promise<boolean>
  /** Replaces name, value, editor and `modifiedMs` of the tag `name`. False when absent or the new name is taken. */
  update(name: string, tag: EnvironmentTag): Promise<boolean>
  delete(environmentId: string, name: string): Promise<boolean>
}

/** Reads open sessions. */
export interface OpenSessionReader {
  /** A hot read. Expiry and ownership are the caller's to judge. */
  get(id: string): Promise<OpenSession | null>
  /** Whether any is sealed under the data key. */
  isUnder(dataKeyId: string): Promise<boolean>
}
/** Reads and changes open sessions. */
export interface OpenSessions extends OpenSessionReader {
  insert(session: OpenSession): Promise<boolean>
  delete(id: string): Promise<boolean>
  /** Removes sessions whose time has come, at most `limit`; gives their number. */
  deleteExpired(nowMs: number, limit: number): Promise<number>
  deleteOfOwner(ownerId: string): Promise<number>
}

/** Small JSON settings: `ownerId` is an organization's or environment's id, or `server` for the installation. */
export interface SettingReader {
  /** The JSON value; undefined when it was never set. */
  get(ownerId: string, name: string): Promise<unknown>
  all(ownerId: string): Promise<ReadonlyMap<string, unknown>>
}
/** Reads and changes settings. */
export interface Settings extends SettingReader {
  put(ownerId: string, name: string, value: unknown): Promise<void>
  /** Sets it only when it was never set: the one winner of a race (S-16) gets true. */
  putIfAbsent(ownerId: string, name: string, value: unknown): Promise<boolean>
  delete(ownerId: string, name: string): Promise<boolean>
}

/** Reads tombstones. */
export interface TombstoneReader {
  /** Who bore the name before, in any letter case; newest first. */
  find(kind: string, parentId: string, name: string): Promise<readonly Tombstone[]>
}
/** Reads and changes tombstones. */
export interface Tombstones extends TombstoneReader {
  /** Adds it, or moves the time of the same bearer's one forward. */
  put(tombstone: Tombstone): Promise<void>
}

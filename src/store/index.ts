export { initialiseVault, keyCheckOf, serverOwner } from './key-check.ts'
export type { DataKeyReader, DataKeys, SigningKeyReader, SigningKeys } from './key-repositories.ts'
export { migrations } from './migrations/index.ts'
export type { PermitAsk, PermitBook, PermitGrant, SharedLimit } from './permits.ts'
export { copyToPostgres } from './postgres/copy.ts'
export { hostUrls } from './postgres/hosts.ts'
export { migratePostgres, takeBackPostgres } from './postgres/migrate.ts'
export { openPostgresStore, type PostgresStoreOptions } from './postgres/open.ts'
export { openPermitBook } from './postgres/permits.ts'
export { type DatabaseRole, databaseRole, roleCure, roleProblem } from './postgres/role.ts'
export {
  type DamagedRecord,
  damagedRecords,
  enforceProtection,
  type Protection,
  protectStore,
  type RecordProtection,
} from './protect.ts'
export type {
  AccessToken,
  Actor,
  DataKey,
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
  SigningKey,
  SigningKeyState,
  TokenType,
  Tombstone,
  User,
} from './records.ts'
export { rewrapDataKeys } from './rewrap.ts'
export { type SigningKeyChange, type SigningKeyStorage, signingKeyStorage } from './signing-key-storage.ts'
export { backUpSqliteStore, inspectSqliteStore } from './sqlite/backup.ts'
export { takeBackSqlite } from './sqlite/migrate.ts'
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open.ts'
export type {
  ChangeOptions,
  EnvironmentChange,
  EnvironmentKey,
  EnvironmentReader,
  Environments,
  EnvironmentTagReader,
  EnvironmentTags,
  MembershipReader,
  Memberships,
  OpenSessionReader,
  OpenSessions,
  OrganizationReader,
  Organizations,
  Page,
  ProjectReader,
  Projects,
  ReadTransaction,
  RevisionReader,
  Revisions,
  RevisionTagReader,
  RevisionTags,
  SettingReader,
  Settings,
  Store,
  TokenReader,
  Tokens,
  TombstoneReader,
  Tombstones,
  Transaction,
  UserReader,
  Users,
} from './store.ts'
export { acrossTenants, currentTenant, keepTenant, type Tenant, withinTenant } from './tenancy.ts'
export type { TextPlace, ValueCrypter } from './value-crypter.ts'
export { openVault, type SealedBytes, type Vault, type VaultParts } from './vault.ts'
export type {
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
  ReferrerKey,
  RememberedAnswerReader,
  RememberedAnswers,
  RotationEventReader,
  RotationEvents,
  ScheduleReader,
  Schedules,
  TimeKey,
  WebhookReader,
  Webhooks,
} from './workflow.ts'
export type {
  Approval,
  AuditEntry,
  ChangeRequest,
  ChangeRequestEvent,
  Delivery,
  DeliveryOutcome,
  DraftRevision,
  EnvironmentReference,
  Firing,
  OpenRequest,
  RememberedAnswer,
  Rotation,
  RotationEvent,
  Schedule,
  Webhook,
} from './workflow-records.ts'

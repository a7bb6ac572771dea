import type { Page } from './store.ts'
import type {
  Approval,
  AuditEntry,
  ChangeRequest,
  ChangeRequestEvent,
  Delivery,
  DraftRevision,
  EnvironmentReference,
  Firing,
  OpenRequest,
  RememberedAnswer,
  RotationEvent,
  Schedule,
  Webhook,
} from './workflow-records.ts'

// The repositories around environments: approvals, schedules, webhooks, rotations, audit. The rules of `store.ts` hold:
// `insert` answers false when something is taken, `update` and `delete` whether a row was there.

/** Lists that run from newest to oldest go on before the last item's (time, id). */
export interface TimeKey {
  readonly createdMs: number
  readonly id: string
}

/** Reads change requests. */
export interface ChangeRequestReader {
  get(id: string): Promise<ChangeRequest | null>
  /** Newest first; of one environment, or of the organization when `environmentId` is null. */
  list(
    organizationId: string,
    environmentId: string | null,
    before: TimeKey | null,
    limit: number,
  ): Promise<Page<ChangeRequest>>
  /** The environment's newest update request in one of the statuses. */
  active(environmentId: string, statuses: readonly string[]): Promise<ChangeRequest | null>
  draft(id: string, number: number): Promise<DraftRevision | null>
  /** By number, after `after`. */
  events(id: string, after: number, limit: number): Promise<Page<ChangeRequestEvent>>
  /** By time. */
  approvals(id: string): Promise<readonly Approval[]>
}
/** Reads and changes change requests. */
export interface ChangeRequests extends ChangeRequestReader {
  insert(request: ChangeRequest): Promise<boolean>
  /** Compare-and-set: changes status and description only while the status is `expected`. */
  transition(
    id: string,
    expected: string,
    change: Partial<Pick<ChangeRequest, 'status' | 'description' | 'modifiedMs'>>,
  ): Promise<boolean>
  /** Compare-and-set of the newest draft, one conditional statement: from `expected` to `expected + 1`. */
  advance(id: string, expected: number, modifiedMs: number): Promise<boolean>
  insertDraft(draft: DraftRevision): Promise<boolean>
  /** Replaces how the secrets of a draft are sealed, and nothing else of it (S-06). False when its hash is another. */
  resealDraft(
    id: string,
    number: number,
    expectedHash: string,
    sealed: Pick<DraftRevision, 'source' | 'contentHash'>,
  ): Promise<boolean>
  insertEvent(event: ChangeRequestEvent): Promise<boolean>
  /** Inserts it or replaces the approver's earlier one. */
  putApproval(approval: Approval): Promise<void>
  deleteApproval(id: string, approverId: string): Promise<boolean>
  /** Withdraws all; gives their number. */
  deleteApprovals(id: string): Promise<number>
}

/** Reads requests to open. */
export interface OpenRequestReader {
  get(id: string): Promise<OpenRequest | null>
  /** The granted request whose access runs longest past `nowMs`. */
  active(environmentId: string, askerId: string, nowMs: number): Promise<OpenRequest | null>
}
/** Reads and changes requests to open. */
export interface OpenRequests extends OpenRequestReader {
  insert(request: OpenRequest): Promise<boolean>
  /** False when it was granted before. */
  grant(id: string, grantedMs: number, accessUntilMs: number): Promise<boolean>
  /** Changes what is asked for, as long as it is not granted. */
  changeTimes(
    id: string,
    times: Pick<OpenRequest, 'grantExpirationSeconds' | 'accessDurationSeconds'>,
  ): Promise<boolean>
}

/** Reads schedules and their firings. */
export interface ScheduleReader {
  get(id: string): Promise<Schedule | null>
  /** By id. */
  ofEnvironment(environmentId: string): Promise<readonly Schedule[]>
  /** Not paused, of live environments, whose next time has come, earliest first. */
  due(nowMs: number, limit: number): Promise<readonly Schedule[]>
  firing(id: string): Promise<Firing | null>
  /** Newest first, times before `beforeMs`. */
  history(scheduleId: string, beforeMs: number | null, limit: number): Promise<Page<Firing>>
  /** Not done and held by nobody at `nowMs`, earliest first. */
  unclaimed(nowMs: number, limit: number): Promise<readonly Firing[]>
  /** Under way: held by somebody at `nowMs`. */
  held(nowMs: number, limit: number): Promise<readonly Firing[]>
}
/** Reads and changes schedules and their firings. */
export interface Schedules extends ScheduleReader {
  insert(schedule: Schedule): Promise<boolean>
  update(schedule: Schedule): Promise<boolean>
  delete(id: string): Promise<boolean>
  /** False when this time of the schedule has fired already. */
  insertFiring(firing: Pick<Firing, 'id' | 'scheduleId' | 'fireMs'>): Promise<boolean>
  /** Takes a firing that nobody holds, one conditional statement; the fence to write with, or null. */
  claim(id: string, holder: string, nowMs: number, leaseUntilMs: number): Promise<number | null>
  /** False when the lease was lost. */
  renew(id: string, fence: number, leaseUntilMs: number): Promise<boolean>
  /** False when the lease was lost or it was done before. */
  finish(
    id: string,
    fence: number,
    result: string,
    executedMs: number,
    errorMessage: string | null,
  ): Promise<boolean>
}

/** Reads webhooks and their deliveries. */
export interface WebhookReader {
  /** Exact name, on the environment, or on the organization when `environmentId` is null. */
  find(organizationId: string, environmentId: string | null, name: string): Promise<Webhook | null>
  get(id: string): Promise<Webhook | null>
  /** By name. */
  of(organizationId: string, environmentId: string | null): Promise<readonly Webhook[]>
  delivery(id: string): Promise<Delivery | null>
  /** Newest first. */
  deliveries(webhookId: string, before: TimeKey | null, limit: number): Promise<Page<Delivery>>
  /** Whose next try has come, earliest first. */
  dueDeliveries(nowMs: number, limit: number): Promise<readonly Delivery[]>
}
/** Reads and changes webhooks and their deliveries. */
export interface Webhooks extends WebhookReader {
  insert(webhook: Webhook): Promise<boolean>
  update(webhook: Webhook): Promise<boolean>
  delete(id: string): Promise<boolean>
  insertDelivery(delivery: Delivery): Promise<boolean>
  /** Notes a try. False when another try was noted since `attempts`. */
  noteTry(
    id: string,
    attempts: number,
    outcome: NonNullable<Delivery['outcome']>,
    nextTryMs: number | null,
  ): Promise<boolean>
  /** Removes finished deliveries made before; at most `limit`; gives their number. */
  pruneDeliveries(beforeMs: number, limit: number): Promise<number>
}

/** Reads rotation events. */
export interface RotationEventReader {
  get(id: string): Promise<RotationEvent | null>
  /** Newest first. */
  list(environmentId: string, before: TimeKey | null, limit: number): Promise<Page<RotationEvent>>
}
/** Reads and changes rotation events. */
export interface RotationEvents extends RotationEventReader {
  insert(event: RotationEvent): Promise<boolean>
  /** Replaces the outcome of an event in progress; false when it was complete before. */
  complete(event: RotationEvent): Promise<boolean>
}

/** Reads the audit trail. */
export interface AuditReader {
  /** The last entry's number and hash; null for an empty trail. */
  head(organizationId: string): Promise<{ readonly sequence: number; readonly hash: string } | null>
  /** In order, after `after` (0 = from the start); for verifying and exporting. */
  forward(organizationId: string, after: number, limit: number): Promise<Page<AuditEntry>>
  /** Newest first: numbers below `before`, made before `untilMs`, by `actorId`; null = any. */
  list(
    organizationId: string,
    filter: {
      readonly before: number | null
      readonly untilMs: number | null
      readonly actorId: string | null
      /** Of these events only; absent = of any. */
      readonly events?: readonly string[] | undefined
    },
    limit: number,
  ): Promise<Page<AuditEntry>>
}
/** Append only: there is no way to change or remove an entry. */
export interface AuditEntries extends AuditReader {
  /**
   * Appends the entries that follow the head, one after another, all of one organization; false, and nothing appended, when
   * another came first.
   */
  append(...entries: readonly AuditEntry[]): Promise<boolean>
}

/** What looking at some records found. */
export interface ExaminedRecords {
  readonly count: number
  /** Those that do not match their MAC: name, and keys. */
  readonly bad: readonly { readonly name: string; readonly keys: readonly unknown[] }[]
  /** The keys of the last one, to go on after; null when there was none. */
  readonly last: readonly unknown[] | null
}

/** Looks at the records that carry MACs. */
export interface ProtectedRecordReader {
  /** The tables that have any, by name. */
  readonly tables: readonly string[]
  /** The next `limit` of a table, by its keys, after `after`. */
  examine(table: string, after: readonly unknown[] | null, limit: number): Promise<ExaminedRecords>
  /** The columns of a record that is whole; null when there is none or it is not. */
  wholeRow(table: string, keys: readonly unknown[]): Promise<Readonly<Record<string, unknown>> | null>
}
/** Looks at and seals the records that carry MACs. */
export interface ProtectedRecords extends ProtectedRecordReader {
  /** Puts MACs on those of the next `limit` that have none; `count` is their number. */
  sealMissing(table: string, after: readonly unknown[] | null, limit: number): Promise<ExaminedRecords>
  /** From now on no program that knows nothing of MACs may start on this store. */
  refuseOlder(): Promise<void>
  /** Puts another row in the place of the one with these keys. False, and nothing changed, when its MAC is not right. */
  bringBack(table: string, keys: readonly unknown[], row: Readonly<Record<string, unknown>>): Promise<boolean>
}

/** Goes on after the last item of a referrers page. */
export interface ReferrerKey {
  readonly environmentId: string
  readonly revision: number
  readonly version: string
}

/** Reads which environment names which. */
export interface EnvironmentReferenceReader {
  /** What a revision names, by (project, name, version). */
  of(environmentId: string, revision: number): Promise<readonly EnvironmentReference[]>
  /**
   * Who names an environment, by (environment id, revision, version), after `after`: live environments of the
   * organization, their latest revisions only unless `allRevisions`.
   */
  referrers(
    organizationId: string,
    target: { readonly project: string; readonly name: string },
    allRevisions: boolean,
    after: ReferrerKey | null,
    limit: number,
  ): Promise<Page<EnvironmentReference>>
}
/** Reads and changes which environment names which. */
export interface EnvironmentReferences extends EnvironmentReferenceReader {
  /** Notes what a new revision names; to be called in the unit that inserts the revision. */
  insert(references: readonly EnvironmentReference[]): Promise<void>
}

/** Reads answers that were given before. */
export interface RememberedAnswerReader {
  get(key: string, nowMs: number): Promise<RememberedAnswer | null>
}
/** Reads and keeps answers. */
export interface RememberedAnswers extends RememberedAnswerReader {
  /** False when the key has an answer that did not expire by `nowMs`. */
  insert(answer: RememberedAnswer, nowMs: number): Promise<boolean>
  /** Removes expired ones, at most `limit`; gives their number. */
  deleteExpired(nowMs: number, limit: number): Promise<number>
}

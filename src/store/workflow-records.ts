import type { Actor } from './records.ts'

/** A proposed change of an environment, or a request to open it, on its way through approval. */
export interface ChangeRequest {
  readonly id: string
  readonly organizationId: string
  readonly environmentId: string
  readonly action: 'update' | 'open'
  /** `draft`, `submitted`, `ready`, `applied`, `closed`: the service's words. */
  readonly status: string
  readonly description: string
  readonly createdBy: Actor
  /** The environment's revision that the change was made from. */
  readonly baseRevision: number
  /** The number of the newest draft text; 0 for a request to open. */
  readonly latestRevision: number
  readonly createdMs: number
  readonly modifiedMs: number
}

/** One text of a change request, numbered from 1. */
export interface DraftRevision {
  readonly changeRequestId: string
  readonly number: number
  readonly source: Uint8Array
  readonly contentHash: string
  readonly creator: Actor
  readonly createdMs: number
}

/** Something that happened to a change request, numbered from 1 in order. */
export interface ChangeRequestEvent {
  readonly changeRequestId: string
  readonly number: number
  readonly type: string
  readonly by: Actor
  readonly atMs: number
  /** What the type adds: a comment, the status before and after. */
  readonly details: { readonly [name: string]: unknown }
}

/** One approver's yes to one draft. */
export interface Approval {
  readonly changeRequestId: string
  readonly approver: Actor
  /** The draft revision that was approved. */
  readonly revision: number
  readonly comment: string
  readonly atMs: number
}

/** The times of a request to open, beside its change request of the same id. */
export interface OpenRequest {
  readonly id: string
  readonly organizationId: string
  readonly environmentId: string
  readonly asker: Actor
  /** How long an approved grant may wait for its first use. */
  readonly grantExpirationSeconds: number
  readonly accessDurationSeconds: number
  readonly createdMs: number
  readonly grantedMs: number | null
  /** The end of access; `null` until granted. */
  readonly accessUntilMs: number | null
}

/** A rotation that happens by itself. */
export interface Schedule {
  readonly id: string
  readonly organizationId: string
  readonly environmentId: string
  readonly kind: string
  readonly paused: boolean
  /** Exactly one of the two is set. */
  readonly cron: string | null
  readonly onceMs: number | null
  /** What is rotated; empty = the whole environment. */
  readonly environmentPath: string
  /** Whose rights a run has, checked again each time. */
  readonly owner: Actor
  readonly createdMs: number
  readonly modifiedMs: number
  readonly lastExecutedMs: number | null
  /** `null` when there is no next time. */
  readonly nextExecutionMs: number | null
}

/** One firing of a schedule: at most one for each (schedule, time), held by one runner at a time. */
export interface Firing {
  readonly id: string
  readonly scheduleId: string
  readonly fireMs: number
  /** Grows with each claim; what an older holder writes is refused. 0 = never claimed. */
  readonly fence: number
  readonly holder: string | null
  readonly leaseUntilMs: number | null
  readonly executedMs: number | null
  /** `succeeded`, `failed`, `skipped`; `null` while it is to be done. */
  readonly result: string | null
  readonly errorMessage: string | null
}

/** Where events are sent. */
export interface Webhook {
  readonly id: string
  readonly organizationId: string
  /** `null` for a hook on the whole organization. */
  readonly environmentId: string | null
  readonly name: string
  readonly displayName: string
  readonly payloadUrl: string
  readonly format: string
  readonly active: boolean
  readonly filters: readonly string[]
  readonly groups: readonly string[]
  /** The signing secret, sealed; `null` when there is none. */
  readonly sealedSecret: Uint8Array | null
  readonly createdMs: number
  readonly modifiedMs: number
  /** Since when every delivery fails. */
  readonly failingSinceMs: number | null
}

/** One event for one hook: written with the change that caused it, sent afterwards. */
export interface Delivery {
  readonly id: string
  readonly webhookId: string
  readonly kind: string
  readonly payload: string
  readonly createdMs: number
  readonly attempts: number
  /** When to try next; `null` when it is done, well or badly. */
  readonly nextTryMs: number | null
  /** What the last try gave; `null` before the first. */
  readonly outcome: DeliveryOutcome | null
}

/** What one try of a delivery gave. */
export interface DeliveryOutcome {
  readonly atMs: number
  readonly durationMs: number
  readonly requestUrl: string
  readonly requestHeaders: string
  /** 0 when no answer came. */
  readonly responseCode: number
  readonly responseHeaders: string
  readonly responseBody: string
}

/** One rotation of an environment's secrets. */
export interface RotationEvent {
  readonly id: string
  readonly organizationId: string
  readonly environmentId: string
  readonly createdMs: number
  readonly completedMs: number | null
  readonly preRotationRevision: number
  readonly postRotationRevision: number | null
  readonly user: Actor
  readonly status: 'succeeded' | 'failed' | 'in_progress'
  readonly scheduledActionId: string | null
  readonly errorMessage: string | null
  readonly rotations: readonly Rotation[]
}

/** What became of one secret in a rotation. */
export interface Rotation {
  readonly id: string
  readonly environmentPath: string
  readonly status: 'succeeded' | 'failed'
  readonly errorMessage: string | null
}

/** One line of an organization's audit trail, chained to the one before by hash (S-27). */
export interface AuditEntry {
  readonly organizationId: string
  /** From 1, without gaps. */
  readonly sequence: number
  readonly atMs: number
  readonly event: string
  readonly actorId: string
  readonly previousHash: string
  readonly hash: string
  /** The whole entry in the encoding that was hashed. */
  readonly body: string
}

/** One place where a revision of an environment names another one: an import or a reference. */
export interface EnvironmentReference {
  readonly environmentId: string
  readonly revision: number
  /** What is named, as it stands in the text but for the default project, which is spelled out. */
  readonly project: string
  readonly name: string
  /** A revision number or a tag; `latest` when none is written. */
  readonly version: string
}

/** The answer that a repeated request gets again. */
export interface RememberedAnswer {
  /** Caller, route and the caller's key, in one text. */
  readonly key: string
  /** A hash of the request: the same key with another request is refused. */
  readonly requestHash: string
  readonly answer: string
  readonly expiresMs: number
}

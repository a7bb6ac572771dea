import type { Sealed } from './record-macs.ts'

/** The rows of approvals, schedules, webhooks, rotations and audit; the conventions of `tables.ts` hold. */
export interface ChangeRequestRow {
  readonly id: string
  readonly organization_id: string
  readonly environment_id: string
  readonly action: string
  readonly status: string
  readonly description: string
  readonly created_by: string
  readonly base_revision: number
  readonly latest_revision: number
  readonly created_ms: number
  readonly modified_ms: number
}

/** The row of a draft revision. */
export interface DraftRevisionRow extends Sealed {
  readonly change_request_id: string
  readonly number: number
  readonly source: Uint8Array
  readonly content_hash: string
  readonly creator: string
  readonly created_ms: number
}

/** The row of a change request event. */
export interface ChangeRequestEventRow {
  readonly change_request_id: string
  readonly number: number
  readonly type: string
  readonly actor: string
  readonly at_ms: number
  readonly details: string
}

/** The row of an approval. */
export interface ApprovalRow extends Sealed {
  readonly change_request_id: string
  readonly approver_id: string
  readonly approver: string
  readonly revision: number
  readonly comment: string
  readonly at_ms: number
}

/** The row of an open request. */
export interface OpenRequestRow extends Sealed {
  readonly id: string
  readonly organization_id: string
  readonly environment_id: string
  readonly asker_id: string
  readonly asker: string
  readonly grant_expiration_seconds: number
  readonly access_duration_seconds: number
  readonly created_ms: number
  readonly granted_ms: number | null
  readonly access_until_ms: number | null
}

/** The row of a schedule. */
export interface ScheduleRow extends Sealed {
  readonly id: string
  readonly organization_id: string
  readonly environment_id: string
  readonly kind: string
  readonly paused: number
  readonly cron: string | null
  readonly once_ms: number | null
  readonly environment_path: string
  readonly owner: string
  readonly created_ms: number
  readonly modified_ms: number
  readonly last_executed_ms: number | null
  readonly next_execution_ms: number | null
}

/** The row of a firing. */
export interface FiringRow {
  readonly id: string
  readonly schedule_id: string
  readonly fire_ms: number
  readonly fence: number
  readonly holder: string | null
  readonly lease_until_ms: number | null
  readonly executed_ms: number | null
  readonly result: string | null
  readonly error_message: string | null
}

/** `parent_id` is the environment's id, or the organization's for its own hooks. */
export interface WebhookRow {
  readonly id: string
  readonly organization_id: string
  readonly environment_id: string | null
  readonly parent_id: string
  readonly name: string
  readonly name_key: string
  readonly display_name: string
  readonly payload_url: string
  readonly format: string
  readonly active: number
  readonly filters: string
  readonly groups: string
  readonly sealed_secret: Uint8Array | null
  readonly created_ms: number
  readonly modified_ms: number
  readonly failing_since_ms: number | null
}

/** The row of a delivery. */
export interface DeliveryRow {
  readonly id: string
  readonly webhook_id: string
  readonly kind: string
  readonly payload: string
  readonly created_ms: number
  readonly attempts: number
  readonly next_try_ms: number | null
  readonly outcome: string | null
}

/** The row of a rotation event. */
export interface RotationEventRow {
  readonly id: string
  readonly organization_id: string
  readonly environment_id: string
  readonly created_ms: number
  readonly completed_ms: number | null
  readonly pre_rotation_revision: number
  readonly post_rotation_revision: number | null
  readonly actor: string
  readonly status: string
  readonly scheduled_action_id: string | null
  readonly error_message: string | null
  readonly rotations: string
}

/** The row of an audit entry. */
export interface AuditEntryRow {
  readonly organization_id: string
  readonly sequence: number
  readonly at_ms: number
  readonly event: string
  readonly actor_id: string
  readonly previous_hash: string
  readonly hash: string
  readonly body: string
}

/** The row of an environment reference. */
export interface EnvironmentReferenceRow {
  readonly environment_id: string
  readonly revision: number
  readonly project: string
  readonly name: string
  readonly version: string
}

/** The row of a remembered answer. */
export interface RememberedAnswerRow {
  readonly key: string
  readonly request_hash: string
  readonly answer: string
  readonly expires_ms: number
}

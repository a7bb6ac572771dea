import type { Sealed } from './record-macs.ts'
import type {
  ApprovalRow,
  AuditEntryRow,
  ChangeRequestEventRow,
  ChangeRequestRow,
  DeliveryRow,
  DraftRevisionRow,
  EnvironmentReferenceRow,
  FiringRow,
  OpenRequestRow,
  RememberedAnswerRow,
  RotationEventRow,
  ScheduleRow,
  WebhookRow,
} from './workflow-tables.ts'

/**
 * The tables as rows, the same in every engine: texts in byte order, whole numbers, bytes. Yes and no are 1 and
 * 0, small structures are JSON text, `…_key` columns hold a name's folded spelling for uniqueness (S-20).
 */
export interface Tables {
  readonly organizations: OrganizationRow
  readonly users: UserRow
  readonly memberships: MembershipRow
  readonly access_tokens: AccessTokenRow
  readonly projects: ProjectRow
  readonly environments: EnvironmentRow
  readonly revisions: RevisionRow
  readonly revision_tags: RevisionTagRow
  readonly environment_tags: EnvironmentTagRow
  readonly open_sessions: OpenSessionRow
  readonly settings: SettingRow
  readonly data_keys: DataKeyRow
  readonly signing_keys: SigningKeyRow
  readonly tombstones: TombstoneRow
  readonly change_requests: ChangeRequestRow
  readonly draft_revisions: DraftRevisionRow
  readonly change_request_events: ChangeRequestEventRow
  readonly approvals: ApprovalRow
  readonly open_requests: OpenRequestRow
  readonly schedules: ScheduleRow
  readonly firings: FiringRow
  readonly webhooks: WebhookRow
  readonly deliveries: DeliveryRow
  readonly rotation_events: RotationEventRow
  readonly audit_entries: AuditEntryRow
  readonly environment_references: EnvironmentReferenceRow
  readonly remembered_answers: RememberedAnswerRow
}

/** The row of an organization. */
export interface OrganizationRow {
  readonly id: string
  readonly name: string
  readonly name_key: string
  readonly display_name: string
  readonly avatar_url: string
  readonly created_ms: number
}

/** The row of a user. */
export interface UserRow extends Sealed {
  readonly id: string
  readonly login: string
  readonly login_key: string
  readonly name: string
  readonly email: string
  readonly avatar_url: string
  readonly site_admin: number
  readonly password_hash: string | null
  readonly created_ms: number
  readonly disabled_ms: number | null
}

/** The row of a membership. */
export interface MembershipRow extends Sealed {
  readonly organization_id: string
  readonly user_id: string
  readonly role: string
  readonly created_ms: number
}

/** The row of an access token. */
export interface AccessTokenRow extends Sealed {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly description: string
  readonly secret_hash: Uint8Array
  readonly user_id: string | null
  readonly organization_id: string | null
  readonly team: string | null
  readonly admin: number
  readonly scopes: string | null
  readonly environment_ids: string | null
  readonly created_ms: number
  readonly expires_ms: number | null
  readonly last_used_ms: number | null
  readonly revoked_ms: number | null
}

/** The row of a project. */
export interface ProjectRow {
  readonly id: string
  readonly organization_id: string
  readonly name: string
  readonly name_key: string
  readonly created_ms: number
}

/** `organization_id` and `project` repeat what `project_id` says, so that lists and lookups need one index. */
export interface EnvironmentRow extends Sealed {
  readonly id: string
  readonly organization_id: string
  readonly project_id: string
  readonly project: string
  readonly name: string
  readonly name_key: string
  readonly latest: number
  readonly owned_by: string
  readonly deletion_protected: number
  readonly created_ms: number
  readonly modified_ms: number
  readonly deleted_ms: number | null
}

/** The row of a revision. */
export interface RevisionRow extends Sealed {
  readonly environment_id: string
  readonly number: number
  readonly source: Uint8Array
  readonly content_hash: string
  readonly bonds: string | null
  readonly creator: string
  readonly created_ms: number
  readonly retraction: string | null
  readonly source_change_request: string | null
}

/** The row of a revision tag. */
export interface RevisionTagRow extends Sealed {
  readonly environment_id: string
  readonly name: string
  readonly name_key: string
  readonly revision: number
  readonly editor: string
  readonly created_ms: number
  readonly modified_ms: number
}

/** The row of an environment tag. */
export interface EnvironmentTagRow {
  readonly environment_id: string
  readonly name: string
  readonly name_key: string
  readonly value: string
  readonly editor: string
  readonly created_ms: number
  readonly modified_ms: number
}

/** The row of an open session. */
export interface OpenSessionRow extends Sealed {
  readonly id: string
  readonly organization_id: string
  readonly environment_id: string | null
  readonly revision: number | null
  readonly owner_id: string
  readonly sealed: Uint8Array
  readonly data_key_id: string
  readonly created_ms: number
  readonly expires_ms: number
}

/** The row of a setting. */
export interface SettingRow extends Sealed {
  readonly owner_id: string
  readonly name: string
  readonly value: string
}

/** The row of a data key. */
export interface DataKeyRow {
  readonly id: string
  readonly owner_id: string
  readonly wrapped: Uint8Array
  readonly key_id: string
  readonly created_ms: number
  readonly retired_ms: number | null
}

/** The row of a signing key. */
export interface SigningKeyRow {
  readonly kid: string
  readonly issuer: string
  readonly state: string
  readonly public_jwk: string
  readonly sealed_private_key: Uint8Array
  readonly data_key_id: string
  readonly published_ms: number
  readonly activated_ms: number | null
  readonly retired_ms: number | null
}

/** The row of a tombstone. */
export interface TombstoneRow {
  readonly kind: string
  readonly parent_id: string
  readonly name: string
  readonly name_key: string
  readonly bearer_id: string
  readonly at_ms: number
}

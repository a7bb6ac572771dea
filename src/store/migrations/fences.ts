/** What ties a table's rows to an organization. */
export type FencedBy =
  | 'id'
  | 'organization'
  | 'trail'
  | 'environment'
  | 'change request'
  | 'schedule'
  | 'webhook'
  | 'token'
  | 'owner'

/**
 * The tables whose rows belong to an organization, and by what. The others belong to the installation: users, signing keys, data
 * keys (each opens for its owner alone, and is bound to it), tombstones, remembered answers.
 */
export const fences: Readonly<Record<string, FencedBy>> = {
  organizations: 'id',
  memberships: 'organization',
  projects: 'organization',
  environments: 'organization',
  open_sessions: 'organization',
  change_requests: 'organization',
  open_requests: 'organization',
  schedules: 'organization',
  webhooks: 'organization',
  rotation_events: 'organization',
  audit_entries: 'trail',
  access_tokens: 'token',
  settings: 'owner',
  revisions: 'environment',
  revision_tags: 'environment',
  environment_tags: 'environment',
  environment_references: 'environment',
  draft_revisions: 'change request',
  change_request_events: 'change request',
  approvals: 'change request',
  firings: 'schedule',
  deliveries: 'webhook',
}

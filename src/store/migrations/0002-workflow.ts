import type { CreateTableBuilder, Kysely } from 'kysely'
import type { ColumnTypes, Migration } from './migration.ts'
import { table } from './table.ts'

/** Approvals, schedules, webhooks, rotations, audit. */
export const workflow: Migration = {
  number: 2,
  name: 'workflow',
  down: null,
  async up(db, types) {
    await approvals(db, types)
    await schedules(db, types)
    await webhooks(db, types)
    await trails(db, types)
  },
}

type Table = CreateTableBuilder<string, string>

/** Ends the table's definition with a reference that goes when its parent goes. */
function within(built: Table, column: string, parent: string): Table {
  return built.addForeignKeyConstraint(`${column}_of_${parent}`, [column], parent, ['id'], (key) =>
    key.onDelete('cascade'),
  )
}

async function index(
  db: Kysely<unknown>,
  name: string,
  on: string,
  columns: readonly string[],
): Promise<void> {
  await db.schema
    .createIndex(name)
    .on(on)
    .columns([...columns])
    .execute()
}

async function approvals(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const requests = table(db, types, 'change_requests', {
    id: 'text',
    organization_id: 'text',
    environment_id: 'text',
    action: 'text',
    status: 'text',
    description: 'text',
    created_by: 'text',
    base_revision: 'integer',
    latest_revision: 'integer',
    created_ms: 'integer',
    modified_ms: 'integer',
  }).addPrimaryKeyConstraint('change_requests_id', ['id'])
  await within(requests, 'environment_id', 'environments').execute()
  await index(db, 'change_requests_by_time', 'change_requests', ['organization_id', 'created_ms', 'id'])
  await index(db, 'change_requests_of_environment', 'change_requests', ['environment_id', 'created_ms', 'id'])
  const drafts = table(db, types, 'draft_revisions', {
    change_request_id: 'text',
    number: 'integer',
    source: 'bytes',
    content_hash: 'text',
    creator: 'text',
    created_ms: 'integer',
  }).addPrimaryKeyConstraint('draft_revisions_id', ['change_request_id', 'number'])
  await within(drafts, 'change_request_id', 'change_requests').execute()
  const events = table(db, types, 'change_request_events', {
    change_request_id: 'text',
    number: 'integer',
    type: 'text',
    actor: 'text',
    at_ms: 'integer',
    details: 'text',
  }).addPrimaryKeyConstraint('change_request_events_id', ['change_request_id', 'number'])
  await within(events, 'change_request_id', 'change_requests').execute()
  const given = table(db, types, 'approvals', {
    change_request_id: 'text',
    approver_id: 'text',
    approver: 'text',
    revision: 'integer',
    comment: 'text',
    at_ms: 'integer',
  }).addPrimaryKeyConstraint('approvals_id', ['change_request_id', 'approver_id'])
  await within(given, 'change_request_id', 'change_requests').execute()
  const opens = table(db, types, 'open_requests', {
    id: 'text',
    organization_id: 'text',
    environment_id: 'text',
    asker_id: 'text',
    asker: 'text',
    grant_expiration_seconds: 'integer',
    access_duration_seconds: 'integer',
    created_ms: 'integer',
    granted_ms: 'integer?',
    access_until_ms: 'integer?',
  }).addPrimaryKeyConstraint('open_requests_id', ['id'])
  await within(opens, 'environment_id', 'environments').execute()
  await index(db, 'open_requests_of_asker', 'open_requests', [
    'environment_id',
    'asker_id',
    'access_until_ms',
  ])
}

async function schedules(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const actions = table(db, types, 'schedules', {
    id: 'text',
    organization_id: 'text',
    environment_id: 'text',
    kind: 'text',
    paused: 'integer',
    cron: 'text?',
    once_ms: 'integer?',
    environment_path: 'text',
    owner: 'text',
    created_ms: 'integer',
    modified_ms: 'integer',
    last_executed_ms: 'integer?',
    next_execution_ms: 'integer?',
  }).addPrimaryKeyConstraint('schedules_id', ['id'])
  await within(actions, 'environment_id', 'environments').execute()
  await index(db, 'schedules_of_environment', 'schedules', ['environment_id', 'id'])
  await index(db, 'schedules_by_time', 'schedules', ['next_execution_ms'])
  const firings = table(db, types, 'firings', {
    id: 'text',
    schedule_id: 'text',
    fire_ms: 'integer',
    fence: 'integer',
    holder: 'text?',
    lease_until_ms: 'integer?',
    executed_ms: 'integer?',
    result: 'text?',
    error_message: 'text?',
  })
    .addPrimaryKeyConstraint('firings_id', ['id'])
    .addUniqueConstraint('firings_once', ['schedule_id', 'fire_ms'])
  await within(firings, 'schedule_id', 'schedules').execute()
  await index(db, 'firings_to_do', 'firings', ['result', 'fire_ms'])
}

async function webhooks(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const hooks = table(db, types, 'webhooks', {
    id: 'text',
    organization_id: 'text',
    environment_id: 'text?',
    parent_id: 'text',
    name: 'text',
    name_key: 'text',
    display_name: 'text',
    payload_url: 'text',
    format: 'text',
    active: 'integer',
    filters: 'text',
    groups: 'text',
    sealed_secret: 'bytes?',
    created_ms: 'integer',
    modified_ms: 'integer',
    failing_since_ms: 'integer?',
  })
    .addPrimaryKeyConstraint('webhooks_id', ['id'])
    .addUniqueConstraint('webhooks_name_key', ['parent_id', 'name_key'])
  await within(hooks, 'environment_id', 'environments').execute()
  const deliveries = table(db, types, 'deliveries', {
    id: 'text',
    webhook_id: 'text',
    kind: 'text',
    payload: 'text',
    created_ms: 'integer',
    attempts: 'integer',
    next_try_ms: 'integer?',
    outcome: 'text?',
  }).addPrimaryKeyConstraint('deliveries_id', ['id'])
  await within(deliveries, 'webhook_id', 'webhooks').execute()
  await index(db, 'deliveries_of_webhook', 'deliveries', ['webhook_id', 'created_ms', 'id'])
  await index(db, 'deliveries_to_do', 'deliveries', ['next_try_ms'])
}

async function trails(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const rotations = table(db, types, 'rotation_events', {
    id: 'text',
    organization_id: 'text',
    environment_id: 'text',
    created_ms: 'integer',
    completed_ms: 'integer?',
    pre_rotation_revision: 'integer',
    post_rotation_revision: 'integer?',
    actor: 'text',
    status: 'text',
    scheduled_action_id: 'text?',
    error_message: 'text?',
    rotations: 'text',
  }).addPrimaryKeyConstraint('rotation_events_id', ['id'])
  await within(rotations, 'environment_id', 'environments').execute()
  await index(db, 'rotation_events_by_time', 'rotation_events', ['environment_id', 'created_ms', 'id'])
  // No reference to organizations: the trail outlives whatever it speaks of.
  await table(db, types, 'audit_entries', {
    organization_id: 'text',
    sequence: 'integer',
    at_ms: 'integer',
    event: 'text',
    actor_id: 'text',
    previous_hash: 'text',
    hash: 'text',
    body: 'text',
  })
    .addPrimaryKeyConstraint('audit_entries_id', ['organization_id', 'sequence'])
    .execute()
}

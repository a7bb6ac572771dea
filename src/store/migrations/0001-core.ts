import { type Kysely, sql } from 'kysely'
import type { ColumnTypes, Migration } from './migration.ts'
import { table } from './table.ts'

/** Organizations, people, tokens, environments with their history, sessions, settings and keys. */
export const core: Migration = {
  number: 1,
  name: 'core',
  down: null,
  async up(db, types) {
    await identity(db, types)
    await environments(db, types)
    await history(db, types)
    await sessions(db, types)
    await keys(db, types)
  },
}

async function identity(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await table(db, types, 'organizations', {
    id: 'text',
    name: 'text',
    name_key: 'text',
    display_name: 'text',
    avatar_url: 'text',
    created_ms: 'integer',
  })
    .addPrimaryKeyConstraint('organizations_id', ['id'])
    .addUniqueConstraint('organizations_name_key', ['name_key'])
    .execute()
  await table(db, types, 'users', {
    id: 'text',
    login: 'text',
    login_key: 'text',
    name: 'text',
    email: 'text',
    avatar_url: 'text',
    site_admin: 'integer',
    password_hash: 'text?',
    created_ms: 'integer',
    disabled_ms: 'integer?',
  })
    .addPrimaryKeyConstraint('users_id', ['id'])
    .addUniqueConstraint('users_login_key', ['login_key'])
    .execute()
  await table(db, types, 'memberships', {
    organization_id: 'text',
    user_id: 'text',
    role: 'text',
    created_ms: 'integer',
  })
    .addPrimaryKeyConstraint('memberships_id', ['organization_id', 'user_id'])
    .addForeignKeyConstraint('memberships_organization', ['organization_id'], 'organizations', ['id'])
    .addForeignKeyConstraint('memberships_user', ['user_id'], 'users', ['id'])
    .execute()
  await db.schema.createIndex('memberships_of_user').on('memberships').columns(['user_id']).execute()
  await table(db, types, 'access_tokens', {
    id: 'text',
    type: 'text',
    name: 'text',
    description: 'text',
    secret_hash: 'bytes',
    user_id: 'text?',
    organization_id: 'text?',
    team: 'text?',
    admin: 'integer',
    scopes: 'text?',
    environment_ids: 'text?',
    created_ms: 'integer',
    expires_ms: 'integer?',
    last_used_ms: 'integer?',
    revoked_ms: 'integer?',
  })
    .addPrimaryKeyConstraint('access_tokens_id', ['id'])
    .addForeignKeyConstraint('access_tokens_user', ['user_id'], 'users', ['id'])
    .addForeignKeyConstraint('access_tokens_organization', ['organization_id'], 'organizations', ['id'])
    .execute()
  await db.schema
    .createIndex('access_tokens_of_user')
    .on('access_tokens')
    .columns(['user_id', 'id'])
    .execute()
  await db.schema
    .createIndex('access_tokens_of_organization')
    .on('access_tokens')
    .columns(['organization_id', 'id'])
    .execute()
}

async function environments(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await table(db, types, 'projects', {
    id: 'text',
    organization_id: 'text',
    name: 'text',
    name_key: 'text',
    created_ms: 'integer',
  })
    .addPrimaryKeyConstraint('projects_id', ['id'])
    .addUniqueConstraint('projects_name_key', ['organization_id', 'name_key'])
    .addForeignKeyConstraint('projects_organization', ['organization_id'], 'organizations', ['id'])
    .execute()
  await table(db, types, 'environments', {
    id: 'text',
    organization_id: 'text',
    project_id: 'text',
    project: 'text',
    name: 'text',
    name_key: 'text',
    latest: 'integer',
    owned_by: 'text',
    deletion_protected: 'integer',
    created_ms: 'integer',
    modified_ms: 'integer',
    deleted_ms: 'integer?',
  })
    .addPrimaryKeyConstraint('environments_id', ['id'])
    .addForeignKeyConstraint('environments_organization', ['organization_id'], 'organizations', ['id'])
    .addForeignKeyConstraint('environments_project', ['project_id'], 'projects', ['id'])
    .execute()
  // Deleted environments keep their names, live ones own them.
  await db.schema
    .createIndex('environments_name_key')
    .unique()
    .on('environments')
    .columns(['project_id', 'name_key'])
    .where(sql.ref('deleted_ms'), 'is', null)
    .execute()
  await db.schema
    .createIndex('environments_by_name')
    .on('environments')
    .columns(['organization_id', 'project', 'name'])
    .execute()
}

async function history(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await table(db, types, 'revisions', {
    environment_id: 'text',
    number: 'integer',
    source: 'bytes',
    content_hash: 'text',
    creator: 'text',
    created_ms: 'integer',
    retraction: 'text?',
    source_change_request: 'text?',
  })
    .addPrimaryKeyConstraint('revisions_id', ['environment_id', 'number'])
    .addForeignKeyConstraint('revisions_environment', ['environment_id'], 'environments', ['id'], (key) =>
      key.onDelete('cascade'),
    )
    .execute()
  await table(db, types, 'revision_tags', {
    environment_id: 'text',
    name: 'text',
    name_key: 'text',
    revision: 'integer',
    editor: 'text',
    created_ms: 'integer',
    modified_ms: 'integer',
  })
    .addPrimaryKeyConstraint('revision_tags_id', ['environment_id', 'name'])
    .addUniqueConstraint('revision_tags_name_key', ['environment_id', 'name_key'])
    .addForeignKeyConstraint(
      'revision_tags_revision',
      ['environment_id', 'revision'],
      'revisions',
      ['environment_id', 'number'],
      (key) => key.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createIndex('revision_tags_of_revision')
    .on('revision_tags')
    .columns(['environment_id', 'revision', 'name'])
    .execute()
  await table(db, types, 'environment_tags', {
    environment_id: 'text',
    name: 'text',
    name_key: 'text',
    value: 'text',
    editor: 'text',
    created_ms: 'integer',
    modified_ms: 'integer',
  })
    .addPrimaryKeyConstraint('environment_tags_id', ['environment_id', 'name'])
    .addUniqueConstraint('environment_tags_name_key', ['environment_id', 'name_key'])
    .addForeignKeyConstraint(
      'environment_tags_environment',
      ['environment_id'],
      'environments',
      ['id'],
      (key) => key.onDelete('cascade'),
    )
    .execute()
}

async function sessions(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await table(db, types, 'open_sessions', {
    id: 'text',
    organization_id: 'text',
    environment_id: 'text?',
    revision: 'integer?',
    owner_id: 'text',
    sealed: 'bytes',
    data_key_id: 'text',
    created_ms: 'integer',
    expires_ms: 'integer',
  })
    .addPrimaryKeyConstraint('open_sessions_id', ['id'])
    .addForeignKeyConstraint('open_sessions_environment', ['environment_id'], 'environments', ['id'], (key) =>
      key.onDelete('cascade'),
    )
    .execute()
  for (const column of ['environment_id', 'owner_id', 'expires_ms']) {
    await db.schema.createIndex(`open_sessions_${column}`).on('open_sessions').columns([column]).execute()
  }
}

async function keys(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await table(db, types, 'settings', { owner_id: 'text', name: 'text', value: 'text' })
    .addPrimaryKeyConstraint('settings_id', ['owner_id', 'name'])
    .execute()
  await table(db, types, 'data_keys', {
    id: 'text',
    owner_id: 'text',
    wrapped: 'bytes',
    key_id: 'text',
    created_ms: 'integer',
    retired_ms: 'integer?',
  })
    .addPrimaryKeyConstraint('data_keys_id', ['id'])
    .execute()
  await db.schema
    .createIndex('data_keys_of_owner')
    .on('data_keys')
    .columns(['owner_id', 'created_ms'])
    .execute()
  await table(db, types, 'signing_keys', {
    kid: 'text',
    issuer: 'text',
    state: 'text',
    public_jwk: 'text',
    sealed_private_key: 'bytes',
    data_key_id: 'text',
    published_ms: 'integer',
    activated_ms: 'integer?',
    retired_ms: 'integer?',
  })
    .addPrimaryKeyConstraint('signing_keys_id', ['kid'])
    .execute()
  await table(db, types, 'tombstones', {
    kind: 'text',
    parent_id: 'text',
    name: 'text',
    name_key: 'text',
    bearer_id: 'text',
    at_ms: 'integer',
  })
    .addPrimaryKeyConstraint('tombstones_id', ['kind', 'parent_id', 'name_key', 'bearer_id'])
    .execute()
}

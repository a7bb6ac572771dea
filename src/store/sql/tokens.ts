import type { Kysely } from 'kysely'
import type { AccessToken, TokenType } from '../records.ts'
import type { Tokens } from '../store.ts'
import { changeRow } from './change-row.ts'
import type { HotStatements } from './hot-statements.ts'
import { jsonOr } from './json-text.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs, Sealed } from './record-macs.ts'
import type { AccessTokenRow, Tables } from './tables.ts'

/** Access tokens over SQL. */
export function tokens(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Tokens {
  const after = (id: string | null, limit: number) => {
    const rows = db
      .selectFrom('access_tokens')
      .selectAll()
      .orderBy('id')
      .limit(limit + 1)
    return id === null ? rows : rows.where('id', '>', id)
  }
  const live = () => db.selectFrom('access_tokens').select('id').where('revoked_ms', 'is', null)
  const revoke = async (id: string, atMs: number) =>
    await changeRow(
      db,
      macs,
      'access_tokens',
      { id },
      { revoked_ms: atMs },
      // A token that was altered can be ended all the same: then it opens nothing.
      { wanted: ({ revoked_ms }) => revoked_ms === null, whole: (_, row) => row },
    )
  const revokeEach = async (rows: readonly { readonly id: string }[], atMs: number) => {
    let count = 0
    for (const { id } of rows) if (await revoke(id, atMs)) count += 1
    return count
  }
  return {
    async get(id) {
      const row = await hot.token(id)
      return row ? tokenFrom(macs.whole('access_tokens', row)) : null
    },
    async asStored(id) {
      const row = await hot.token(id)
      return row ? tokenFrom(row) : null
    },
    async ofUser(userId, afterId, limit) {
      const rows = await after(afterId, limit)
        .where('user_id', '=', userId)
        .where('type', 'in', ['personal', 'session'])
        .execute()
      return pageOf(rows, limit, tokenFrom)
    },
    async ofOrganization(organizationId, afterId, limit) {
      const rows = await after(afterId, limit).where('organization_id', '=', organizationId).execute()
      return pageOf(rows, limit, tokenFrom)
    },
    async insert(token) {
      const insert = db.insertInto('access_tokens').values(macs.sealed('access_tokens', rowFrom(token)))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async revoke(id, atMs) {
      return await revoke(id, atMs)
    },
    async revokeOfUser(userId, atMs) {
      return await revokeEach(await live().where('user_id', '=', userId).execute(), atMs)
    },
    revokeAll: async (atMs) => await revokeEach(await live().execute(), atMs),
    async touch(id, atMs) {
      await db
        .updateTable('access_tokens')
        .set({ last_used_ms: atMs })
        .where('id', '=', id)
        .where((row) => row.or([row('last_used_ms', 'is', null), row('last_used_ms', '<', atMs)]))
        .execute()
    },
  }
}

function tokenFrom(row: AccessTokenRow): AccessToken {
  return {
    id: row.id,
    type: row.type as TokenType,
    name: row.name,
    description: row.description,
    secretHash: row.secret_hash,
    userId: row.user_id,
    organizationId: row.organization_id,
    team: row.team,
    admin: row.admin === 1,
    scopes: listFrom(row.scopes),
    environmentIds: listFrom(row.environment_ids),
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    lastUsedMs: row.last_used_ms,
    revokedMs: row.revoked_ms,
  }
}

function rowFrom(token: AccessToken): Omit<AccessTokenRow, keyof Sealed> {
  return {
    id: token.id,
    type: token.type,
    name: token.name,
    description: token.description,
    secret_hash: token.secretHash,
    user_id: token.userId,
    organization_id: token.organizationId,
    team: token.team,
    admin: token.admin ? 1 : 0,
    scopes: token.scopes && JSON.stringify(token.scopes),
    environment_ids: token.environmentIds && JSON.stringify(token.environmentIds),
    created_ms: token.createdMs,
    expires_ms: token.expiresMs,
    last_used_ms: token.lastUsedMs,
    revoked_ms: token.revokedMs,
  }
}

function listFrom(text: string | null): readonly string[] | null {
  // What cannot be read grants nothing.
  return text === null ? null : jsonOr<readonly string[]>(text, [])
}

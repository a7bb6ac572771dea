import type { Kysely } from 'kysely'
import type { User } from '../records.ts'
import type { Users } from '../store.ts'
import type { HotStatements } from './hot-statements.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs, Sealed } from './record-macs.ts'
import type { Tables, UserRow } from './tables.ts'

/** Users over SQL. */
export function users(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Users {
  const rows = () => db.selectFrom('users').selectAll()
  return {
    async get(id) {
      const row = await hot.user(id)
      return row ? userFrom(macs.whole('users', row)) : null
    },
    async find(login) {
      const row = await rows().where('login_key', '=', nameKey(login)).executeTakeFirst()
      return row?.login === login ? userFrom(macs.whole('users', row)) : null
    },
    async list(after, limit) {
      const query = after === null ? rows() : rows().where('login', '>', after)
      return pageOf(
        await query
          .orderBy('login')
          .limit(limit + 1)
          .execute(),
        limit,
        userFrom,
      )
    },
    async insert(user) {
      const insert = db.insertInto('users').values(macs.sealed('users', rowFrom(user)))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async update(user) {
      const found = await hot.user(user.id)
      if (found) macs.whole('users', found)
      const row = macs.sealed('users', rowFrom(user))
      const update = db
        .updateTable('users')
        .set(row)
        .where('id', '=', row.id)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('users as other')
                .select('other.id')
                .where('other.login_key', '=', row.login_key)
                .where('other.id', '<>', row.id),
            ),
          ),
        )
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

/** The record of a row. */
export function userFrom(row: Omit<UserRow, keyof Sealed>): User {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    email: row.email,
    avatarUrl: row.avatar_url,
    siteAdmin: row.site_admin === 1,
    passwordHash: row.password_hash,
    createdMs: row.created_ms,
    disabledMs: row.disabled_ms,
  }
}

function rowFrom(user: User): Omit<UserRow, keyof Sealed> {
  return {
    id: user.id,
    login: user.login,
    login_key: nameKey(user.login),
    name: user.name,
    email: user.email,
    avatar_url: user.avatarUrl,
    site_admin: user.siteAdmin ? 1 : 0,
    password_hash: user.passwordHash,
    created_ms: user.createdMs,
    disabled_ms: user.disabledMs,
  }
}

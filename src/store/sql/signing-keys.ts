import type { Kysely } from 'kysely'
import type { SigningKeys } from '../key-repositories.ts'
import type { SigningKey, SigningKeyState } from '../records.ts'
import { changed } from './page.ts'
import type { SigningKeyRow, Tables } from './tables.ts'

/** Issuer signing keys over SQL; private parts are sealed before they come here. */
export function signingKeys(db: Kysely<Tables>): SigningKeys {
  return {
    async list(issuer) {
      const rows = await db
        .selectFrom('signing_keys')
        .selectAll()
        .where('issuer', '=', issuer)
        .orderBy('published_ms')
        .orderBy('kid')
        .execute()
      return rows.map(keyFrom)
    },
    async insert(key) {
      const insert = db.insertInto('signing_keys').values({
        kid: key.kid,
        issuer: key.issuer,
        state: key.state,
        public_jwk: key.publicJwk,
        sealed_private_key: key.sealedPrivateKey,
        data_key_id: key.dataKeyId,
        published_ms: key.publishedMs,
        activated_ms: key.activatedMs,
        retired_ms: key.retiredMs,
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async update(key) {
      const update = db
        .updateTable('signing_keys')
        .set({ state: key.state, activated_ms: key.activatedMs, retired_ms: key.retiredMs })
        .where('kid', '=', key.kid)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async reseal(kid, expectedDataKeyId, sealed, dataKeyId) {
      const update = db
        .updateTable('signing_keys')
        .set({ sealed_private_key: sealed, data_key_id: dataKeyId })
        .where('kid', '=', kid)
        .where('data_key_id', '=', expectedDataKeyId)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async delete(kid) {
      return changed(await db.deleteFrom('signing_keys').where('kid', '=', kid).executeTakeFirstOrThrow())
    },
  }
}

function keyFrom(row: SigningKeyRow): SigningKey {
  return {
    kid: row.kid,
    issuer: row.issuer,
    state: row.state as SigningKeyState,
    publicJwk: row.public_jwk,
    sealedPrivateKey: row.sealed_private_key,
    dataKeyId: row.data_key_id,
    publishedMs: row.published_ms,
    activatedMs: row.activated_ms,
    retiredMs: row.retired_ms,
  }
}

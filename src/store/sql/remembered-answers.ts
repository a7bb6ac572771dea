import type { Kysely } from 'kysely'
import type { RememberedAnswers } from '../workflow.ts'
import { changed } from './page.ts'
import type { Tables } from './tables.ts'

/** Answers to requests that may be repeated, over SQL. */
export function rememberedAnswers(db: Kysely<Tables>): RememberedAnswers {
  return {
    async get(key, nowMs) {
      const row = await db
        .selectFrom('remembered_answers')
        .selectAll()
        .where('key', '=', key)
        .where('expires_ms', '>', nowMs)
        .executeTakeFirst()
      if (row === undefined) return null
      return { key: row.key, requestHash: row.request_hash, answer: row.answer, expiresMs: row.expires_ms }
    },
    async insert(answer, nowMs) {
      const content = {
        request_hash: answer.requestHash,
        answer: answer.answer,
        expires_ms: answer.expiresMs,
      }
      const insert = db
        .insertInto('remembered_answers')
        .values({ key: answer.key, ...content })
        .onConflict((on) =>
          on.column('key').doUpdateSet(content).where('remembered_answers.expires_ms', '<=', nowMs),
        )
      return changed(await insert.executeTakeFirstOrThrow())
    },
    async deleteExpired(nowMs, limit) {
      const { numDeletedRows } = await db
        .deleteFrom('remembered_answers')
        .where('key', 'in', (from) =>
          from.selectFrom('remembered_answers').select('key').where('expires_ms', '<=', nowMs).limit(limit),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}

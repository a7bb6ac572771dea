import type { Kysely } from 'kysely'
import type { Membership } from '../records.ts'
import type { Memberships } from '../store.ts'
import type { HotStatements } from './hot-statements.ts'
import { organizationFrom } from './organizations.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs } from './record-macs.ts'
import type { Tables } from './tables.ts'
import { userFrom } from './users.ts'

const own = ['m.organization_id', 'm.user_id', 'm.role', 'm.created_ms as member_since_ms'] as const

/** Memberships over SQL. */
export function memberships(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Memberships {
  return {
    async get(organizationId, userId) {
      const row = await hot.membership(organizationId, userId)
      if (!row) return null
      return membershipFrom({ ...macs.whole('memberships', row), member_since_ms: row.created_ms })
    },
    async ofUser(userId) {
      const rows = await hot.membershipsOfUser(userId)
      return rows.map((row) => ({ ...membershipFrom(row), organization: organizationFrom(row) }))
    },
    async ofOrganization(organizationId, after, limit) {
      const query = db
        .selectFrom('memberships as m')
        .innerJoin('users as u', 'u.id', 'm.user_id')
        .selectAll('u')
        .select(own)
        .where('m.organization_id', '=', organizationId)
        .orderBy('u.login')
        .limit(limit + 1)
      const rows = await (after === null ? query : query.where('u.login', '>', after)).execute()
      return pageOf(rows, limit, (row) => ({ ...membershipFrom(row), user: userFrom(row) }))
    },
    async put(membership) {
      const before = await hot.membership(membership.organizationId, membership.userId)
      if (before) macs.whole('memberships', before)
      const row = macs.sealed('memberships', {
        organization_id: membership.organizationId,
        user_id: membership.userId,
        role: membership.role,
        created_ms: before?.created_ms ?? membership.createdMs,
      })
      await db
        .insertInto('memberships')
        .values(row)
        .onConflict((on) =>
          on.columns(['organization_id', 'user_id']).doUpdateSet({ role: row.role, mac: row.mac }),
        )
        .execute()
    },
    async delete(organizationId, userId) {
      const remove = db
        .deleteFrom('memberships')
        .where('organization_id', '=', organizationId)
        .where('user_id', '=', userId)
      return changed(await remove.executeTakeFirstOrThrow())
    },
  }
}

function membershipFrom(row: {
  readonly organization_id: string
  readonly user_id: string
  readonly role: string
  readonly member_since_ms: number
}): Membership {
  return {
    organizationId: row.organization_id,
    userId: row.user_id,
    role: row.role,
    createdMs: row.member_since_ms,
  }
}

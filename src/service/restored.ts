import type { ReadTransaction } from '../store/index.ts'
import { appendEntries, serverTrail } from './audit/append.ts'
import { organizationsOf } from './data-keys/reseal.ts'
import type { ServiceParts } from './parts.ts'
import { personalToken } from './personal-token.ts'

/** What a restored store lost on purpose, and the one token that now opens it. */
export interface Restored {
  /** The time of the last entry in any trail: what came later is not in the store. `null` when there is none. */
  readonly asOfMs: number | null
  readonly tokensDisabled: number
  /** A token of the first administrator of the installation; `null` when there is none. */
  readonly token: string | null
}

const newest = { before: null, untilMs: null, actorId: null }
const tokenMilliseconds = 24 * 3_600_000

/**
 * Makes a restored store safe to serve (S-74): what was revoked after the backup must not come back to life, and which that
 * was is not in it. So every token and every open session ends, one new token is made for an administrator, and the trail,
 * which goes on where the backup's ended, says so.
 */
export async function settleRestored(parts: ServiceParts): Promise<Restored> {
  const organizations = await organizationsOf(parts)
  return await parts.store.change(async (transaction) => {
    const nowMs = parts.clock().getTime()
    const times: number[] = []
    for (const trail of [serverTrail, ...organizations.map(({ id }) => id)]) {
      const [last] = (await transaction.auditEntries.list(trail, newest, 1)).items
      if (last !== undefined) times.push(last.atMs)
    }
    const tokensDisabled = await transaction.tokens.revokeAll(nowMs)
    await transaction.openSessions.deleteExpired(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    const administrator = await firstAdministrator(transaction)
    const made = administrator === null ? null : parts.tokens.make('personal')
    if (administrator !== null && made !== null) {
      await transaction.tokens.insert(
        personalToken({
          id: made.id,
          name: `restored ${new Date(nowMs).toISOString()}`,
          description: 'made when the store was restored',
          secretHash: made.secretHash,
          userId: administrator,
          createdMs: nowMs,
          expiresMs: nowMs + tokenMilliseconds,
        }),
      )
    }
    await appendEntries(transaction, serverTrail, [
      {
        event: 'store-restored',
        organizationId: serverTrail,
        at: parts.clock(),
        caller: null,
        environment: null,
        request: null,
        facts: { count: tokensDisabled, ...(made === null ? {} : { token: made.id }) },
      },
    ])
    const asOfMs = times.length === 0 ? null : Math.max(...times)
    return { asOfMs, tokensDisabled, token: made?.text ?? null }
  })
}

/** Writes down that records were put back from a backup: what they said meanwhile no longer counts. */
export async function noteRecordsRestored(parts: ServiceParts, count: number): Promise<void> {
  await parts.store.change(
    async (transaction) =>
      await appendEntries(transaction, serverTrail, [
        {
          event: 'records-restored',
          organizationId: serverTrail,
          at: parts.clock(),
          caller: null,
          environment: null,
          request: null,
          facts: { count },
        },
      ]),
  )
}

async function firstAdministrator({ users }: ReadTransaction): Promise<string | null> {
  const all = (await users.list(null, 10_000)).items
  return all.find(({ siteAdmin, disabledMs }) => siteAdmin && disabledMs === null)?.id ?? null
}

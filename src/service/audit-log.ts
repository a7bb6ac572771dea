import type { AuditEntry } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import { recorderOf } from './audit/recorder.ts'
import type { ServiceParts } from './parts.ts'

/** Which entries to read. */
export interface AuditQuery {
  /** Entries older than this, in epoch seconds. */
  readonly startTime?: number | undefined
  /** The login of one actor. */
  readonly userFilter?: string | undefined
  readonly continuationToken?: string | undefined
}

/** The use cases of the audit trail. */
export interface AuditLog {
  /** Newest first. */
  list(
    access: OrganizationAccess,
    query: AuditQuery,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly continuationToken: string | null }>
}

const pageSize = 100

/** The use cases of the audit trail over the service's parts. */
export function createAuditLog(parts: ServiceParts): AuditLog {
  return {
    list: async ({ organization }, { startTime, userFilter, continuationToken }) => {
      // Whoever reads the trail finds in it what they were refused a moment ago.
      await recorderOf(parts.store).settle()
      return await parts.store.read(async (transaction) => {
        const user = userFilter === undefined ? null : await transaction.users.find(userFilter)
        if (userFilter !== undefined && user === null) return { entries: [], continuationToken: null }
        const page = await transaction.auditEntries.list(
          organization.id,
          {
            before: continuationToken === undefined ? null : Number(continuationToken) || null,
            untilMs: startTime === undefined ? null : startTime * 1_000,
            actorId: user?.id ?? null,
          },
          pageSize,
        )
        const last = page.items.at(-1)
        return {
          entries: page.items,
          continuationToken: page.more && last !== undefined ? String(last.sequence) : null,
        }
      })
    },
  }
}

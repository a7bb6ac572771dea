import type { Checkpoint } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import type { AuditEntry } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import { serverTrail } from './audit/append.ts'
import { checkpointOf } from './audit/checkpoints.ts'
import { recorderOf } from './audit/recorder.ts'
import type { Caller } from './caller.ts'
import { dangerousEvents } from './fresh-login.ts'
import type { ServiceParts } from './parts.ts'

/** Which entries to read. */
export interface AuditQuery {
  /** Entries older than this, in epoch seconds. */
  readonly startTime?: number | undefined
  /** The login of one actor. */
  readonly userFilter?: string | undefined
  readonly continuationToken?: string | undefined
  /** Only what gave rights, let data out or somebody in (S-24). */
  readonly dangerous?: boolean | undefined
}

/** The use cases of the audit trail. */
export interface AuditLog {
  /** Newest first. */
  list(
    access: OrganizationAccess,
    query: AuditQuery,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly continuationToken: string | null }>
  /** A page of the trail in order, after number `after`; with it anybody can verify the chain (S-29). */
  export(access: OrganizationAccess, after: number): Promise<readonly AuditEntry[]>
  /** The same of the server's own trail. @throws AppError FORBIDDEN for who does not administer the installation */
  exportServer(caller: Caller, after: number): Promise<readonly AuditEntry[]>
  /** Where the trail ends now, signed. @throws AppError NOT_FOUND where there are no checkpoints */
  checkpoint(access: OrganizationAccess): Promise<Checkpoint>
}

const pageSize = 100
const exportPageSize = 1_000

/** The use cases of the audit trail over the service's parts. */
export function createAuditLog(parts: ServiceParts): AuditLog {
  const forward = async (trail: string, after: number) => {
    await recorderOf(parts.store).settle()
    const page = await parts.store.read((transaction) =>
      transaction.auditEntries.forward(trail, after, exportPageSize),
    )
    return page.items
  }
  return {
    export: ({ organization }, after) => forward(organization.id, after),
    async exportServer({ user }, after) {
      if (user?.siteAdmin !== true) {
        const who = 'an administrator of the installation'
        throw new AppError('FORBIDDEN', { permission: 'audit_logs:export', resource: 'the server', who })
      }
      return await forward(serverTrail, after)
    },
    async checkpoint({ organization }) {
      await recorderOf(parts.store).settle()
      const checkpoint = await checkpointOf(parts, organization.id)
      if (checkpoint === null) throw new AppError('NOT_FOUND', { what: 'checkpoint', id: organization.name })
      return checkpoint
    },
    list: async ({ organization }, { startTime, userFilter, continuationToken, dangerous }) => {
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
            events: dangerous === true ? dangerousEvents : undefined,
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

import type { Kysely } from 'kysely'
import type { AuditEntries } from '../workflow.ts'
import type { AuditEntry } from '../workflow-records.ts'
import type { HotStatements } from './hot-statements.ts'
import { pageOf } from './page.ts'
import type { Tables } from './tables.ts'
import type { AuditEntryRow } from './workflow-tables.ts'

/** The audit trail over SQL: entries are appended and never touched again. */
export function auditEntries(db: Kysely<Tables>, hot: HotStatements): AuditEntries {
  const rows = (organizationId: string) =>
    db.selectFrom('audit_entries').selectAll().where('organization_id', '=', organizationId)
  return {
    async head(organizationId) {
      const row = await hot.auditHead(organizationId)
      return row ? { sequence: row.sequence, hash: row.hash } : null
    },
    async forward(organizationId, after, limit) {
      const query = rows(organizationId)
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(limit + 1)
      return pageOf(await query.execute(), limit, entryFrom)
    },
    async list(organizationId, { before, untilMs, actorId, events }, limit) {
      let query = rows(organizationId)
        .orderBy('sequence', 'desc')
        .limit(limit + 1)
      if (before !== null) query = query.where('sequence', '<', before)
      if (untilMs !== null) query = query.where('at_ms', '<', untilMs)
      if (actorId !== null) query = query.where('actor_id', '=', actorId)
      if (events !== undefined) query = query.where('event', 'in', events)
      return pageOf(await query.execute(), limit, entryFrom)
    },
    async append(...entries) {
      const [first] = entries
      if (first === undefined) return true
      const head = await hot.auditHead(first.organizationId)
      const next = (head?.sequence ?? 0) + 1
      if (entries.some(({ sequence }, index) => sequence !== next + index)) return false
      for (const entry of entries) {
        // Changes run one after another, and the key of the table lets nobody come between.
        const appended = await hot.appendAudit(
          first.organizationId,
          entry.sequence,
          entry.atMs,
          entry.event,
          entry.actorId,
          entry.previousHash,
          entry.hash,
          entry.body,
        )
        if (appended === 0) return false
      }
      return true
    },
  }
}

function entryFrom(row: AuditEntryRow): AuditEntry {
  return {
    organizationId: row.organization_id,
    sequence: row.sequence,
    atMs: row.at_ms,
    event: row.event,
    actorId: row.actor_id,
    previousHash: row.previous_hash,
    hash: row.hash,
    body: row.body,
  }
}

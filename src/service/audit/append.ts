import { hashAuditEntry } from '../../crypto/index.ts'
import { AppError } from '../../diag/index.ts'
import type { Transaction } from '../../store/index.ts'
import { type AuditSubject, auditBody } from './facts.ts'

/** The trail of what belongs to no organization: accounts, keys, starts, callers nobody knows. */
export const serverTrail = 'server'

/**
 * Appends entries to one organization's trail, in the caller's unit of work: all of it or nothing (R-04, S-26, S-27).
 *
 * @throws AppError AUDIT_UNAVAILABLE, which undoes the unit
 */
export async function appendEntries(
  transaction: Transaction,
  organizationId: string,
  subjects: readonly AuditSubject[],
): Promise<void> {
  try {
    const head = await transaction.auditEntries.head(organizationId)
    let sequence = head?.sequence ?? 0
    let hash = head?.hash ?? ''
    for (const subject of subjects) {
      sequence += 1
      const body = auditBody(sequence, subject)
      const entry = {
        organizationId,
        sequence,
        atMs: subject.at.getTime(),
        event: subject.event,
        actorId: subject.caller?.actor.id ?? '',
        previousHash: hash,
        hash: hashAuditEntry(hash, body),
        body,
      }
      // Changes run one after another, so that nobody else can have appended meanwhile; if so, the change must not stand.
      if (!(await transaction.auditEntries.append(entry))) throw new Error('another entry came first')
      hash = entry.hash
    }
  } catch (error) {
    throw new AppError('AUDIT_UNAVAILABLE', {}, { cause: error })
  }
}

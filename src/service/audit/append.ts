import { hashAuditEntry } from '../../crypto/index.ts'
import { AppError } from '../../diag/index.ts'
import type { AuditEntry, Transaction } from '../../store/index.ts'
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
    const entries = chained(organizationId, subjects, head ?? { sequence: 0, hash: '' })
    // Changes run one after another, so that nobody else can have appended meanwhile; if so, the change must not stand.
    if (!(await transaction.auditEntries.append(...entries))) throw new Error('another entry came first')
  } catch (error) {
    throw new AppError('AUDIT_UNAVAILABLE', {}, { cause: error })
  }
}

function chained(
  organizationId: string,
  subjects: readonly AuditSubject[],
  head: { readonly sequence: number; readonly hash: string },
): readonly AuditEntry[] {
  let { sequence, hash } = head
  return subjects.map((subject) => {
    sequence += 1
    const previousHash = hash
    const body = auditBody(sequence, subject)
    hash = hashAuditEntry(previousHash, body)
    const { at, event, caller } = subject
    const actorId = caller?.actor.id ?? ''
    return { organizationId, sequence, atMs: at.getTime(), event, actorId, previousHash, hash, body }
  })
}

import { createHash } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import type { Environment, ReadTransaction, Revision, RevisionSummary } from '../store/index.ts'
import { formatName } from './names.ts'

/** The version that is meant when none is given; not a tag that anybody can move. */
export const latest = 'latest'

/** The hash of a definition's text that goes into its ETag. */
export function hashContent(source: Uint8Array): string {
  return createHash('sha256').update(source).digest('hex')
}

/** A strong ETag: immutable environment id, revision, content hash. Delete and re-create never bring one back. */
export function etagOf(revision: Pick<RevisionSummary, 'environmentId' | 'number' | 'contentHash'>): string {
  return `"${revision.environmentId}.${revision.number}.${revision.contentHash.slice(0, 16)}"`
}

/** Whether a client's tag allows the write: absent, empty and `*` are unconditional; else byte for byte. */
export function etagHolds(wanted: string | undefined, current: string): boolean {
  return wanted === undefined || wanted === '' || wanted === '*' || wanted === current
}

/**
 * The revision that `version` names: a number (whatever starts with a digit), a tag, or `latest`. Retracted ones too.
 *
 * @throws AppError REVISION_NOT_FOUND
 */
export async function findRevision(
  transaction: ReadTransaction,
  environment: Environment,
  version: string,
): Promise<Revision> {
  const missing = () =>
    new AppError('REVISION_NOT_FOUND', {
      version: version.slice(0, 100),
      environment: formatName(environment),
    })
  const found = await lookUp(transaction, environment, version)
  if (found === null) throw missing()
  return found
}

async function lookUp(
  transaction: ReadTransaction,
  environment: Environment,
  version: string,
): Promise<Revision | null> {
  if (version === latest) return await transaction.revisions.latest(environment.id)
  if (/^[0-9]/.test(version)) {
    if (!/^[0-9]{1,15}$/.test(version)) return null
    return await transaction.revisions.get(environment.id, Number(version))
  }
  const tag = await transaction.revisionTags.get(environment.id, version)
  return tag === null ? null : await transaction.revisions.get(environment.id, tag.revision)
}

/**
 * As `findRevision`, for use: a retracted revision can be neither read nor opened.
 *
 * @throws AppError REVISION_NOT_FOUND, REVISION_RETRACTED with reason and replacement
 */
export async function usableRevision(
  transaction: ReadTransaction,
  environment: Environment,
  version: string,
): Promise<Revision> {
  const revision = await findRevision(transaction, environment, version)
  if (revision.retraction !== null) {
    throw new AppError('REVISION_RETRACTED', {
      number: revision.number,
      environment: formatName(environment),
      why: revision.retraction.reason || 'no reason was given',
      replacement: revision.retraction.replacement,
    })
  }
  return revision
}

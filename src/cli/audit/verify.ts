import { type ChainedEntry, type Checkpoint, chainVerifier, checkpointHolds } from '../../crypto/index.ts'
import { jsonOf } from './trail.ts'

/** What following a trail to its end found. */
export interface TrailReport {
  readonly organizationId: string
  /** Entries that hold. */
  readonly entries: number
  /** The hash of the last entry that holds. */
  readonly head: string
  /** Checkpoints of this trail that agree with it. */
  readonly checkpoints: number
  /** What is wrong, in one line; null when all holds. */
  readonly broken: string | null
}

/** Follows a trail, and holds the checkpoints of its organization against it (S-27, S-30). */
export async function verifyTrail(
  entries: AsyncIterable<ChainedEntry>,
  checkpoints: readonly Checkpoint[],
): Promise<TrailReport> {
  const next = chainVerifier()
  const report = { organizationId: '', entries: 0, head: '', checkpoints: 0 }
  for await (const entry of entries) {
    const broken = next(entry)
    if (broken !== null) {
      const { sequence, stored, computed, why } = broken
      const said = `chain broken at #${sequence}: ${why}; stored hash ${short(stored)}, computed ${short(computed)}`
      return { ...report, broken: said }
    }
    if (report.entries === 0) report.organizationId = organizationOf(entry)
    report.entries += 1
    report.head = entry.hash
    for (const checkpoint of checkpoints) {
      if (checkpoint.organizationId !== report.organizationId || checkpoint.sequence !== entry.sequence)
        continue
      if (checkpoint.hash !== entry.hash) {
        return {
          ...report,
          broken: `entry #${entry.sequence} is another than the checkpoint of ${checkpoint.at} saw`,
        }
      }
      report.checkpoints += 1
    }
  }
  return { ...report, broken: flawOf(report, checkpoints) }
}

function flawOf(report: Omit<TrailReport, 'broken'>, checkpoints: readonly Checkpoint[]): string | null {
  const own = checkpoints.filter(
    ({ organizationId }) => report.entries === 0 || organizationId === report.organizationId,
  )
  const forged = own.find((checkpoint) => !checkpointHolds(checkpoint))
  if (forged !== undefined) return `the signature of the checkpoint of ${forged.at} does not hold`
  const last = Math.max(0, ...own.map(({ sequence }) => sequence))
  if (last > report.entries) {
    return `the trail is ${last - report.entries} entries shorter than a checkpoint: entries were removed, or an older store was restored`
  }
  if (checkpoints.length > 0 && own.length === 0) return 'no checkpoint in the file is of this trail'
  return null
}

function organizationOf({ body }: ChainedEntry): string {
  return String((JSON.parse(body) as { readonly organizationId?: unknown }).organizationId)
}

function short(hash: string): string {
  return `${hash.slice(0, 16)}…`
}

/** The checkpoints of a file: JSON objects, one a line. */
export function checkpointsIn(text: string, name: string): readonly Checkpoint[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), place: `${name} line ${index + 1}` }))
    .filter(({ line }) => line !== '')
    .map(({ line, place }) => jsonOf(line, place) as Checkpoint)
}

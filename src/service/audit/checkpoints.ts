import { type Checkpoint, signCheckpoint } from '../../crypto/index.ts'
import type { ServiceParts } from '../parts.ts'
import { serverTrail } from './append.ts'

const everyEntries = 1_000
const everyMilliseconds = 5 * 60_000
const setting = 'auditCheckpoint'

/** Where a trail ends now, signed; null for an empty trail or without a key. */
export async function checkpointOf(
  { store, clock, checkpointKey }: ServiceParts,
  organizationId: string,
): Promise<Checkpoint | null> {
  if (checkpointKey === undefined) return null
  const head = await store.read((transaction) => transaction.auditEntries.head(organizationId))
  if (head === null) return null
  return signCheckpoint(checkpointKey, { organizationId, ...head, at: clock().toISOString() })
}

/** Gives a checkpoint away of every trail that grew by 1,000 entries, or at all since 5 minutes (S-30). */
export async function keepDueCheckpoints(parts: ServiceParts): Promise<number> {
  const { store, clock, keepCheckpoint } = parts
  if (keepCheckpoint === undefined) return 0
  const trails = await store.read(async (transaction) => {
    const found = [serverTrail]
    let after: string | null = null
    for (;;) {
      const page = await transaction.organizations.list(after, 500)
      found.push(...page.items.map(({ id }) => id))
      const last = page.items.at(-1)
      if (!page.more || last === undefined) return found
      after = last.name
    }
  })
  let kept = 0
  for (const trail of trails) {
    const last = (await store.read(({ settings }) => settings.get(trail, setting))) as Kept | undefined
    const checkpoint = await checkpointOf(parts, trail)
    if (checkpoint === null || !isDue(checkpoint.sequence, clock().getTime(), last)) continue
    await keepCheckpoint(checkpoint)
    const now: Kept = { sequence: checkpoint.sequence, atMs: clock().getTime() }
    await store.change(({ settings }) => settings.put(trail, setting, now))
    kept += 1
  }
  return kept
}

interface Kept {
  readonly sequence: number
  readonly atMs: number
}

function isDue(sequence: number, nowMs: number, last: Kept = { sequence: 0, atMs: 0 }): boolean {
  const grown = sequence - last.sequence
  return grown >= everyEntries || (grown > 0 && nowMs - last.atMs >= everyMilliseconds)
}

import { AwsRefusal } from '../protocol/aws-refusal.ts'
import type { Constraints } from '../protocol/constraints.ts'

/** One page of a list and where the next begins. */
export interface Page<T> {
  readonly items: readonly T[]
  /** `null` on the last page. */
  readonly marker: string | null
}

/** Reads `MaxItems` (1 to 1000, default 100) and `Marker`, and cuts `items` accordingly. */
export function paged<T>(check: Constraints, items: readonly T[]): Page<T> {
  const size = check.integer('MaxItems', 1, 1000) ?? 100
  const marker = check.text('Marker', { min: 1, max: 4096 })
  check.done()
  const start = marker === undefined ? 0 : readMarker(marker, items.length)
  const end = start + size
  return { items: items.slice(start, end), marker: end < items.length ? writeMarker(end) : null }
}

function writeMarker(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64')
}

function readMarker(marker: string, length: number): number {
  const offset = /^offset:(\d{1,6})$/.exec(Buffer.from(marker, 'base64').toString())?.[1]
  if (offset !== undefined && Number(offset) <= length) return Number(offset)
  throw new AwsRefusal('ValidationError', 400, 'Invalid Marker.', {
    reasonCode: 'BAD_MARKER',
    reason: 'the Marker was not given out by the last page of this list',
    suggestion: 'pass the Marker of the last answer as it is, or none to start again',
  })
}

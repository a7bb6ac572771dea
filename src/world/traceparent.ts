import { isTraceparent } from '../tracing/traceparent.ts'

/**
 * The `traceparent` that a command's requests carry: the one that the caller set, as CI systems do, or else a new trace. Its
 * ids need only differ from others (`chance` gives numbers from 0 up to 1), and it asks to be recorded, which a server that
 * nothing traces ignores.
 */
export function traceparentOf(given: string | undefined, chance: () => number): string {
  if (isTraceparent(given)) return given
  const hex = (bytes: number) =>
    Array.from({ length: bytes }, () =>
      Math.floor(chance() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('')
  const made = `00-${hex(16)}-${hex(8)}-01`
  return isTraceparent(made) ? made : `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-01`
}

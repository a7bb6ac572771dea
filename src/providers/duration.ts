/** The pattern every provider's duration follows; it lets the empty text through, which `parseDuration` refuses. */
export const durationPattern = '^([0-9]+h)?([0-9]+m)?([0-9]+s)?$'

/** A duration such as `1h30m` in seconds, or null when it is empty, zero or not of that form. */
export function parseDuration(text: string): number | null {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text)
  if (match === null) return null
  const [hours = '0', minutes = '0', seconds = '0'] = match.slice(1)
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return total > 0 ? total : null
}

/** Seconds as `1h30m`, the inverse of `parseDuration`. */
export function formatDuration(totalSeconds: number): string {
  const parts: readonly [number, string][] = [
    [Math.floor(totalSeconds / 3600), 'h'],
    [Math.floor((totalSeconds % 3600) / 60), 'm'],
    [totalSeconds % 60, 's'],
  ]
  return parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : '')).join('') || '0s'
}

/** How times are shown: in UTC, or in a local zone. */
export interface TimeStyle {
  readonly utc: boolean
  /** The IANA name of the local zone. */
  readonly timeZone: string
}

interface Parts {
  readonly date: string
  readonly time: string
  /** `+0000`. */
  readonly offset: string
  readonly zone: string
}

const zeroTime = '0001-01-01T00:00:00Z'

/** A time as `2024-07-29 12:30:00 +0000 UTC`. `text` is RFC 3339; absent or empty is the zero time of the year 1. */
export function formatTime(text: string | undefined, style: TimeStyle): string {
  const parts = partsOf(text, style)
  return parts === null ? (text ?? '') : `${parts.date} ${parts.time} ${parts.offset} ${parts.zone}`
}

/**
 * A time as RFC 3339 without fractions, `2024-07-29T12:30:00Z`; `never` when empty. Takes RFC 3339 and
 * `YYYY-MM-DD HH:MM:SS.mmm` in UTC; anything else is shown as it is.
 */
export function formatRfc3339(text: string | undefined | null, style: TimeStyle): string {
  if (!text) return 'never'
  const parts = partsOf(text, style)
  if (parts === null) return text
  const offset = parts.offset === '+0000' ? 'Z' : `${parts.offset.slice(0, 3)}:${parts.offset.slice(3)}`
  return `${parts.date}T${parts.time}${offset}`
}

/** A time in epoch seconds as RFC 3339. */
export function formatEpochSeconds(seconds: number, style: TimeStyle): string {
  return formatRfc3339(new Date(seconds * 1000).toISOString(), style)
}

function partsOf(text: string | undefined, { utc, timeZone }: TimeStyle): Parts | null {
  const milliseconds = parseTime(text === undefined || text === '' ? zeroTime : text)
  if (milliseconds === null) return null
  const offsetMinutes = utc ? 0 : zoneOffset(milliseconds, timeZone)
  const local = new Date(milliseconds + offsetMinutes * 60_000).toISOString()
  const offset = offsetText(offsetMinutes)
  return {
    date: local.slice(0, 10),
    time: local.slice(11, 19),
    offset,
    zone: utc ? 'UTC' : zoneName(milliseconds, timeZone, offset),
  }
}

function parseTime(text: string): number | null {
  const plain = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
  const milliseconds = Date.parse(plain)
  return Number.isNaN(milliseconds) ? null : milliseconds
}

/** Minutes that local time is ahead of UTC at a moment. */
function zoneOffset(milliseconds: number, timeZone: string): number {
  const shown = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(milliseconds)
    .find((part) => part.type === 'timeZoneName')?.value
  const [, sign, hour = '0', minute = '0'] = /GMT([+-])(\d+):?(\d+)?/.exec(shown ?? '') ?? []
  const size = Number(hour) * 60 + Number(minute)
  return sign === '-' ? -size : size
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`
}

/** The zone's abbreviation, or the offset again for zones that have none of their own. */
function zoneName(milliseconds: number, timeZone: string, offset: string): string {
  const name = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' })
    .formatToParts(milliseconds)
    .find((part) => part.type === 'timeZoneName')?.value
  if (name === undefined || name === '') return offset
  return name.startsWith('GMT') && name !== 'GMT' ? offset : name
}

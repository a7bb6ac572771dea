import type { ScheduleTiming, WireSchedule } from '../client/index.ts'
import { Failure } from './failure.ts'
import { text } from './flags.ts'
import { formatRfc3339, type TimeStyle } from './times.ts'

/** `--cron` and `--once`. */
export const timingFlags = {
  cron: text('When to run, as a cron expression in UTC, at most once a day', { placeholder: 'expression' }),
  once: text('When to run once, as an RFC 3339 timestamp', { placeholder: 'timestamp' }),
}

/**
 * When a schedule runs.
 *
 * @throws Failure when not exactly one of the two flags is set, or the time is no future timestamp
 */
export function timingOf(
  flags: { readonly cron: string; readonly once: string },
  now: number,
): ScheduleTiming {
  const { cron, once } = flags
  if (cron === '' && once === '') throw new Failure('exactly one of --cron or --once must be set')
  if (cron !== '' && once !== '') throw new Failure('only one of --cron or --once may be set')
  if (cron !== '') return { cron }
  const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(once)
    ? Date.parse(once)
    : Number.NaN
  if (Number.isNaN(time)) {
    throw new Failure(
      `--once must be an ISO 8601 / RFC 3339 timestamp: got ${JSON.stringify(once)}, wanted for example "2030-01-31T12:00:00Z"`,
    )
  }
  if (time <= now) throw new Failure('--once must be a timestamp in the future')
  return { once }
}

/** A schedule as its rows and JSON show it. */
export interface ShownSchedule {
  readonly id: string
  readonly kind: string
  readonly schedule: string
  readonly nextExecution: string
  readonly lastExecuted: string
}

/** What is shown of a schedule. */
export function shownSchedule(schedule: WireSchedule, style: TimeStyle): ShownSchedule {
  return {
    id: schedule.id,
    kind: schedule.kind,
    schedule:
      schedule.scheduleCron || (schedule.scheduleOnce ? formatRfc3339(schedule.scheduleOnce, style) : ''),
    nextExecution: formatRfc3339(schedule.nextExecution, style),
    lastExecuted: formatRfc3339(schedule.lastExecuted, style),
  }
}

import { Failure } from './failure.ts'
import { text, toggle } from './flags.ts'
import type { TimeStyle } from './times.ts'
import type { World } from './world.ts'

/** `--output text|json`. */
export const outputFlag = text('text or json', { initial: 'text' })

/** `--utc`. */
export const utcFlag = toggle('Show times in UTC, not local time')

/**
 * Whether `--output` asks for JSON.
 *
 * @throws Failure for anything but text, json and nothing
 */
export function wantsJson(output: string): boolean {
  if (output === 'json') return true
  if (output === 'text' || output === '') return false
  throw new Failure(`invalid --output ${JSON.stringify(output)}: must be "text" or "json"`)
}

/** How to show times. */
export function timeStyle(world: World, utc: boolean): TimeStyle {
  return { utc, timeZone: world.clock.timeZone }
}

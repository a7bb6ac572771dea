import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { outputFlag, timeStyle, wantsJson } from '../output-flag.ts'
import { fullName } from '../reference.ts'
import { shownSchedule, timingFlags, timingOf } from '../schedule.ts'

/** `esc env schedule new`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Rotate the secrets of an environment on a schedule',
  description: '[EXPERIMENTAL] An environment has at most one schedule.',
  examples: [
    'esc env schedule new acme/web/prod --cron "0 3 * * *"',
    'esc env schedule new acme/web/prod --once 2030-01-31T12:00:00Z',
  ],
  arguments: exactly(1),
  flags: { ...timingFlags, output: outputFlag },
  refusesVersions: 'new',
  async run({ api, reference, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const timing = timingOf(flags, world.clock.now())
    const [present] = await api.listSchedules(reference)
    if (present !== undefined) {
      throw new Failure(
        `environment ${fullName(reference)} already has a schedule (${present.id}); ` +
          'only one schedule per environment is currently supported',
      )
    }
    const made = await api.createSchedule(reference, timing)
    if (asJson) out.json(shownSchedule(made, timeStyle(world, true)))
    else out.line(`Created schedule ${made.id} for ${fullName(reference)}`)
  },
})

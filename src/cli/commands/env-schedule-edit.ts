import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { fullName } from '../reference.ts'
import { timingFlags, timingOf } from '../schedule.ts'

/** `esc env schedule edit`. */
export const command = environmentCommand({
  usage: '<environment> <schedule id>',
  summary: 'Change when a schedule runs',
  description: '[EXPERIMENTAL] Giving one kind of timing replaces the other.',
  examples: ['esc env schedule edit acme/web/prod 4f1c --cron "30 3 * * *"'],
  arguments: exactly(2),
  flags: timingFlags,
  refusesVersions: 'edit',
  async run({ api, reference, args, flags, world, out }) {
    const [id = ''] = args
    const timing = timingOf(flags, world.clock.now())
    await api.updateSchedule(reference, id, timing)
    out.line(`Updated schedule ${id} for ${fullName(reference)}`)
  },
})

import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { shownSchedule } from '../schedule.ts'

/** `esc env schedule get`. */
export const command = environmentCommand({
  usage: '<environment> <schedule id>',
  summary: 'Show a schedule',
  description: '[EXPERIMENTAL]',
  examples: ['esc env schedule get acme/web/prod 4f1c --utc'],
  arguments: exactly(2),
  flags: { utc: utcFlag, output: outputFlag },
  refusesVersions: 'get',
  async run({ api, reference, args, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const schedule = shownSchedule(await api.schedule(reference, args[0] ?? ''), timeStyle(world, flags.utc))
    if (asJson) {
      out.json(schedule)
      return
    }
    out.line(`ID: ${schedule.id}`)
    out.line(`Kind: ${schedule.kind}`)
    out.line(`Schedule: ${schedule.schedule}`)
    out.line(`Next execution: ${schedule.nextExecution}`)
    out.line(`Last executed: ${schedule.lastExecuted}`)
  },
})

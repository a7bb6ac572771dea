import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { countFlag, countOf } from '../count-flag.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { shownSchedule } from '../schedule.ts'

const columns = [
  { header: 'id' },
  { header: 'kind' },
  { header: 'schedule' },
  { header: 'next' },
  { header: 'last' },
]

/** `esc env schedule list`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'List the schedules of an environment',
  description: '[EXPERIMENTAL]',
  examples: ['esc env schedule list acme/web/prod'],
  arguments: exactly(1),
  flags: { count: countFlag, utc: utcFlag, output: outputFlag },
  refusesVersions: 'list',
  async run({ api, reference, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const count = countOf(flags.count)
    const style = timeStyle(world, flags.utc)
    const schedules = (await api.listSchedules(reference, count)).slice(0, count)
    const shown = schedules.map((schedule) => shownSchedule(schedule, style))
    if (asJson) out.json({ schedules: shown })
    else
      out.table(
        columns,
        shown.map((row) => [row.id, row.kind, row.schedule, row.nextExecution, row.lastExecuted]),
      )
  },
})

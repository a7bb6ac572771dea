import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { countFlag, countOf } from '../count-flag.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { formatRfc3339 } from '../times.ts'

const columns = [
  { header: 'id' },
  { header: 'executed' },
  { header: 'version', numeric: true },
  { header: 'result' },
]

/** `esc env schedule history`. */
export const command = environmentCommand({
  usage: '<environment> <schedule id>',
  summary: 'List what a schedule did',
  description: '[EXPERIMENTAL]',
  examples: ['esc env schedule history acme/web/prod 4f1c'],
  arguments: exactly(2),
  flags: { count: countFlag, utc: utcFlag, output: outputFlag },
  refusesVersions: 'history',
  async run({ api, reference, args, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const count = countOf(flags.count)
    const style = timeStyle(world, flags.utc)
    const events = (await api.scheduleHistory(reference, args[0] ?? '', count))
      .slice(0, count)
      .map(({ id, executed, version, result }) => ({
        id,
        executed: formatRfc3339(executed, style),
        version,
        result,
      }))
    if (asJson) out.json({ events })
    else
      out.table(
        columns,
        events.map((event) => [event.id, event.executed, String(event.version), event.result]),
      )
  },
})

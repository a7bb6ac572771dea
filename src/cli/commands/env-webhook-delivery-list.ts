import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { countFlag, countOf } from '../count-flag.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { formatEpochSeconds } from '../times.ts'
import { webhookName } from '../webhook.ts'

const columns = [
  { header: 'id' },
  { header: 'kind' },
  { header: 'timestamp' },
  { header: 'response', numeric: true },
  { header: 'duration (ms)', numeric: true },
]

/** `esc env webhook delivery list`. */
export const command = environmentCommand({
  usage: '<environment> <webhook name>',
  summary: 'List what was sent to a webhook',
  description: '[EXPERIMENTAL]',
  examples: ['esc env webhook delivery list acme/web/prod 4f1c'],
  arguments: exactly(2),
  flags: { count: countFlag, utc: utcFlag, output: outputFlag },
  refusesVersions: 'list',
  async run({ api, reference, args, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const count = countOf(flags.count)
    const style = timeStyle(world, flags.utc)
    const deliveries = (await api.listDeliveries(reference, webhookName(args), count))
      .slice(0, count)
      .map(({ id, kind, timestamp, responseCode, duration }) => ({
        id,
        kind,
        timestamp: formatEpochSeconds(timestamp, style),
        responseCode,
        duration,
      }))
    if (asJson) out.json({ deliveries })
    else {
      const rows = deliveries.map((row) => [
        row.id,
        row.kind,
        row.timestamp,
        String(row.responseCode),
        String(row.duration),
      ])
      out.table(columns, rows)
    }
  },
})

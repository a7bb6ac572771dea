import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { countFlag, countOf } from '../count-flag.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { webhookJson } from '../webhook.ts'

const columns = [
  { header: 'name' },
  { header: 'display name' },
  { header: 'url' },
  { header: 'active' },
  { header: 'format' },
]

/** `esc env webhook list`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'List the webhooks of an environment',
  description: '[EXPERIMENTAL]',
  examples: ['esc env webhook list acme/web/prod'],
  arguments: exactly(1),
  flags: { count: countFlag, output: outputFlag },
  refusesVersions: 'list',
  async run({ api, reference, flags, out }) {
    const asJson = wantsJson(flags.output)
    const count = countOf(flags.count)
    const webhooks = (await api.listWebhooks(reference)).slice(0, count).map(webhookJson)
    if (asJson) out.json({ webhooks })
    else {
      const rows = webhooks.map((row) => [
        row.name,
        row.displayName,
        row.payloadUrl,
        String(row.active),
        row.format,
      ])
      out.table(columns, rows)
    }
  },
})

import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { webhookDetailJson, webhookName } from '../webhook.ts'

/** `esc env webhook get`. */
export const command = environmentCommand({
  usage: '<environment> <webhook name>',
  summary: 'Show a webhook',
  description: '[EXPERIMENTAL]',
  examples: ['esc env webhook get acme/web/prod 4f1c'],
  arguments: exactly(2),
  flags: { output: outputFlag },
  refusesVersions: 'get',
  async run({ api, reference, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    const webhook = webhookDetailJson(await api.webhook(reference, webhookName(args)))
    if (asJson) {
      out.json(webhook)
      return
    }
    out.line(`Name: ${orDash(webhook.name)}`)
    out.line(`Display name: ${orDash(webhook.displayName)}`)
    out.line(`URL: ${orDash(webhook.payloadUrl)}`)
    out.line(`Active: ${webhook.active}`)
    out.line(`Format: ${webhook.format}`)
    out.line(`Events: ${orDash(webhook.events.join(', '))}`)
    out.line(`Event groups: ${orDash(webhook.eventGroups.join(', '))}`)
    out.line(`Has secret: ${webhook.hasSecret}`)
  },
})

function orDash(text: string): string {
  return text === '' ? '-' : text
}

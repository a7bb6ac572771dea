import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { webhookName } from '../webhook.ts'

/** `esc env webhook ping`. */
export const command = environmentCommand({
  usage: '<environment> <webhook name>',
  summary: 'Send a test delivery to a webhook',
  description: '[EXPERIMENTAL]',
  examples: ['esc env webhook ping acme/web/prod 4f1c'],
  arguments: exactly(2),
  flags: { output: outputFlag },
  refusesVersions: 'ping',
  async run({ api, reference, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    const delivery = await api.pingWebhook(reference, webhookName(args))
    const { id, kind, timestamp, responseCode, duration } = delivery
    if (asJson) {
      out.json({ id, kind, timestamp, responseCode, duration })
      return
    }
    out.line(`ID: ${delivery.id}`)
    out.line(`Kind: ${delivery.kind}`)
    out.line(`Response code: ${delivery.responseCode}`)
    out.line(`Duration (ms): ${delivery.duration}`)
  },
})

import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { fullName } from '../reference.ts'
import { webhookName } from '../webhook.ts'

/** `esc env webhook rm`. */
export const command = environmentCommand({
  usage: '<environment> <webhook name>',
  summary: 'Remove a webhook',
  description: '[EXPERIMENTAL]',
  examples: ['esc env webhook rm acme/web/prod 4f1c'],
  arguments: exactly(2),
  flags: {},
  refusesVersions: 'rm',
  async run({ api, reference, args, out }) {
    const name = webhookName(args)
    await api.deleteWebhook(reference, name)
    out.line(`Removed webhook ${name} from ${fullName(reference)}`)
  },
})

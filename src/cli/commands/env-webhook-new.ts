import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text, texts, toggle } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { fullName } from '../reference.ts'
import { checkWebhook, webhookJson, webhookOwner } from '../webhook.ts'

/** `esc env webhook new`. */
export const command = environmentCommand({
  usage: '<environment> <display name>',
  summary: 'Call a URL when something happens to an environment',
  description:
    '[EXPERIMENTAL] Without events and groups, everything is told. With a secret, each delivery is signed.',
  examples: [
    'esc env webhook new acme/web/prod deploy --url https://ci.example.com/hook --event environment_revision_created',
    'esc env webhook new acme/web/prod chat --url https://hooks.slack.com/services/T/B/x --format slack',
  ],
  arguments: exactly(2),
  flags: {
    url: text('Where to send (required)', { placeholder: 'url' }),
    format: text('raw, slack, ms_teams or pulumi_deployments', { initial: 'raw' }),
    event: texts('Send this event; may be repeated', { placeholder: 'event' }),
    group: texts('Send this group of events; may be repeated', { placeholder: 'group' }),
    active: toggle('Whether it is on', { initial: true }),
    secret: text('Sign deliveries with this secret'),
    output: outputFlag,
  },
  refusesVersions: 'new',
  async run({ api, reference, args, flags, out }) {
    const [displayName = ''] = args
    const asJson = wantsJson(flags.output)
    if (displayName === '') throw new Failure('webhook name cannot be empty')
    if (flags.url === '') throw new Failure('--url is required')
    checkWebhook(flags.format, flags.url)
    const made = await api.createWebhook(reference, {
      ...webhookOwner(reference),
      name: '',
      displayName,
      payloadUrl: flags.url,
      active: flags.active,
      format: flags.format,
      filters: flags.event,
      groups: flags.group,
      secret: flags.secret,
    })
    if (asJson) {
      out.json(webhookJson(made))
      return
    }
    out.line(
      `Created webhook ${JSON.stringify(made.name)} for ${fullName(reference)}; use this name to reference the webhook in other commands.`,
    )
  },
})

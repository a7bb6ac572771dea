import type { WireWebhook } from '../../client/index.ts'
import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { type FlagValues, text, texts, toggle } from '../flags.ts'
import { fullName } from '../reference.ts'
import { checkWebhook, webhookName, webhookOwner } from '../webhook.ts'

const flags = {
  url: text('Where to send', { placeholder: 'url' }),
  'display-name': text('What people call it'),
  format: text('raw, slack, ms_teams or pulumi_deployments'),
  event: texts('Send only these events; may be repeated', { placeholder: 'event' }),
  'add-event': texts('Send this event too', { placeholder: 'event' }),
  'remove-event': texts('No longer send this event', { placeholder: 'event' }),
  group: texts('Send only these groups; may be repeated', { placeholder: 'group' }),
  'add-group': texts('Send this group too', { placeholder: 'group' }),
  'remove-group': texts('No longer send this group', { placeholder: 'group' }),
  active: toggle('Whether it is on', { initial: true }),
  secret: text('Sign deliveries with this secret'),
  'remove-secret': toggle('No longer sign deliveries'),
}

type Given = ReadonlySet<string>

/** `esc env webhook edit`. */
export const command = environmentCommand({
  usage: '<environment> <webhook name>',
  summary: 'Change a webhook; what no flag names stays',
  description: '[EXPERIMENTAL]',
  examples: [
    'esc env webhook edit acme/web/prod 4f1c --active=false',
    'esc env webhook edit acme/web/prod 4f1c --add-event environment_revision_created',
  ],
  arguments: exactly(2),
  flags,
  refusesVersions: 'edit',
  async run({ api, reference, args, flags, given, out }) {
    const name = webhookName(args)
    checkCombinations(given)
    const current = await api.webhook(reference, name)
    const format = given.has('format') ? flags.format : current.format || 'raw'
    const payloadUrl = given.has('url') ? flags.url : current.payloadUrl
    checkWebhook(format, payloadUrl)
    await api.updateWebhook(reference, name, {
      ...webhookOwner(reference),
      name: current.name,
      displayName: given.has('display-name') ? flags['display-name'] : current.displayName,
      payloadUrl,
      active: given.has('active') ? flags.active : current.active,
      format,
      ...selection(current, flags, given),
      secret: flags['remove-secret'] ? '__remove-secret' : flags.secret,
    })
    out.line(`Updated webhook ${name} for ${fullName(reference)}`)
  },
})

function checkCombinations(given: Given): void {
  for (const what of ['event', 'group']) {
    if (given.has(what) && (given.has(`add-${what}`) || given.has(`remove-${what}`))) {
      throw new Failure(`--${what} cannot be combined with --add-${what} or --remove-${what}`)
    }
  }
  if (given.has('secret') && given.has('remove-secret')) {
    throw new Failure('--secret cannot be combined with --remove-secret')
  }
}

function selection(current: WireWebhook, values: FlagValues<typeof flags>, given: Given) {
  return {
    filters: given.has('event')
      ? values.event
      : changed(current.filters ?? [], values['add-event'], values['remove-event']),
    groups: given.has('group')
      ? values.group
      : changed(current.groups ?? [], values['add-group'], values['remove-group']),
  }
}

function changed(
  names: readonly string[],
  added: readonly string[],
  removed: readonly string[],
): readonly string[] {
  return [...new Set([...names, ...added])].filter((name) => !removed.includes(name))
}

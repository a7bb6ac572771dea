import type { WireWebhook } from '../client/index.ts'
import { Failure } from './failure.ts'
import type { Reference } from './reference.ts'

const formats = ['raw', 'slack', 'ms_teams', 'pulumi_deployments'] as const

/**
 * Refuses what the server would refuse too, in words about the flags.
 *
 * @throws Failure for an unknown format, or a URL that does not fit it
 */
export function checkWebhook(format: string, url: string): void {
  if (!(formats as readonly string[]).includes(format)) {
    throw new Failure(`invalid --format ${JSON.stringify(format)}: must be one of ${formats.join(', ')}`)
  }
  if (format === 'pulumi_deployments') {
    if (!/^[^/\s]+\/[^/\s]+$/.test(url)) {
      throw new Failure('pulumi_deployments webhooks require --url to be of the form <project>/<stack>')
    }
  } else if (format === 'slack' && !url.startsWith('https://hooks.slack.com/')) {
    throw new Failure('slack webhooks require a --url starting with https://hooks.slack.com/')
  } else if (!/^https?:\/\/./.test(url)) {
    throw new Failure(`--url ${JSON.stringify(url)} must use http or https`)
  }
}

/** The name that a webhook command was given. */
export function webhookName(args: readonly string[]): string {
  const [name = ''] = args
  if (name === '') throw new Failure('webhook name cannot be empty')
  return name
}

/** The members of a webhook that name its environment. */
export function webhookOwner({ organization, project, name }: Reference) {
  return { organizationName: organization, projectName: project, envName: name }
}

/** A webhook as lists show it in JSON. */
export function webhookJson({ name, displayName, payloadUrl, active, format }: WireWebhook) {
  return { name, displayName, payloadUrl, active, format: format || 'raw' }
}

/** A webhook as `get` shows it in JSON. */
export function webhookDetailJson(webhook: WireWebhook) {
  return {
    ...webhookJson(webhook),
    events: webhook.filters ?? [],
    eventGroups: webhook.groups ?? [],
    hasSecret: webhook.hasSecret ?? false,
  }
}

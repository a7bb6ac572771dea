import { AppError } from '../diag/index.ts'
import type { Delivery, Transaction, Webhook } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { note, payloadOf } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { sendDelivery } from './webhook-delivery.ts'
import { dropReplacedSecret, keepReplacedSecret, packSealed, webhookPurpose } from './webhook-secrets.ts'

/** What one may say of a webhook. An absent member of a change clears it, except `format` and `secret`. */
export interface WebhookRequest {
  readonly active: boolean
  readonly displayName: string
  readonly payloadUrl: string
  readonly filters: readonly string[]
  readonly groups: readonly string[]
  readonly format?: string | undefined
  /** Empty or absent keeps it; `__remove-secret` clears it. */
  readonly secret?: string | undefined
  readonly name?: string | undefined
}

/** The use cases of an environment's webhooks. */
export interface Webhooks {
  list(access: EnvironmentAccess): Promise<readonly Webhook[]>
  /** @throws AppError NOT_FOUND */
  get(access: EnvironmentAccess, name: string): Promise<Webhook>
  /** @throws AppError REQUEST_INVALID, CONFLICT for a taken name */
  create(access: EnvironmentAccess, request: WebhookRequest): Promise<Webhook>
  update(access: EnvironmentAccess, name: string, request: WebhookRequest): Promise<Webhook>
  delete(access: EnvironmentAccess, name: string): Promise<void>
  /** Sends a test event at once, and tells what came back. */
  ping(access: EnvironmentAccess, name: string): Promise<Delivery>
  /** Newest first. */
  deliveries(access: EnvironmentAccess, name: string, count?: number): Promise<readonly Delivery[]>
  /** Sends an earlier event again. @throws AppError NOT_FOUND */
  redeliver(access: EnvironmentAccess, name: string, id: string): Promise<Delivery>
}

const removeSecret = '__remove-secret'

/** The use cases of webhooks over the service's parts. */
export function createWebhooks(parts: ServiceParts): Webhooks {
  const find = (access: EnvironmentAccess, name: string) =>
    parts.store.read(async (transaction) => {
      const { organization, environment } = access
      const found = await transaction.webhooks.find(organization.id, environment.id, name)
      if (found === null) throw new AppError('NOT_FOUND', { what: 'webhook', id: name.slice(0, 100) })
      return found
    })
  const deliver = async (webhook: Webhook, kind: string, payload: string): Promise<Delivery> => {
    const delivery: Delivery = {
      id: parts.ids(),
      webhookId: webhook.id,
      kind,
      payload,
      createdMs: parts.clock().getTime(),
      attempts: 0,
      nextTryMs: null,
      outcome: null,
    }
    await parts.store.change((transaction) => transaction.webhooks.insertDelivery(delivery))
    const outcome = await sendDelivery(parts, webhook, delivery)
    await parts.store.change((transaction) => transaction.webhooks.noteTry(delivery.id, 0, outcome, null))
    return { ...delivery, attempts: 1, outcome }
  }
  return {
    list: ({ organization, environment }) =>
      parts.store.read((transaction) => transaction.webhooks.of(organization.id, environment.id)),
    get: find,
    create: (access, request) => create(parts, access, request),
    async update(access, name, request) {
      const current = await find(access, name)
      const format = request.format ?? current.format
      checkWebhook({ ...request, format })
      // A target of before stays as it is, so that such a webhook can be switched off; it is refused when it is called.
      if (request.payloadUrl !== current.payloadUrl || format !== current.format)
        checkTarget(parts, { ...request, format })
      const webhook: Webhook = {
        ...current,
        active: request.active,
        displayName: request.displayName,
        payloadUrl: request.payloadUrl,
        filters: request.filters,
        groups: request.groups,
        format,
        sealedSecret: await nextSecret(parts, access, current, request.secret),
        modifiedMs: parts.clock().getTime(),
      }
      await parts.store.change(async (transaction) => {
        await transaction.webhooks.update(webhook)
        await keepReplacedSecret(transaction, current, webhook)
        await noteWebhook(transaction, parts, access, 'environment-webhook-updated', webhook.name)
      })
      return webhook
    },
    async delete(access, name) {
      const { id } = await find(access, name)
      await parts.store.change(async (transaction) => {
        await transaction.webhooks.delete(id)
        await dropReplacedSecret(transaction, access, id)
        await noteWebhook(transaction, parts, access, 'environment-webhook-deleted', name)
      })
    },
    async ping(access, name) {
      const webhook = await find(access, name)
      const payload = payloadOf(access, access.environment, { action: 'ping' })
      return await deliver(webhook, 'ping', JSON.stringify(payload))
    },
    async deliveries(access, name, count = 100) {
      const { id } = await find(access, name)
      const page = await parts.store.read((transaction) => transaction.webhooks.deliveries(id, null, count))
      return page.items
    },
    async redeliver(access, name, id) {
      const webhook = await find(access, name)
      const earlier = await parts.store.read((transaction) => transaction.webhooks.delivery(id))
      if (earlier?.webhookId !== webhook.id) {
        throw new AppError('NOT_FOUND', { what: 'delivery', id: id.slice(0, 100) })
      }
      return await deliver(webhook, earlier.kind, earlier.payload)
    },
  }
}

async function create(
  parts: ServiceParts,
  access: EnvironmentAccess,
  request: WebhookRequest,
): Promise<Webhook> {
  const { environment, organization } = access
  const format = request.format ?? 'raw'
  checkWebhook({ ...request, format })
  checkTarget(parts, { ...request, format })
  const nowMs = parts.clock().getTime()
  const id = parts.ids()
  const fresh: Webhook = {
    id,
    organizationId: organization.id,
    environmentId: environment.id,
    name: request.name || id.replace(/[^a-zA-Z0-9]/g, '').slice(0, 12),
    displayName: request.displayName,
    payloadUrl: request.payloadUrl,
    format,
    active: request.active,
    filters: request.filters,
    groups: request.groups,
    sealedSecret: null,
    createdMs: nowMs,
    modifiedMs: nowMs,
    failingSinceMs: null,
  }
  if (!/^[a-zA-Z0-9._-]{1,32}$/.test(fresh.name)) {
    throw invalid('webhook name: wanted 1 to 32 of the characters a-z, A-Z, 0-9, `.`, `_` and `-`')
  }
  const webhook = { ...fresh, sealedSecret: await nextSecret(parts, access, fresh, request.secret) }
  await parts.store.change(async (transaction) => {
    if (!(await transaction.webhooks.insert(webhook))) {
      throw new AppError('CONFLICT', { what: `webhook \`${webhook.name}\` already exists`, hint: '' })
    }
    await noteWebhook(transaction, parts, access, 'environment-webhook-created', webhook.name)
  })
  return webhook
}

async function noteWebhook(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  event: string,
  webhook: string,
): Promise<void> {
  await note(transaction, parts, access, { event, environment: access.environment, facts: { webhook } })
}

async function nextSecret(
  parts: ServiceParts,
  { environment }: EnvironmentAccess,
  webhook: Webhook,
  secret: string | undefined,
): Promise<Uint8Array | null> {
  if (secret === undefined || secret === '') return webhook.sealedSecret
  if (secret === removeSecret) return null
  return packSealed(
    await parts.sealer.seal(environment.id, webhookPurpose(webhook.id), Buffer.from(secret, 'utf8')),
  )
}

const formats = ['raw', 'slack', 'ms_teams', 'pulumi_deployments']
const groups = ['environments', 'change_requests']
const filters = [
  'environment_revision_created',
  'environment_revision_retracted',
  ...['environment_revision_tag', 'environment_tag'].flatMap((noun) =>
    ['created', 'deleted', 'updated'].map((verb) => `${noun}_${verb}`),
  ),
  'imported_environment_changed',
  'environment_rotation_succeeded',
  'environment_rotation_failed',
  ...['created', 'updated', 'approved', 'unapproved', 'closed', 'applied', 'submitted'].map(
    (verb) => `change_request_${verb}`,
  ),
]

/** @throws AppError REQUEST_INVALID naming what was wanted */
function checkWebhook(request: WebhookRequest & { readonly format: string }): void {
  const { format, payloadUrl } = request
  if (!formats.includes(format)) throw invalid(`format: wanted one of ${formats.join(', ')}`)
  for (const filter of request.filters) {
    if (!filters.includes(filter))
      throw invalid(`filter \`${filter.slice(0, 60)}\`: wanted one of ${filters.join(', ')}`)
  }
  for (const group of request.groups) {
    if (!groups.includes(group))
      throw invalid(`group \`${group.slice(0, 60)}\`: wanted one of ${groups.join(', ')}`)
  }
  if (format === 'pulumi_deployments') {
    if (!/^[^/\s]+\/[^/\s]+$/.test(payloadUrl)) throw invalid('payloadUrl: wanted `<project>/<stack>`')
    return
  }
  if (!URL.canParse(payloadUrl) || !/^https?:$/.test(new URL(payloadUrl).protocol)) {
    throw invalid('payloadUrl: wanted an http or https URL')
  }
  const { username, password } = new URL(payloadUrl)
  // Whoever may read the webhook reads its URL; and two readers of such a text go to two hosts.
  if (username !== '' || password !== '' || /[\s\\\p{Cc}]/u.test(payloadUrl))
    throw invalid('payloadUrl: wanted a URL without user, password, white space and backslash')
  if (format === 'slack' && !payloadUrl.startsWith('https://hooks.slack.com/')) {
    throw invalid('payloadUrl: wanted a URL that begins with https://hooks.slack.com/')
  }
}

/**
 * What no delivery could ever reach is refused when it is saved, in words: a delivery that fails says nothing (S-51). Names
 * are looked up only then, since what they lead to changes.
 */
function checkTarget(
  { refusalOfTarget }: ServiceParts,
  { format, payloadUrl }: WebhookRequest & { readonly format: string },
): void {
  if (format === 'pulumi_deployments') return
  const refusal = new URL(payloadUrl).protocol === 'https:' ? refusalOfTarget?.(payloadUrl) : 'an http URL'
  if (refusal === undefined || refusal === null) return
  throw invalid(
    `payloadUrl: wanted an https URL of a public name, on port 443; got ${refusal}`,
    'the operator of the server can let a target inside through with --allowed-target host:port; it has to speak https',
  )
}

function invalid(what: string, hint = ''): AppError {
  return new AppError('REQUEST_INVALID', { what: `invalid ${what}`, hint })
}

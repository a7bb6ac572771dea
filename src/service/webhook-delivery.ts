import { TargetClosed } from '../providers/index.ts'
import type { Delivery, DeliveryOutcome, Transaction, Webhook } from '../store/index.ts'
import { appendEntries } from './audit/append.ts'
import type { ServiceParts } from './parts.ts'
import { activeSecrets, signatureHeaders } from './webhook-secrets.ts'

/** An outgoing request of a webhook, for whatever part is allowed to leave the server (S-49). */
export interface HookRequest {
  /** Whose webhook it is. */
  readonly organizationId: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What came back. `status` 0: nothing did, and `body` says why in words that tell nothing about the network inside. */
export interface HookResponse {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** Eight tries within a day: waits between them, in seconds. */
const waitSeconds = [30, 120, 600, 1_800, 7_200, 21_600, 43_200]
const keptBodyBytes = 16_384
const failingLimitMilliseconds = 7 * 86_400_000

/** Sends one delivery once and tells the outcome. It stores nothing. */
export async function sendDelivery(
  parts: ServiceParts,
  webhook: Webhook,
  delivery: Delivery,
): Promise<DeliveryOutcome> {
  const request = await requestOf(parts, webhook, delivery)
  const started = parts.clock().getTime()
  const response = await trySend(parts, request)
  return {
    atMs: started,
    durationMs: parts.clock().getTime() - started,
    requestUrl: request.url,
    // The signatures are left out: who reads deliveries need not be able to check guesses of the secret against them.
    requestHeaders: Object.entries(request.headers)
      .filter(([name]) => !/-signature$/i.test(name))
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    responseCode: response.status,
    responseHeaders: response.headers.slice(0, keptBodyBytes),
    // What a target answers is nobody's to read here: a webhook must not be a way to look around inside (S-52).
    responseBody: response.status === 0 ? response.body.slice(0, keptBodyBytes) : '',
  }
}

async function trySend(parts: ServiceParts, request: HookRequest): Promise<HookResponse> {
  if (parts.sendHook === undefined) {
    return { status: 0, headers: '', body: 'this server sends no webhooks' }
  }
  try {
    return await parts.sendHook(request)
  } catch (error) {
    // One text for all that can go wrong on the way (S-51); that it was not tried is no news of the network.
    const body = error instanceof TargetClosed ? error.message : 'the target could not be reached'
    return { status: 0, headers: '', body }
  }
}

async function requestOf(parts: ServiceParts, webhook: Webhook, delivery: Delivery): Promise<HookRequest> {
  const body = webhook.format === 'raw' ? delivery.payload : chatMessage(webhook.format, delivery)
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Pulumi-Webhook-ID': delivery.id,
    'Pulumi-Webhook-Kind': delivery.kind,
  }
  const secrets = await activeSecrets(parts, webhook)
  Object.assign(headers, signatureHeaders(secrets, delivery.id, parts.clock(), body))
  return { organizationId: webhook.organizationId, url: webhook.payloadUrl, headers, body }
}

/** The event in a sentence, in the shape that chat services take. */
function chatMessage(format: string, { kind, payload }: Delivery): string {
  const { projectName, environmentName, action, user } = JSON.parse(payload) as {
    readonly projectName?: string
    readonly environmentName?: string
    readonly action: string
    readonly user: { readonly githubLogin: string }
  }
  const what = projectName === undefined ? kind : `${kind} of ${projectName}/${environmentName}`
  const text = `${what}: ${action} by ${user.githubLogin}`
  return JSON.stringify(format === 'ms_teams' ? { type: 'message', text } : { text })
}

/** Sends what is due; gives the number of deliveries tried. To be called now and then by whoever has a clock. */
export async function deliverDue(parts: ServiceParts, limit = 50): Promise<number> {
  const nowMs = parts.clock().getTime()
  const due = await parts.store.read((transaction) => transaction.webhooks.dueDeliveries(nowMs, limit))
  for (const delivery of due) {
    const webhook = await parts.store.read((transaction) => transaction.webhooks.get(delivery.webhookId))
    if (webhook === null) continue
    const outcome = await sendDelivery(parts, webhook, delivery)
    await parts.store.change(async (transaction) => {
      const next = nextTry(delivery, outcome)
      const noted = await transaction.webhooks.noteTry(delivery.id, delivery.attempts, outcome, next)
      if (!noted) return
      const after = afterTry(webhook, outcome)
      await transaction.webhooks.update(after)
      if (webhook.active && !after.active) await noteSwitchedOff(transaction, parts, webhook)
    })
  }
  return due.length
}

function succeeded({ responseCode }: DeliveryOutcome): boolean {
  return responseCode >= 200 && responseCode < 300
}

/** Only what may pass by itself is tried again: no answer, 429 and 5xx. */
function nextTry({ attempts }: Delivery, outcome: DeliveryOutcome): number | null {
  const { responseCode, atMs } = outcome
  const passing = responseCode === 0 || responseCode === 429 || responseCode >= 500
  const wait = waitSeconds[attempts]
  return passing && wait !== undefined ? atMs + wait * 1_000 : null
}

async function noteSwitchedOff(
  transaction: Transaction,
  { clock }: ServiceParts,
  { organizationId, name }: Webhook,
): Promise<void> {
  await appendEntries(transaction, organizationId, [
    {
      event: 'webhook-switched-off',
      organizationId,
      at: clock(),
      caller: null,
      environment: null,
      request: null,
      facts: { webhook: name },
    },
  ])
}

/** A hook whose every delivery failed for a week is switched off. */
function afterTry(webhook: Webhook, outcome: DeliveryOutcome): Webhook {
  if (succeeded(outcome)) return { ...webhook, failingSinceMs: null }
  const failingSinceMs = webhook.failingSinceMs ?? outcome.atMs
  const active = webhook.active && outcome.atMs - failingSinceMs < failingLimitMilliseconds
  return { ...webhook, failingSinceMs, active }
}

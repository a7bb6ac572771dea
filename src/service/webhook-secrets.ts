import { createHmac } from 'node:crypto'
import type { Transaction, Webhook } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import type { Sealed, ServiceParts } from './parts.ts'

/** For how long the secret before still signs, so that a receiver can be given the new one without a gap (S-52). */
const overlapMilliseconds = 86_400_000

/** A secret that another one replaced. */
interface ReplacedSecret {
  /** Base64 of the packed sealed bytes. */
  readonly sealed: string
  readonly untilMs: number
}

/** What a webhook's sealed secret is bound to. */
export function webhookPurpose(id: string): string {
  return `webhook:${id}`
}

/** Key id and sealed bytes in one: a length byte, the id, the rest. */
export function packSealed({ sealed, dataKeyId }: Sealed): Uint8Array {
  const id = Buffer.from(dataKeyId, 'utf8')
  return Buffer.concat([Buffer.from([id.length]), id, sealed])
}

/** @see packSealed */
export function unpackSealed(bytes: Uint8Array): Sealed {
  const end = 1 + (bytes[0] ?? 0)
  return { dataKeyId: Buffer.from(bytes.subarray(1, end)).toString('utf8'), sealed: bytes.subarray(end) }
}

function ownerOf({ environmentId, organizationId }: Webhook): string {
  return environmentId ?? organizationId
}

function replacedSetting(id: string): string {
  return `webhookSecretBefore/${id}`
}

/** Keeps the secret that a change replaced for a day; one that was taken away signs no longer at once. */
export async function keepReplacedSecret(
  transaction: Transaction,
  before: Webhook,
  after: Webhook,
): Promise<void> {
  if (before.sealedSecret === after.sealedSecret) return
  const setting = replacedSetting(before.id)
  if (after.sealedSecret === null || before.sealedSecret === null) {
    await transaction.settings.delete(ownerOf(before), setting)
    return
  }
  const replaced: ReplacedSecret = {
    sealed: Buffer.from(before.sealedSecret).toString('base64'),
    untilMs: after.modifiedMs + overlapMilliseconds,
  }
  await transaction.settings.put(ownerOf(before), setting, replaced)
}

/** Forgets the secret before, with its webhook. */
export async function dropReplacedSecret(
  transaction: Transaction,
  { environment }: EnvironmentAccess,
  id: string,
): Promise<void> {
  await transaction.settings.delete(environment.id, replacedSetting(id))
}

/** Seals the secret before anew when its data key is no longer the current one; gives whether it did. */
export async function resealReplacedSecret(
  parts: Pick<ServiceParts, 'store' | 'sealer'>,
  webhook: Webhook,
  currentKeyId: string | null | undefined,
): Promise<boolean> {
  const owner = ownerOf(webhook)
  const setting = replacedSetting(webhook.id)
  const replaced = await replacedSecret(parts, webhook)
  const held = replaced && unpackSealed(Buffer.from(replaced.sealed, 'base64'))
  if (!replaced || !held || held.dataKeyId === currentKeyId) return false
  const purpose = webhookPurpose(webhook.id)
  const secret = await parts.sealer.open(owner, purpose, held)
  const sealed = Buffer.from(packSealed(await parts.sealer.seal(owner, purpose, secret))).toString('base64')
  await parts.store.change(async ({ settings }) => {
    const now = (await settings.get(owner, setting)) as ReplacedSecret | undefined
    if (now?.sealed === replaced.sealed) await settings.put(owner, setting, { ...replaced, sealed })
  })
  return true
}

async function replacedSecret(
  parts: Pick<ServiceParts, 'store'>,
  webhook: Webhook,
): Promise<ReplacedSecret | undefined> {
  const stored = await parts.store.read(({ settings }) =>
    settings.get(ownerOf(webhook), replacedSetting(webhook.id)),
  )
  // Only `keepReplacedSecret` writes under this name.
  return (stored ?? undefined) as ReplacedSecret | undefined
}

/** The packed sealed bytes of the secret before; `null` when there is none. */
export async function replacedSealed(
  parts: Pick<ServiceParts, 'store'>,
  webhook: Webhook,
): Promise<Uint8Array | null> {
  const replaced = await replacedSecret(parts, webhook)
  return replaced === undefined ? null : Buffer.from(replaced.sealed, 'base64')
}

/** The secrets that sign a webhook's deliveries now, the newest first. */
export async function activeSecrets(
  parts: Pick<ServiceParts, 'store' | 'sealer' | 'clock'>,
  webhook: Webhook,
): Promise<readonly Uint8Array[]> {
  if (webhook.sealedSecret === null) return []
  const replaced = await replacedSecret(parts, webhook)
  const sealed = [webhook.sealedSecret]
  if (replaced !== undefined && replaced.untilMs > parts.clock().getTime()) {
    sealed.push(Buffer.from(replaced.sealed, 'base64'))
  }
  return await Promise.all(
    sealed.map((bytes) =>
      parts.sealer.open(ownerOf(webhook), webhookPurpose(webhook.id), unpackSealed(bytes)),
    ),
  )
}

/**
 * The headers by which a receiver proves a delivery. `Pulumi-Webhook-Signature` is the one that receivers know: hex
 * HMAC-SHA-256 of the body under the newest secret, which a replay passes too. `Webhook-Signature` covers id, time and body
 * under every active secret, as in Standard Webhooks; a receiver refuses a `Webhook-Timestamp` more than 5 minutes off.
 */
export function signatureHeaders(
  secrets: readonly Uint8Array[],
  id: string,
  at: Date,
  body: string,
): Readonly<Record<string, string>> {
  const [newest] = secrets
  if (newest === undefined) return {}
  const seconds = String(Math.floor(at.getTime() / 1_000))
  const signed = `${id}.${seconds}.${body}`
  return {
    'Pulumi-Webhook-Signature': createHmac('sha256', newest).update(body).digest('hex'),
    'Webhook-Id': id,
    'Webhook-Timestamp': seconds,
    'Webhook-Signature': secrets
      .map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`)
      .join(' '),
  }
}

/** `whsec_` and base64 is how that standard writes keys; any other secret is its own bytes. */
function keyOf(secret: Uint8Array): Uint8Array {
  const text = Buffer.from(secret).toString('utf8')
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  return encoded === undefined ? secret : Buffer.from(encoded, 'base64')
}

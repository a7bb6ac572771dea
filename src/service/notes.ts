import type { Environment, Organization, ReadTransaction, Transaction, Webhook } from '../store/index.ts'
import { appendEntries } from './audit/append.ts'
import type { AuditFacts } from './audit/facts.ts'
import type { Caller } from './caller.ts'
import type { ServiceParts } from './parts.ts'

/** Something that happened, as the audit trail and the webhooks tell it. Never a value. */
export interface Happening {
  /** The trail's name for it, e.g. `environment-updated`. */
  readonly event: string
  readonly environment: Pick<Environment, 'id' | 'organizationId' | 'project' | 'name'> | null
  /** Further facts: a revision, a tag's name, a session. */
  readonly facts?: AuditFacts
  /** What webhooks are told; nothing when absent. */
  readonly hook?: HookEvent
}

/** An event for webhooks: by which filter it is chosen, and how it is told. */
export interface HookEvent {
  readonly filter: string
  readonly kind: string
  readonly action: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Who it was, where. */
export interface Scene {
  readonly caller: Caller
  readonly organization: Pick<Organization, 'id' | 'name' | 'displayName'>
}

/** Writes down what happened, in the unit of work in which it happens: all of it or nothing (R-04, S-25). */
export async function note(
  transaction: Transaction,
  parts: Pick<ServiceParts, 'clock' | 'ids'>,
  scene: Scene,
  happening: Happening,
): Promise<void> {
  await appendAudit(transaction, parts, scene, happening)
  if (happening.hook !== undefined) await tellHooks(transaction, parts, scene, happening, happening.hook)
}

async function appendAudit(
  transaction: Transaction,
  { clock }: Pick<ServiceParts, 'clock'>,
  { caller, organization }: Scene,
  { event, environment, facts = {} }: Happening,
): Promise<void> {
  const request = caller.request ?? null
  await appendEntries(transaction, organization.id, [
    { event, organizationId: organization.id, at: clock(), caller, environment, request, facts },
  ])
  if (caller.request !== undefined) caller.request.noted = true
}

async function tellHooks(
  transaction: Transaction,
  parts: Pick<ServiceParts, 'clock' | 'ids'>,
  scene: Scene,
  { environment }: Happening,
  hook: HookEvent,
): Promise<void> {
  for (const webhook of await hooksFor(transaction, scene.organization.id, environment?.id ?? null)) {
    if (!webhook.active || !wants(webhook, hook.filter)) continue
    const nowMs = parts.clock().getTime()
    await transaction.webhooks.insertDelivery({
      id: parts.ids(),
      webhookId: webhook.id,
      kind: hook.kind,
      payload: JSON.stringify(payloadOf(scene, environment, hook)),
      createdMs: nowMs,
      attempts: 0,
      nextTryMs: nowMs,
      outcome: null,
    })
  }
}

async function hooksFor(
  transaction: ReadTransaction,
  organizationId: string,
  environmentId: string | null,
): Promise<readonly Webhook[]> {
  const organizational = await transaction.webhooks.of(organizationId, null)
  if (environmentId === null) return organizational
  return [...(await transaction.webhooks.of(organizationId, environmentId)), ...organizational]
}

/** A hook without filters and groups wants everything. */
function wants({ filters, groups }: Webhook, filter: string): boolean {
  if (filters.length === 0 && groups.length === 0) return true
  const group = filter.startsWith('change_request_') ? 'change_requests' : 'environments'
  return filters.includes(filter) || groups.includes(group)
}

/** The body of a delivery: ids, names and what was done. */
export function payloadOf(
  { caller, organization }: Scene,
  environment: Happening['environment'],
  { action, details = {} }: Pick<HookEvent, 'action' | 'details'>,
): object {
  return {
    user: { name: caller.actor.name, githubLogin: caller.actor.login, avatarUrl: '' },
    organization: { name: organization.displayName, githubLogin: organization.name, avatarUrl: '' },
    ...(environment === null ? {} : { projectName: environment.project, environmentName: environment.name }),
    action,
    ...details,
  }
}

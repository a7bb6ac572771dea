import type { Environment, Organization, ReadTransaction, Transaction, Webhook } from '../store/index.ts'
import { appendEntries } from './audit/append.ts'
import type { AuditFacts } from './audit/facts.ts'
import type { Caller } from './caller.ts'
import type { ServiceParts } from './parts.ts'
import { affectedImporters } from './references.ts'
import { latest } from './revision-lookup.ts'

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
  if (happening.hook !== undefined)
    await tellHooks(transaction, parts, scene, happening.environment, happening.hook)
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

/** Tells the webhooks that want to know, those of environments that import this one included. */
export async function tellHooks(
  transaction: Transaction,
  parts: Pick<ServiceParts, 'clock' | 'ids'>,
  scene: Scene,
  environment: Happening['environment'],
  hook: HookEvent,
): Promise<void> {
  await insertDeliveries(transaction, parts, scene, environment, hook)
  const { revision, tagName = latest } = hook.details ?? {}
  if (environment === null || !changesImporters.has(hook.filter)) return
  for (const importer of await affectedImporters(transaction, environment, String(tagName))) {
    await insertDeliveries(transaction, parts, scene, importer.environment, {
      filter: 'imported_environment_changed',
      kind: 'imported_environment_changed',
      action: 'updated',
      details: {
        affectedRevisions: importer.revisions,
        importedEnvironmentReference: {
          projectName: environment.project,
          environmentName: environment.name,
          ...(revision === undefined ? {} : { revision }),
        },
      },
    })
  }
}

/** What gives an environment other values under a name that others may import. */
const changesImporters: ReadonlySet<string> = new Set([
  'environment_revision_created',
  'environment_revision_tag_created',
  'environment_revision_tag_updated',
  'environment_revision_tag_deleted',
])

async function insertDeliveries(
  transaction: Transaction,
  parts: Pick<ServiceParts, 'clock' | 'ids'>,
  scene: Scene,
  environment: Happening['environment'],
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

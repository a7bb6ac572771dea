import { AppError } from '../diag/index.ts'
import type {
  Actor,
  Approval,
  ChangeRequest,
  Environment,
  ReadTransaction,
  Transaction,
} from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { formatName } from './names.ts'
import { note, type Scene } from './notes.ts'
import type { ServiceParts } from './parts.ts'

/** A rule that an action on an environment needs approval. */
export interface Gate {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly action: 'update' | 'open'
  /** How many must approve. */
  readonly approvals: number
  /** Whether the one who asks counts among them. */
  readonly selfApproval: boolean
}

/** A gate with what a change request has towards it. */
export interface EvaluatedGate {
  readonly gate: Gate
  readonly satisfied: boolean
  readonly approvals: number
}

/** The use cases of gates. */
export interface Gates {
  list(access: EnvironmentAccess): Promise<readonly Gate[]>
  /** Replaces all gates of the environment. */
  put(access: EnvironmentAccess, gates: readonly Omit<Gate, 'id'>[]): Promise<readonly Gate[]>
}

/** The setting of an environment that holds its gates. */
export const gatesSetting = 'gates'

/** The use cases of gates over the service's parts. */
export function createGates(parts: ServiceParts): Gates {
  return {
    list: ({ environment }) => parts.store.read((transaction) => allGates(transaction, environment.id)),
    put: (access, gates) =>
      parts.store.change(async (transaction) => {
        const { environment } = access
        const stored = gates.map((gate) => ({ ...gate, id: parts.ids() }))
        await transaction.settings.put(environment.id, gatesSetting, stored)
        await note(transaction, parts, access, {
          event: 'change-gate-updated',
          environment,
          facts: { count: stored.length },
        })
        return stored
      }),
  }
}

async function allGates(transaction: ReadTransaction, environmentId: string): Promise<readonly Gate[]> {
  const stored = await transaction.settings.get(environmentId, gatesSetting)
  // Only `put` writes under this name.
  return Array.isArray(stored) ? (stored as Gate[]) : []
}

/** The enabled gates of an environment on an action. */
export async function gatesOn(
  transaction: ReadTransaction,
  environmentId: string,
  action: Gate['action'],
): Promise<readonly Gate[]> {
  const gates = await allGates(transaction, environmentId)
  return gates.filter((gate) => gate.enabled && gate.action === action)
}

/** What a change request has towards each gate. Only approvals of its newest text count. */
export function evaluateGates(
  gates: readonly Gate[],
  request: ChangeRequest,
  approvals: readonly Approval[],
): readonly EvaluatedGate[] {
  return gates.map((gate) => {
    const counted = approvals.filter(
      ({ approver, revision }) =>
        revision === request.latestRevision && (gate.selfApproval || approver.id !== request.createdBy.id),
    ).length
    return { gate, approvals: counted, satisfied: counted >= gate.approvals }
  })
}

/** The refusal of an action that a gate guards; the hint says how to ask. */
export function approvalNeeded(environment: Environment, gate: Gate): AppError {
  const name = formatName(environment)
  const how =
    gate.action === 'update'
      ? `propose the change with \`esc env edit ${name} --draft\``
      : `ask with \`esc env open-request ${name}\``
  return new AppError('APPROVAL_NEEDED', {
    environment: name,
    action: gate.action,
    gate: gate.name,
    hint: how,
  })
}

/** @throws AppError APPROVAL_NEEDED when definitions are changed by approved drafts only */
export async function refuseGatedUpdate(
  transaction: ReadTransaction,
  environment: Environment,
): Promise<void> {
  const [gate] = await gatesOn(transaction, environment.id, 'update')
  if (gate !== undefined) throw approvalNeeded(environment, gate)
}

/** @throws AppError APPROVAL_NEEDED when the environment is opened on approval only and the caller has none now */
export async function refuseGatedOpen(
  transaction: ReadTransaction,
  environment: Environment,
  callerId: string,
  nowMs: number,
): Promise<void> {
  const [gate] = await gatesOn(transaction, environment.id, 'open')
  if (gate === undefined) return
  const granted = await transaction.openRequests.active(environment.id, callerId, nowMs)
  if (granted === null) throw approvalNeeded(environment, gate)
}

/** As `refuseGatedOpen`, in a snapshot of its own. */
export async function refuseUnapproved(
  parts: Pick<ServiceParts, 'store' | 'clock'>,
  { environment, caller }: EnvironmentAccess,
): Promise<void> {
  const nowMs = parts.clock().getTime()
  await parts.store.read((transaction) => refuseGatedOpen(transaction, environment, caller.ownerId, nowMs))
}

/** What happened to a change request, as webhooks choose it. */
export type ChangeRequestVerb =
  | 'created'
  | 'updated'
  | 'approved'
  | 'unapproved'
  | 'closed'
  | 'applied'
  | 'submitted'

/** Writes down what happened to a change request: the trail, and the webhooks that want to know. */
export async function noteChangeRequest(
  transaction: Transaction,
  parts: ServiceParts,
  scene: Scene,
  environment: Environment,
  { id, action }: Pick<ChangeRequest, 'id' | 'action'>,
  verb: ChangeRequestVerb,
): Promise<void> {
  await note(transaction, parts, scene, {
    event: `change-request-${verb}`,
    environment,
    facts: { changeRequest: id, for: action },
    hook: {
      filter: `change_request_${verb}`,
      kind: 'change_request',
      action: verb,
      details: { changeRequestId: id },
    },
  })
}

/** Adds an event to a change request's story, after the ones there are. */
export async function addEvent(
  transaction: Transaction,
  request: Pick<ChangeRequest, 'id'>,
  type: string,
  by: Actor,
  atMs: number,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  let number = 1
  for (;;) {
    const page = await transaction.changeRequests.events(request.id, number - 1, 500)
    number += page.items.length
    if (!page.more) break
  }
  await transaction.changeRequests.insertEvent({
    changeRequestId: request.id,
    number,
    type,
    by,
    atMs,
    details,
  })
}

import { AppError, hasErrors } from '../diag/index.ts'
import type { EvaluatedText } from '../evaluator/index.ts'
import type { Revision, Rotation, RotationEvent, Transaction } from '../store/index.ts'
import { formatPropertyPath, parsePropertyPath } from '../syntax/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { appendRevision, refusal } from './definitions.ts'
import { updated } from './environment-update.ts'
import { rotate } from './evaluate.ts'
import { rootName } from './names.ts'
import { note, tellHooks } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { usableRevision } from './revision-lookup.ts'
import { sealText } from './texts.ts'
import { storable, textOf } from './value-crypters.ts'

/** The use cases of rotation. Its answers never hold values. */
export interface Rotations {
  /**
   * Makes the next secrets of the rotators at `paths`; of all when there are none. What succeeded is saved even when
   * something else failed.
   *
   * @throws AppError ROTATION_DISABLED, DIAGNOSTICS when nothing could be tried, CONFLICT while another rotation runs
   */
  rotate(
    access: EnvironmentAccess,
    paths: readonly string[],
    scheduled?: ScheduledRotation,
  ): Promise<RotationEvent>
  /** Newest first. */
  history(access: EnvironmentAccess): Promise<readonly RotationEvent[]>
}

/** A rotation that a schedule asked for. */
export interface ScheduledRotation {
  readonly scheduleId: string
  /** Records how the run ended, in the unit of work that writes the new secrets and the outcome: never one without the other. */
  ended(transaction: Transaction, event: RotationEvent): Promise<void>
}

/** The setting of an organization that switches rotation off. */
export const rotationDisabledSetting = 'rotationDisabled'

/** A rotation that has not ended after so long was cut off, and does not block the next. */
const staleMilliseconds = 600_000
const saveTries = 5

/** The use cases of rotation over the service's parts. */
export function createRotations(parts: ServiceParts): Rotations {
  return {
    rotate: (access, paths, scheduled) => rotateEnvironment(parts, access, paths, scheduled ?? null),
    history: ({ environment }) =>
      parts.store.read(
        async (transaction) => (await transaction.rotationEvents.list(environment.id, null, 100)).items,
      ),
  }
}

async function rotateEnvironment(
  parts: ServiceParts,
  access: EnvironmentAccess,
  paths: readonly string[],
  scheduled: ScheduledRotation | null,
): Promise<RotationEvent> {
  const { event, revision } = await begin(parts, access, scheduled?.scheduleId ?? null)
  const end = async (transaction: Transaction, outcome: RotationEvent) => {
    const completed = await completeIn(transaction, parts, access, outcome)
    await scheduled?.ended(transaction, completed)
    return completed
  }
  let evaluation: EvaluatedText
  try {
    const request = {
      access,
      root: access.environment,
      rootName: rootName(access.environment),
      source: revision.source,
      text: textOf(revision),
    }
    evaluation = await rotate(parts, request, paths)
    const tried = evaluation.rotations.some(({ status }) => status !== 'not-evaluated')
    if (hasErrors(evaluation.diagnostics) && !tried) throw refusal(evaluation)
  } catch (error) {
    const errorMessage = error instanceof AppError ? error.message : 'internal error'
    await parts.store.change((transaction) => end(transaction, { ...event, status: 'failed', errorMessage }))
    throw error
  }
  const rotations = [
    ...evaluation.rotations.map((result) => rotationOf(parts, result)),
    ...unmatched(evaluation, paths).map((path) => ({
      id: parts.ids(),
      environmentPath: path,
      status: 'failed' as const,
      errorMessage: 'there is no rotated secret at this path; name the value whose key is `fn::rotate::…`',
    })),
  ]
  const failed = rotations.some(({ status }) => status === 'failed')
  try {
    return await save(parts, access, evaluation, (transaction, postRotationRevision) =>
      end(transaction, {
        ...event,
        postRotationRevision,
        rotations,
        status: failed ? 'failed' : 'succeeded',
      }),
    )
  } catch (error) {
    const errorMessage = 'the new secrets could not be saved'
    await parts.store.change((transaction) =>
      end(transaction, { ...event, rotations, status: 'failed', errorMessage }),
    )
    throw error
  }
}

async function begin(
  parts: ServiceParts,
  access: EnvironmentAccess,
  scheduledActionId: string | null,
): Promise<{ readonly event: RotationEvent; readonly revision: Revision }> {
  const { environment, organization, caller } = access
  return await parts.store.change(async (transaction) => {
    if ((await transaction.settings.get(organization.id, rotationDisabledSetting)) === true) {
      throw new AppError('ROTATION_DISABLED')
    }
    const nowMs = parts.clock().getTime()
    const [last] = (await transaction.rotationEvents.list(environment.id, null, 1)).items
    // Only one runs a schedule at a time, so one of the same schedule belongs to a server that died with it.
    const isOrphan =
      last?.status === 'in_progress' &&
      scheduledActionId !== null &&
      last.scheduledActionId === scheduledActionId
    if (isOrphan) {
      const errorMessage = 'the server that ran it ended'
      await completeIn(transaction, parts, access, { ...last, status: 'failed', errorMessage })
    } else if (last?.status === 'in_progress' && nowMs - last.createdMs < staleMilliseconds) {
      throw new AppError('CONFLICT', {
        what: 'a rotation of this environment is running',
        hint: 'try again soon',
      })
    }
    const revision = await usableRevision(transaction, environment, 'latest')
    const event: RotationEvent = {
      id: parts.ids(),
      organizationId: organization.id,
      environmentId: environment.id,
      createdMs: nowMs,
      completedMs: null,
      preRotationRevision: revision.number,
      postRotationRevision: null,
      user: caller.actor,
      status: 'in_progress',
      scheduledActionId,
      errorMessage: null,
      rotations: [],
    }
    await transaction.rotationEvents.insert(event)
    return { event, revision }
  })
}

function rotationOf(parts: ServiceParts, result: EvaluatedText['rotations'][number]): Rotation {
  const { status, diagnostics } = result
  const environmentPath = belowValues(result.path)
  const said = diagnostics.find(({ severity }) => severity === 'error')?.summary
  return status === 'succeeded'
    ? { id: parts.ids(), environmentPath, status, errorMessage: null }
    : {
        id: parts.ids(),
        environmentPath,
        status: 'failed',
        errorMessage:
          said ?? (status === 'not-evaluated' ? 'its inputs could not be evaluated' : 'it failed'),
      }
}

/** A path of the document as callers name it: relative to `values`, where all rotated secrets are. */
function belowValues(path: string): string {
  const [root, ...rest] = parsePropertyPath(path)
  return root === 'values' ? formatPropertyPath(rest) : path
}

/** The paths asked for at which nothing is rotated: said, since the caller believes otherwise. */
function unmatched({ rotations }: EvaluatedText, paths: readonly string[]): readonly string[] {
  const rotated = new Set(rotations.map(({ path }) => belowValues(path)))
  return paths.map((path) => formatPropertyPath(parsePropertyPath(path))).filter((path) => !rotated.has(path))
}

/**
 * Writes the new states into the newest text. A save that came between does not lose them: they are put into that text, for
 * what a rotator made outside must be stored. `finish` writes down how it ended, in the same unit of work (S-26).
 */
async function save(
  parts: ServiceParts,
  access: EnvironmentAccess,
  { patches }: EvaluatedText,
  finish: (transaction: Transaction, revision: number | null) => Promise<RotationEvent>,
): Promise<RotationEvent> {
  if (patches.length === 0) return await parts.store.change((transaction) => finish(transaction, null))
  const { environment, organization, caller } = access
  for (let attempt = 1; ; attempt += 1) {
    const base = await parts.store.read((transaction) => transaction.revisions.latest(environment.id))
    if (base === null) throw new AppError('ENVIRONMENT_NOT_FOUND', { environment: environment.name })
    const number = base.number + 1
    const crypter = parts.crypterFor(environment, organization, { revision: number })
    const name = `${environment.project}/${environment.name}`
    const unsealed = { organization, name, source: base.source }
    const sealed = await sealText(parts, unsealed, crypter.encrypt, patches)
    const text = await storable(parts, access, number, sealed.source, { facts: sealed, from: base })
    try {
      return await parts.store.change(async (transaction) => {
        const nowMs = parts.clock().getTime()
        await appendRevision(transaction, environment, base.number, text, { caller, nowMs })
        const { hook } = updated(environment, number)
        await tellHooks(transaction, parts, { caller, organization }, environment, hook)
        return await finish(transaction, number)
      })
    } catch (error) {
      const raced = error instanceof AppError && error.code === 'ETAG_MISMATCH'
      if (!raced || attempt === saveTries) throw error
    }
  }
}

async function completeIn(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  outcome: RotationEvent,
): Promise<RotationEvent> {
  const event = { ...outcome, completedMs: parts.clock().getTime() }
  await transaction.rotationEvents.complete(event)
  await note(transaction, parts, access, {
    event: 'environment-rotated',
    environment: access.environment,
    facts: { status: event.status, revision: event.postRotationRevision ?? event.preRotationRevision },
    hook: {
      filter: `environment_rotation_${event.status}`,
      kind: 'environment_rotation',
      action: event.status,
      details: { revision: event.postRotationRevision },
    },
  })
  return event
}

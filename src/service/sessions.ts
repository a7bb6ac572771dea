import { AppError, hasErrors } from '../diag/index.ts'
import type { Environment } from '../store/index.ts'
import type { EnvironmentAccess, OrganizationAccess } from './access.ts'
import { refuseGatedOpen } from './approvals.ts'
import { refusal } from './definitions.ts'
import { sessionMilliseconds } from './duration.ts'
import { anonymousName, type EvaluationRequest, open } from './evaluate.ts'
import { rootName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { latest, usableRevision } from './revision-lookup.ts'
import { decodeSession, encodeSession, type SessionText, sessionTextOf, valueTextAt } from './session-text.ts'
import { textOf } from './value-crypters.ts'

/** How long an open session shall live, in the wire's duration syntax, and what ends the evaluation early. */
export interface OpenOptions {
  readonly duration?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Import names that stand for others: base64url of a JSON object. */
  readonly overrides?: string | undefined
  /** Whether the answer shows the result at once, which the entry of the open then tells. */
  readonly shown?: boolean | undefined
}

/** A session that was opened just now, and the text that it reads as. */
export interface OpenedSession {
  readonly id: string
  readonly text: SessionText
}

/**
 * The use cases of open sessions. Evaluation happens once, at open; reads give the stored result back, to nobody but the
 * caller who opened it, until it expires.
 */
export interface Sessions {
  /** @throws AppError DIAGNOSTICS, IMPORT_FORBIDDEN, REVISION_NOT_FOUND, REVISION_RETRACTED */
  open(access: EnvironmentAccess, version: string | undefined, options: OpenOptions): Promise<OpenedSession>
  /** Opens a text that is not the stored one, such as a draft, as if it were. */
  openText(access: EnvironmentAccess, source: Uint8Array, options: OpenOptions): Promise<OpenedSession>
  /** Opens a text that belongs to no environment. */
  openAnonymous(access: OrganizationAccess, source: Uint8Array, options: OpenOptions): Promise<OpenedSession>
  /** Whether a gate keeps the caller from opening it now. */
  needsRequest(access: EnvironmentAccess): Promise<boolean>
  /** @throws AppError SESSION_NOT_FOUND also for expired sessions, other callers' and other environments' */
  read(access: EnvironmentAccess, id: string): Promise<SessionText>
  readAnonymous(access: OrganizationAccess, id: string): Promise<SessionText>
  /** The JSON text of one value by its property path. @throws AppError PROPERTY_NOT_FOUND, REQUEST_INVALID for no path */
  readProperty(access: EnvironmentAccess, id: string, path: string): Promise<string>
  readAnonymousProperty(access: OrganizationAccess, id: string, path: string): Promise<string>
}

/** The use cases of open sessions over the service's parts. */
export function createSessions(parts: ServiceParts): Sessions {
  const read = (access: EnvironmentAccess, id: string) => readSession(parts, access, access.environment, id)
  const readAnonymous = (access: OrganizationAccess, id: string) => readSession(parts, access, null, id)
  return {
    async open(access, version = latest, options) {
      const { environment } = access
      const revision = await parts.store.read((transaction) =>
        usableRevision(transaction, environment, version),
      )
      const request = { ...rootedIn(access, revision.source), text: textOf(revision) }
      return await openSession(parts, request, revision.number, options)
    },
    openText: (access, source, options) => openSession(parts, rootedIn(access, source), null, options),
    openAnonymous: (access, source, options) =>
      openSession(parts, { access, root: null, rootName: anonymousName, source }, null, options),
    needsRequest: ({ environment, caller }) =>
      parts.store.read(async (transaction) => {
        const nowMs = parts.clock().getTime()
        const refused = refuseGatedOpen(transaction, environment, caller.ownerId, nowMs)
        return await refused.then(() => false, isApprovalNeeded)
      }),
    read,
    readAnonymous,
    readProperty: async (access, id, path) => valueTextAt(await read(access, id), path),
    readAnonymousProperty: async (access, id, path) => valueTextAt(await readAnonymous(access, id), path),
  }
}

function isApprovalNeeded(error: unknown): true {
  if (error instanceof AppError && error.code === 'APPROVAL_NEEDED') return true
  throw error
}

function rootedIn(access: EnvironmentAccess, source: Uint8Array): EvaluationRequest {
  return { access, root: access.environment, rootName: rootName(access.environment), source }
}

async function openSession(
  parts: ServiceParts,
  request: EvaluationRequest,
  revision: number | null,
  { duration, signal, overrides, shown = false }: OpenOptions,
): Promise<OpenedSession> {
  const lifeMilliseconds = sessionMilliseconds(duration, parts.longestSessionMilliseconds)
  const { access, root } = request
  if (root !== null) {
    await parts.store.read((transaction) =>
      refuseGatedOpen(transaction, root, access.caller.ownerId, parts.clock().getTime()),
    )
  }
  const imports = new Set<string>()
  const evaluation = await open(parts, {
    ...request,
    imported: (name) => imports.add(name),
    ...(signal === undefined ? {} : { signal }),
    ...(overrides === undefined ? {} : { overrides: readOverrides(overrides) }),
  })
  if (hasErrors(evaluation.diagnostics)) throw refusal(evaluation)
  const id = parts.ids()
  const owner = sealOwner(access, root)
  const nowMs = parts.clock().getTime()
  const text = sessionTextOf(evaluation.environment)
  const { sealed, dataKeyId } = await parts.sealer.seal(owner, purposeOf(id), encodeSession(text))
  await parts.store.change(
    async (transaction) => {
      await transaction.openSessions.deleteExpired(nowMs, 100)
      await transaction.openSessions.insert({
        id,
        organizationId: access.organization.id,
        environmentId: root?.id ?? null,
        revision,
        ownerId: access.caller.ownerId,
        sealed,
        dataKeyId,
        createdMs: nowMs,
        expiresMs: nowMs + lifeMilliseconds,
      })
      await note(transaction, parts, access, {
        event: 'environment-open',
        environment: root,
        facts: {
          rootName: request.rootName,
          session: id,
          imports: [...imports],
          ...(revision === null ? {} : { revision }),
          ...(shown ? { shown: 'environment' } : {}),
        },
      })
      // Those who only use what is stored go on while the disk is full.
    },
    { fromReserve: true },
  )
  return { id, text }
}

/** @throws AppError REQUEST_INVALID */
function readOverrides(text: string): ReadonlyMap<string, string> {
  try {
    const entries = Object.entries(JSON.parse(Buffer.from(text, 'base64url').toString()) as object)
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
      return new Map(entries)
  } catch {
    // Told below, like every other text that is no such object.
  }
  throw new AppError('REQUEST_INVALID', {
    what: 'invalid environmentOverrides: wanted base64url of a JSON object of import names',
    hint: '',
  })
}

/** Results are sealed under the environment's data key, so that shredding it takes them along. */
function sealOwner({ organization }: OrganizationAccess, root: Environment | null): string {
  return root?.id ?? organization.id
}

function purposeOf(id: string): string {
  return `open-session:${id}`
}

async function readSession(
  parts: ServiceParts,
  access: OrganizationAccess,
  environment: Environment | null,
  id: string,
): Promise<SessionText> {
  const session = await parts.store.read((transaction) => transaction.openSessions.get(id))
  if (
    session === null ||
    session.organizationId !== access.organization.id ||
    session.environmentId !== (environment?.id ?? null) ||
    session.ownerId !== access.caller.ownerId ||
    session.expiresMs <= parts.clock().getTime()
  ) {
    throw new AppError('SESSION_NOT_FOUND')
  }
  const bytes = await parts.sealer.open(sealOwner(access, environment), purposeOf(id), session)
  const text = decodeSession(bytes)
  if (text === null) throw new AppError('SESSION_NOT_FOUND')
  return text
}

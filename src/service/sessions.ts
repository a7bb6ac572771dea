import { AppError, type Diagnostic, hasErrors } from '../diag/index.ts'
import { type SessionText, valueTextAt } from '../evaluator/index.ts'
import type { Environment } from '../store/index.ts'
import type { EnvironmentAccess, OrganizationAccess } from './access.ts'
import { refuseGatedOpen } from './approvals.ts'
import { inTime } from './audit/recorder.ts'
import { refusal } from './definitions.ts'
import { sessionMilliseconds } from './duration.ts'
import { anonymousName, type EvaluationRequest } from './evaluate.ts'
import { unpackText } from './kept-text.ts'
import { createOpener, type OpenedText } from './known-results.ts'
import { rootName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { latest, usableRevision } from './revision-lookup.ts'
import { isSameWorld, type UsedRevision, worldChanged } from './same-world.ts'
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
  text(): SessionText
  readonly warnings: readonly Diagnostic[]
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
  const opening: Opening = { parts, open: createOpener(parts), opened: 0 }
  const read = (access: EnvironmentAccess, id: string) => readSession(parts, access, access.environment, id)
  const readAnonymous = (access: OrganizationAccess, id: string) => readSession(parts, access, null, id)
  return {
    async open(access, version = latest, options) {
      const text: TextToOpen = async () => {
        const revision = await parts.store.read((transaction) =>
          usableRevision(transaction, access.environment, version),
        )
        const request = { ...rootedIn(access, revision.source), text: textOf(revision) }
        return { request, stored: { version, revision: revision.number } }
      }
      return await openSession(opening, text, options)
    },
    openText: (access, source, options) =>
      openSession(opening, async () => ({ request: rootedIn(access, source), stored: null }), options),
    openAnonymous: (access, source, options) => {
      const request = { access, root: null, rootName: anonymousName, source }
      return openSession(opening, async () => ({ request, stored: null }), options)
    },
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

/** A text to open: read anew for each try, because what it rests on may change while it is evaluated. */
type TextToOpen = () => Promise<{
  readonly request: EvaluationRequest
  /** The stored revision that the text is, and what it was named by. */
  readonly stored: { readonly version: string; readonly revision: number } | null
}>

const openTries = 3

/** What opens share. */
interface Opening {
  readonly parts: ServiceParts
  readonly open: (request: EvaluationRequest) => Promise<OpenedText>
  /** How many sessions were opened. */
  opened: number
}

/** Every so many opens take the expired sessions of as many away, and of a few more. */
const sweepEvery = 16

async function openSession(opening: Opening, text: TextToOpen, options: OpenOptions): Promise<OpenedSession> {
  for (let attempt = 1; ; attempt += 1) {
    const { request, stored } = await text()
    const opened = await tryOpen(opening, request, stored, options)
    if (opened !== null) return opened
    if (attempt === openTries) throw worldChanged(request.root)
  }
}

/** One try; null when the texts or rights that it used were no longer the ones there are when it ended (S-22). */
async function tryOpen(
  opening: Opening,
  request: EvaluationRequest,
  stored: { readonly version: string; readonly revision: number } | null,
  { duration, signal, overrides, shown = false }: OpenOptions,
): Promise<OpenedSession | null> {
  const { parts, open } = opening
  const lifeMilliseconds = sessionMilliseconds(duration, parts.longestSessionMilliseconds)
  const { access, root } = request
  const imports = new Set<string>()
  const used: UsedRevision[] = root === null || stored === null ? [] : [{ environment: root, ...stored }]
  const world = () => ({ access, root, used, nowMs: parts.clock().getTime() })
  if (root !== null) {
    await parts.store.read((transaction) =>
      refuseGatedOpen(transaction, root, access.caller.ownerId, parts.clock().getTime()),
    )
  }
  let evaluation: OpenedText
  try {
    evaluation = await open({
      ...request,
      imported: (name) => imports.add(name),
      uses: (each) => used.push(each),
      ...(signal === undefined ? {} : { signal }),
      ...(overrides === undefined ? {} : { overrides: readOverrides(overrides) }),
    })
    if (hasErrors(evaluation.diagnostics)) throw refusal(evaluation)
  } catch (error) {
    // A mixture of before and after may fail where neither would.
    if (await parts.store.read((transaction) => isSameWorld(transaction, world()))) throw error
    return null
  }
  const id = parts.ids()
  const owner = sealOwner(access, root)
  const nowMs = parts.clock().getTime()
  const { sealed, dataKeyId } = await parts.sealer.seal(owner, purposeOf(id), evaluation.kept)
  const writing = parts.store.change(
    async (transaction) => {
      if (!(await isSameWorld(transaction, world()))) return false
      opening.opened += 1
      if (opening.opened % sweepEvery === 1) {
        await transaction.openSessions.deleteExpired(nowMs, 100 * sweepEvery)
      }
      await transaction.openSessions.insert({
        id,
        organizationId: access.organization.id,
        environmentId: root?.id ?? null,
        revision: stored?.revision ?? null,
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
          ...(stored === null ? {} : { revision: stored.revision }),
          ...(shown ? { shown: 'environment' } : {}),
        },
      })
      return true
      // Those who only use what is stored go on while the disk is full.
    },
    { fromReserve: true },
  )
  const kept = await inTime(writing)
  return kept ? { id, text: evaluation.text, warnings: evaluation.diagnostics } : null
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
  const text = unpackText(bytes)
  if (text === null) throw new AppError('SESSION_NOT_FOUND')
  return text
}

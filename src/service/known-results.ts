import { AppError, type Diagnostic } from '../diag/index.ts'
import type { EvaluatedText, SessionText } from '../evaluator/index.ts'
import type { Environment, Revision } from '../store/index.ts'
import { callerContext } from './context.ts'
import { type EvaluationRequest, findImport, open } from './evaluate.ts'
import { packText, unpackText } from './kept-text.ts'
import type { Sealed, ServiceParts } from './parts.ts'
import type { UsedRevision } from './same-world.ts'

/** An import that a result rests on, and under which name. */
interface UsedText {
  readonly name: string
  readonly environmentId: string
  readonly revision: Pick<Revision, 'number' | 'source' | 'bonds'>
}

interface Known {
  readonly root: Pick<Revision, 'source' | 'bonds'>
  readonly imports: readonly UsedText[]
  readonly sealed: Sealed
  readonly untilMs: number
  readonly sizeBytes: number
}

/** An environment or a text that was opened: what there is to keep of it, and what it reads as. */
export interface OpenedText {
  /** @see packText */
  readonly kept: Uint8Array
  text(): SessionText
  readonly diagnostics: readonly Diagnostic[]
}

/** As long as a data key stays in memory (S-08). */
const lifeMilliseconds = 5 * 60_000
const mostBytes = 32 * 1024 * 1024
const mostBytesOfOne = 1024 * 1024

/**
 * Opens stored environments, and remembers the results of those that rest on stored texts and the caller's facts alone: no
 * provider and no rotator was asked, and there was nothing to report.
 *
 * A result is looked for after the caller's right to the root was proved, and taken only when every import, found again by the
 * name that led to it and with the caller's own right, is the very text that it rests on (S-21, S-23). It is kept sealed under the root's data
 * key, and opened with it each time: who cannot use the key gets nothing.
 */
export function createOpener(parts: ServiceParts): (request: EvaluationRequest) => Promise<OpenedText> {
  const known = new KnownResults()
  return async (request) => {
    const { root, text } = request
    if (root === null || text?.bonds === undefined) return packed(await open(parts, request))
    const key = keyOf(parts, root, request)
    const nowMs = parts.clock().getTime()
    const found = known.get(key, nowMs)
    if (found !== null) {
      const taken = await take(parts, root, request, found)
      if (taken !== null) return taken
      known.forget(key)
    }
    const imports: UsedText[] = []
    let isStatic = !callsSomething(request.source)
    const evaluated = await open(parts, {
      ...request,
      watch: {
        imported(name, { environment, revision }) {
          imports.push({ name, environmentId: environment.id, revision })
          if (callsSomething(revision.source)) isStatic = false
        },
        called: () => {
          isStatic = false
        },
      },
    })
    const { diagnostics, patches, rotations } = evaluated
    const isPlain = diagnostics.length === 0 && patches.length === 0 && rotations.length === 0
    const opened = packed(evaluated)
    if (isStatic && isPlain && opened.kept.length <= mostBytesOfOne) {
      const sealed = await parts.sealer.seal(root.id, purpose, opened.kept)
      const untilMs = nowMs + lifeMilliseconds
      const held = { source: request.source, bonds: text.bonds }
      const sizeBytes = [held, ...imports.map(({ revision }) => revision)].reduce(
        (sum, { source, bonds }) => sum + source.length + (bonds?.length ?? 0),
        sealed.sealed.length,
      )
      known.set(key, { root: held, imports, sealed, untilMs, sizeBytes })
    }
    return opened
  }
}

function packed({ text, diagnostics }: EvaluatedText): OpenedText {
  return { kept: packText(text), text: () => text, diagnostics }
}

const purpose = 'known-result'

/** All that the evaluation of the text is told beside the texts. */
function keyOf(parts: ServiceParts, root: Environment, request: EvaluationRequest): string {
  const { access, rootName, text, overrides } = request
  const { organization, caller } = access
  const ledger = { minted: never, exchanged: never, failure: null }
  const scope = { organization, caller, root, rootName, ledger }
  return JSON.stringify([
    organization.id,
    root.id,
    text?.revision,
    rootName,
    (parts.context ?? callerContext)(scope),
    [...(overrides ?? [])],
  ])
}

async function never(): Promise<void> {
  throw new Error('the facts about a caller mint nothing')
}

/** Whether the text may call a provider or a rotator. An escaped spelling is found out when it calls. */
function callsSomething(source: Uint8Array): boolean {
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  return text.includes('fn::open') || text.includes('fn::rotate')
}

/** The result, when everything it rests on is still there and the caller's to open; null otherwise, and nobody was told anything. */
async function take(
  parts: ServiceParts,
  root: Environment,
  request: EvaluationRequest,
  found: Known,
): Promise<OpenedText | null> {
  if (!isSame(found.root, { source: request.source, bonds: request.text?.bonds ?? null })) return null
  const imported: string[] = []
  const used: UsedRevision[] = []
  const asked = {
    ...request,
    imported: (name: string) => void imported.push(name),
    uses: (each: UsedRevision) => void used.push(each),
  }
  try {
    for (const { name, environmentId, revision } of found.imports) {
      const now = await findImport(parts, asked, 'open', name, [])
      if (now.environment.id !== environmentId || now.revision.number !== revision.number) return null
      if (!isSame(revision, now.revision)) return null
    }
  } catch {
    // The evaluation meets it again, and says what it is and where.
    return null
  }
  const kept = await parts.sealer.open(root.id, purpose, found.sealed).catch(refuseWhenAway)
  if (kept.length === 0) return null
  for (const name of imported) request.imported?.(name)
  for (const each of used) request.uses?.(each)
  // It is what `packText` gave.
  return { kept, text: () => unpackText(kept)!, diagnostics: [] }
}

/** A key that is away now refuses the open; a result that does not open for another reason is made again. */
function refuseWhenAway(error: unknown): Uint8Array {
  if (error instanceof AppError && error.kind === 'unavailable') throw error
  return new Uint8Array(0)
}

function isSame(one: Pick<Revision, 'source' | 'bonds'>, other: Pick<Revision, 'source' | 'bonds'>): boolean {
  return one.bonds === other.bonds && Buffer.compare(one.source, other.source) === 0
}

/** Sealed results in the order they were made, the oldest first to go. */
class KnownResults {
  readonly #results = new Map<string, Known>()
  #sizeBytes = 0

  get(key: string, nowMs: number): Known | null {
    const found = this.#results.get(key)
    if (found === undefined) return null
    if (found.untilMs > nowMs) return found
    this.forget(key)
    return null
  }

  set(key: string, result: Known): void {
    this.forget(key)
    this.#results.set(key, result)
    this.#sizeBytes += result.sizeBytes
    for (const oldest of this.#results.keys()) {
      if (this.#sizeBytes <= mostBytes) return
      this.forget(oldest)
    }
  }

  forget(key: string): void {
    this.#sizeBytes -= this.#results.get(key)?.sizeBytes ?? 0
    this.#results.delete(key)
  }
}

import { AppError } from '../diag/index.ts'
import type { Environment, RevisionSummary, Transaction } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { formatName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { findRevision, latest } from './revision-lookup.ts'

/** A revision in the history, with the names that point at it. */
export interface RevisionEntry {
  readonly revision: RevisionSummary
  /** By name; `latest` included, first. */
  readonly tags: readonly string[]
}

/** Why a revision is retracted, and what replaces it. */
export interface RetractRequest {
  readonly replacement?: number | undefined
  readonly reason?: string | undefined
}

/** The use cases of an environment's history. */
export interface Revisions {
  /** Newest first, numbers below `before`. */
  list(
    access: EnvironmentAccess,
    page: { readonly before?: number | undefined; readonly count?: number | undefined },
  ): Promise<readonly RevisionEntry[]>
  /** The names that point at a revision. */
  tagsOf(access: EnvironmentAccess, version: string): Promise<readonly string[]>
  /**
   * Marks a revision unusable and moves the tags on it to the replacement.
   *
   * @throws AppError REVISION_NOT_FOUND, REVISION_NOT_RETRACTABLE
   */
  retract(access: EnvironmentAccess, version: string, request: RetractRequest): Promise<void>
}

const longestPage = 500

/** The use cases of the history over the service's parts. */
export function createRevisions(parts: ServiceParts): Revisions {
  return {
    list: ({ environment }, { before, count }) =>
      parts.store.read(async (transaction) => {
        const page = await transaction.revisions.list(
          environment.id,
          before === undefined || before === 0 ? null : before,
          Math.min(count ?? longestPage, longestPage),
        )
        const entries: RevisionEntry[] = []
        for (const revision of page.items) {
          const tags = await transaction.revisionTags.ofRevision(environment.id, revision.number)
          entries.push({ revision, tags: withLatest(environment, revision.number, tags) })
        }
        return entries
      }),
    tagsOf: ({ environment }, version) =>
      parts.store.read(async (transaction) => {
        const { number } = await findRevision(transaction, environment, version)
        return withLatest(
          environment,
          number,
          await transaction.revisionTags.ofRevision(environment.id, number),
        )
      }),
    retract: (access, version, request) =>
      parts.store.change((transaction) => retract(transaction, parts, access, version, request)),
  }
}

function withLatest(
  environment: Environment,
  number: number,
  tags: readonly { readonly name: string }[],
): readonly string[] {
  const names = tags.map(({ name }) => name)
  return environment.latest === number ? [latest, ...names] : names
}

async function retract(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  version: string,
  request: RetractRequest,
): Promise<void> {
  const { environment, caller } = access
  const { number, retraction } = await findRevision(transaction, environment, version)
  const current = await transaction.environments.get(environment.id)
  if (current === null || number === current.latest) {
    throw refuse('the revision that `latest` points to cannot be retracted', 'save another revision first')
  }
  if (retraction !== null) throw refuse(`revision ${number} is already retracted`, '')
  const replacement =
    request.replacement === undefined
      ? await precedingRevision(transaction, environment, number)
      : await checkReplacement(transaction, environment, number, request.replacement)
  const nowMs = parts.clock().getTime()
  await transaction.revisions.retract(environment.id, number, {
    replacement,
    reason: request.reason ?? '',
    by: caller.actor,
    atMs: nowMs,
  })
  for (const tag of await transaction.revisionTags.ofRevision(environment.id, number)) {
    await transaction.revisionTags.move(environment.id, tag.name, replacement, caller.actor, nowMs)
  }
  await note(transaction, parts, access, {
    event: 'environment-revision-retracted',
    environment,
    facts: { revision: number, replacement },
    hook: {
      filter: 'environment_revision_retracted',
      kind: 'environment_revision',
      action: 'retracted',
      details: { revision: number },
    },
  })
}

function refuse(what: string, hint: string): AppError {
  return new AppError('REVISION_NOT_RETRACTABLE', { what, hint })
}

/** The newest revision before `number` that is not retracted. */
async function precedingRevision(
  transaction: Transaction,
  environment: Environment,
  number: number,
): Promise<number> {
  let before = number
  for (;;) {
    const page = await transaction.revisions.list(environment.id, before, 100)
    const usable = page.items.find(({ retraction }) => retraction === null)
    if (usable !== undefined) return usable.number
    const last = page.items.at(-1)
    if (!page.more || last === undefined) {
      throw refuse(
        `no revision before ${number} is usable`,
        'name a replacement, for example with `--replace-with @latest`',
      )
    }
    before = last.number
  }
}

async function checkReplacement(
  transaction: Transaction,
  environment: Environment,
  number: number,
  replacement: number,
): Promise<number> {
  const found = await findRevision(transaction, environment, String(replacement))
  if (found.number === number) throw refuse('a revision cannot replace itself', 'name another replacement')
  if (found.retraction !== null) {
    throw refuse(
      `revision ${found.number} of '${formatName(environment)}' is retracted itself`,
      'name another replacement',
    )
  }
  return found.number
}

import { AppError } from '../diag/index.ts'
import type { Actor, Environment, ReadTransaction, RevisionTag, Transaction } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { checkName, formatName } from './names.ts'
import { note, type Scene } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { findRevision, latest } from './revision-lookup.ts'

/** A revision tag as a reader sees it: the stored ones and the built-in `latest`. */
export interface RevisionTagEntry {
  readonly name: string
  readonly revision: number
  readonly editor: Actor
  readonly createdMs: number
  readonly modifiedMs: number
}

/** The use cases of revision tags. `latest` can be listed and read, never made, moved or deleted. */
export interface RevisionTags {
  /** By name, strictly after `after`. */
  list(
    access: EnvironmentAccess,
    page: { readonly after?: string | undefined; readonly count?: number | undefined },
  ): Promise<{ readonly tags: readonly RevisionTagEntry[]; readonly more: boolean }>
  /** @throws AppError REVISION_TAG_NOT_FOUND */
  get(access: EnvironmentAccess, name: string): Promise<RevisionTagEntry>
  /** @throws AppError NAME_INVALID, REVISION_NOT_FOUND, REVISION_TAG_EXISTS */
  create(
    access: EnvironmentAccess,
    tag: { readonly name: string; readonly revision?: number | undefined },
  ): Promise<void>
  /** @throws AppError NAME_INVALID for `latest`, REVISION_TAG_NOT_FOUND, REVISION_NOT_FOUND */
  move(access: EnvironmentAccess, name: string, to: { readonly revision?: number | undefined }): Promise<void>
  /** @throws AppError NAME_INVALID for `latest`, REVISION_TAG_NOT_FOUND */
  delete(access: EnvironmentAccess, name: string): Promise<void>
}

const longestPage = 500

/** The audit trail's own tenses. */
const auditWords = { created: 'created', updated: 'update', deleted: 'delete' } as const

/** The use cases of revision tags over the service's parts. */
export function createRevisionTags(parts: ServiceParts): RevisionTags {
  const missing = (environment: Environment, tag: string) =>
    new AppError('REVISION_TAG_NOT_FOUND', { tag: tag.slice(0, 100), environment: formatName(environment) })
  const told = (
    transaction: Transaction,
    scene: Scene,
    environment: Environment,
    action: 'created' | 'updated' | 'deleted',
    tagName: string,
    revision?: number,
  ) =>
    note(transaction, parts, scene, {
      event: `environment-revision-tag-${auditWords[action]}`,
      environment,
      facts: { tag: tagName, ...(revision === undefined ? {} : { revision }) },
      hook: {
        filter: `environment_revision_tag_${action}`,
        kind: 'environment_revision_tag',
        action,
        details: { tagName, ...(revision === undefined ? {} : { revision }) },
      },
    })
  return {
    list: ({ environment }, { after = '', count }) =>
      parts.store.read((transaction) =>
        list(transaction, environment, after, Math.min(count ?? longestPage, longestPage)),
      ),
    get: ({ environment }, name) =>
      parts.store.read(async (transaction) => {
        const tag =
          name === latest
            ? await latestTag(transaction, environment)
            : await transaction.revisionTags.get(environment.id, name)
        if (tag === null) throw missing(environment, name)
        return tag
      }),
    create: (access, { name, revision }) =>
      parts.store.change(async (transaction) => {
        const { environment, caller } = access
        checkName('revisionTag', name)
        const target = await findRevision(transaction, environment, String(revision ?? latest))
        const nowMs = parts.clock().getTime()
        const tag: RevisionTag = {
          environmentId: environment.id,
          name,
          revision: target.number,
          editor: caller.actor,
          createdMs: nowMs,
          modifiedMs: nowMs,
        }
        if (!(await transaction.revisionTags.insert(tag))) {
          throw new AppError('REVISION_TAG_EXISTS', { tag: name, environment: formatName(environment) })
        }
        await told(transaction, access, environment, 'created', name, target.number)
      }),
    move: (access, name, { revision }) =>
      parts.store.change(async (transaction) => {
        const { environment, caller } = access
        refuseLatest(name)
        if ((await transaction.revisionTags.get(environment.id, name)) === null) {
          throw missing(environment, name)
        }
        const target = await findRevision(transaction, environment, String(revision ?? latest))
        await transaction.revisionTags.move(
          environment.id,
          name,
          target.number,
          caller.actor,
          parts.clock().getTime(),
        )
        await told(transaction, access, environment, 'updated', name, target.number)
      }),
    delete: (access, name) =>
      parts.store.change(async (transaction) => {
        const { environment } = access
        refuseLatest(name)
        if (!(await transaction.revisionTags.delete(environment.id, name))) throw missing(environment, name)
        await told(transaction, access, environment, 'deleted', name)
      }),
  }
}

function refuseLatest(name: string): void {
  if (name === latest) {
    throw new AppError('NAME_INVALID', {
      what: 'revision tag',
      got: name,
      rule: 'it always names the newest revision and cannot be moved or deleted',
    })
  }
}

/** The built-in tag, dated by the revision it names. */
async function latestTag(
  transaction: ReadTransaction,
  environment: Environment,
): Promise<RevisionTagEntry | null> {
  const revision = await transaction.revisions.latest(environment.id)
  if (revision === null) return null
  return {
    name: latest,
    revision: revision.number,
    editor: revision.creator,
    createdMs: revision.createdMs,
    modifiedMs: revision.createdMs,
  }
}

async function list(
  transaction: ReadTransaction,
  environment: Environment,
  after: string,
  limit: number,
): Promise<{ readonly tags: readonly RevisionTagEntry[]; readonly more: boolean }> {
  const page = await transaction.revisionTags.list(environment.id, after === '' ? null : after, limit)
  const tags: RevisionTagEntry[] = [...page.items]
  const last = tags.at(-1)
  const builtIn = compareNames(latest, after) > 0 ? await latestTag(transaction, environment) : null
  // `latest` belongs on this page when it is not behind the page's last name, or nothing follows.
  if (builtIn !== null && (!page.more || (last !== undefined && compareNames(latest, last.name) < 0))) {
    const place = tags.findIndex(({ name }) => compareNames(name, latest) > 0)
    tags.splice(place === -1 ? tags.length : place, 0, builtIn)
  }
  return { tags: tags.slice(0, limit), more: page.more || tags.length > limit }
}

/** Byte order of UTF-8, the order of the store. */
function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

import type { Environment, EnvironmentReference, Page, ReadTransaction, ReferrerKey } from '../store/index.ts'
import { type EnvironmentAccess, permissionsOn } from './access.ts'
import type { ServiceParts } from './parts.ts'
import { findRevision, latest } from './revision-lookup.ts'

/** A revision of an environment that takes values from another; the newest one, unless all were asked for. */
export interface Referrer {
  /** The revision or tag of the imported one that is named. */
  readonly version: string
  readonly project: string
  readonly name: string
  readonly revision: number
}

/** The use cases of referrers. */
export interface Referrers {
  /** By importing environment; those that the caller may not read are left out. */
  list(
    access: EnvironmentAccess,
    page: {
      readonly count?: number | undefined
      readonly continuationToken?: string | undefined
      /** Only those that name this revision or tag. */
      readonly version?: string | undefined
      /** Earlier revisions too, not only the newest of each environment. */
      readonly allRevisions?: boolean | undefined
    },
  ): Promise<{ readonly referrers: readonly Referrer[]; readonly continuationToken: string | null }>
  /** How many environments of their organizations import each of the given ones, by id. */
  counts(environments: readonly Environment[]): Promise<ReadonlyMap<string, number>>
}

/** The use cases of referrers over the service's parts. */
export function createReferrers(parts: ServiceParts): Referrers {
  return {
    list: (access, { count = 500, continuationToken, version, allRevisions = false }) =>
      parts.store.read(async (transaction) => {
        if (version !== undefined) await findRevision(transaction, access.environment, version)
        const all = await scan(transaction, access, allRevisions)
        const found = version === undefined ? all : all.filter((each) => each.version === version)
        const start = Number(continuationToken ?? 0) || 0
        const end = start + count
        return {
          referrers: found.slice(start, end),
          continuationToken: end < found.length ? String(end) : null,
        }
      }),
    counts: (environments) => parts.store.read((transaction) => countReferrers(transaction, environments)),
  }
}

/** As it was noted, when each revision was written, what it takes values from: no text is read. */
async function scan(
  transaction: ReadTransaction,
  access: EnvironmentAccess,
  allRevisions: boolean,
): Promise<readonly Referrer[]> {
  const { environment } = access
  const readable = new Map<string, Environment | null>()
  const found: Referrer[] = []
  for await (const { environmentId, revision, version } of referencesTo(
    transaction,
    environment,
    allRevisions,
  )) {
    if (!readable.has(environmentId)) {
      const candidate = await transaction.environments.get(environmentId)
      const isReadable =
        candidate !== null && (await permissionsOn(transaction, access, candidate)).has('read')
      readable.set(environmentId, isReadable ? candidate : null)
    }
    const candidate = readable.get(environmentId) ?? null
    if (candidate === null) continue
    found.push({ version: version || latest, project: candidate.project, name: candidate.name, revision })
  }
  return found.sort(byName)
}

async function* referencesTo(
  transaction: ReadTransaction,
  target: Environment,
  allRevisions: boolean,
): AsyncGenerator<EnvironmentReference> {
  let after: ReferrerKey | null = null
  for (;;) {
    const page: Page<EnvironmentReference> = await transaction.environmentReferences.referrers(
      target.organizationId,
      target,
      allRevisions,
      after,
      500,
    )
    yield* page.items
    after = page.items.at(-1) ?? null
    if (!page.more || after === null) return
  }
}

function byName(a: Referrer, b: Referrer): number {
  if (a.project !== b.project) return a.project < b.project ? -1 : 1
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return a.revision - b.revision
}

/** Counts say nothing of who imports: hidden referrers are counted too, without being named. */
async function countReferrers(
  transaction: ReadTransaction,
  environments: readonly Environment[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const environment of environments) {
    const ids = new Set<string>()
    for await (const { environmentId } of referencesTo(transaction, environment, false))
      ids.add(environmentId)
    if (ids.size > 0) counts.set(environment.id, ids.size)
  }
  return counts
}

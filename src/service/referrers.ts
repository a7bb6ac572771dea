import { loadDefinition, namedEnvironments } from '../expr/index.ts'
import type {
  Environment,
  EnvironmentReference,
  Page,
  ReadTransaction,
  ReferrerKey,
  Revision,
} from '../store/index.ts'
import { type EnvironmentAccess, permissionsOn } from './access.ts'
import { parseImportName } from './names.ts'
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

const cachedTexts = 5_000

/** The use cases of referrers over the service's parts. */
export function createReferrers(parts: ServiceParts): Referrers {
  // What a revision imports never changes.
  const imports = new Map<string, readonly string[]>()
  const importsOf = (revision: Revision): readonly string[] => {
    const key = `${revision.environmentId}.${revision.number}`
    const kept = imports.get(key)
    if (kept !== undefined) return kept
    const { definition } = loadDefinition('', revision.source)
    const names = definition === null ? [] : namedEnvironments(definition)
    if (imports.size >= cachedTexts) imports.clear()
    imports.set(key, names)
    return names
  }
  return {
    list: (access, { count = 500, continuationToken, version, allRevisions = false }) =>
      parts.store.read(async (transaction) => {
        if (version !== undefined) await findRevision(transaction, access.environment, version)
        const all = allRevisions
          ? await scanAll(transaction, access, await scan(transaction, access, importsOf))
          : await scan(transaction, access, importsOf)
        const found = version === undefined ? all : all.filter((each) => each.version === version)
        const start = Number(continuationToken ?? 0) || 0
        const end = start + count
        return {
          referrers: found.slice(start, end),
          continuationToken: end < found.length ? String(end) : null,
        }
      }),
    counts: (environments) =>
      parts.store.read((transaction) => countReferrers(transaction, environments, importsOf)),
  }
}

async function scan(
  transaction: ReadTransaction,
  access: EnvironmentAccess,
  importsOf: (revision: Revision) => readonly string[],
): Promise<readonly Referrer[]> {
  const { environment, organization } = access
  const found: Referrer[] = []
  let after: Environment | null = null
  for (;;) {
    const page: { readonly items: readonly Environment[]; readonly more: boolean } =
      await transaction.environments.list([organization.id], after, 500)
    for (const candidate of page.items) {
      const versions = await versionsNamed(transaction, candidate, environment, importsOf)
      if (versions.length === 0) continue
      if (!(await permissionsOn(transaction, access, candidate)).has('read')) continue
      for (const version of versions) {
        found.push({ version, project: candidate.project, name: candidate.name, revision: candidate.latest })
      }
    }
    after = page.items.at(-1) ?? null
    if (!page.more || after === null) return found
  }
}

/** The newest ones, and with them every earlier revision of which it was noted, when it was written, what it takes values from. */
async function scanAll(
  transaction: ReadTransaction,
  access: EnvironmentAccess,
  newest: readonly Referrer[],
): Promise<readonly Referrer[]> {
  const { environment, organization } = access
  const readable = new Map<string, Environment | null>()
  const found = new Map(newest.map((each) => [keyOf(each), each]))
  let after: ReferrerKey | null = null
  for (;;) {
    const page: Page<EnvironmentReference> = await transaction.environmentReferences.referrers(
      organization.id,
      environment,
      true,
      after,
      500,
    )
    for (const { environmentId, revision, version } of page.items) {
      if (!readable.has(environmentId)) {
        const candidate = await transaction.environments.get(environmentId)
        const isReadable =
          candidate !== null && (await permissionsOn(transaction, access, candidate)).has('read')
        readable.set(environmentId, isReadable ? candidate : null)
      }
      const candidate = readable.get(environmentId) ?? null
      if (candidate === null) continue
      const { project, name } = candidate
      const referrer = { version: version || latest, project, name, revision }
      found.set(keyOf(referrer), referrer)
    }
    after = page.items.at(-1) ?? null
    if (!page.more || after === null) return [...found.values()].sort(byName)
  }
}

function keyOf({ version, project, name, revision }: Referrer): string {
  return [version, project, name, revision].join('/')
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
  importsOf: (revision: Revision) => readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const ids = new Map(environments.map((each) => [nameKey(each.organizationId, each), each.id]))
  const counts = new Map<string, number>()
  for (const organizationId of new Set(environments.map((each) => each.organizationId))) {
    let after: Environment | null = null
    for (;;) {
      const page: { readonly items: readonly Environment[]; readonly more: boolean } =
        await transaction.environments.list([organizationId], after, 500)
      for (const candidate of page.items) {
        const revision = await transaction.revisions.latest(candidate.id)
        if (revision === null || revision.source.length === 0) continue
        const named = importsOf(revision).flatMap((text) => {
          const name = parseImportName(text)
          return name === null ? [] : [ids.get(nameKey(organizationId, name))]
        })
        for (const id of new Set(named)) {
          if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1)
        }
      }
      after = page.items.at(-1) ?? null
      if (!page.more || after === null) break
    }
  }
  return counts
}

function nameKey(
  organizationId: string,
  { project, name }: { readonly project: string; readonly name: string },
) {
  return `${organizationId}/${project}/${name}`
}

async function versionsNamed(
  transaction: ReadTransaction,
  candidate: Environment,
  target: Environment,
  importsOf: (revision: Revision) => readonly string[],
): Promise<readonly string[]> {
  const revision = await transaction.revisions.latest(candidate.id)
  if (revision === null || revision.source.length === 0) return []
  const versions = importsOf(revision).flatMap((text) => {
    const name = parseImportName(text)
    return name?.project === target.project && name.name === target.name ? [name.version || latest] : []
  })
  return [...new Set(versions)]
}

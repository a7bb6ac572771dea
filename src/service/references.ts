import type { Environment, ReadTransaction, Revision, Transaction } from '../store/index.ts'
import { parseImportName } from './names.ts'
import { latest } from './revision-lookup.ts'

/**
 * Inserts a revision and notes which environments it takes values from, by `imports` or inside a value, so that who uses an
 * environment is found without reading all texts.
 */
export async function insertRevision(
  transaction: Transaction,
  revision: Revision,
  named: readonly string[],
): Promise<void> {
  await transaction.revisions.insert(revision)
  const names = named.flatMap((text) => {
    const wanted = parseImportName(text)
    return wanted === null ? [] : [wanted]
  })
  if (names.length === 0) return
  await transaction.environmentReferences.insert(
    names.map(({ project, name, version }) => ({
      environmentId: revision.environmentId,
      revision: revision.number,
      project,
      name,
      version,
    })),
  )
}

/** An environment that gets other values when another one changes, and its revisions that do. */
export interface AffectedImporter {
  readonly environment: Environment
  readonly revisions: readonly number[]
}

const mostImporters = 256
const pageLength = 500

/**
 * The live environments whose newest definition takes values from `version` of an environment, directly or through others that are
 * not pinned; 256 at most.
 */
export async function affectedImporters(
  transaction: ReadTransaction,
  changed: Pick<Environment, 'id' | 'organizationId' | 'project' | 'name'>,
  version: string,
): Promise<readonly AffectedImporter[]> {
  const found = new Map<string, AffectedImporter>()
  const queue: { readonly target: typeof changed; readonly version: string }[] = [
    { target: changed, version },
  ]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { target } = next
    const { items } = await transaction.environmentReferences.referrers(
      target.organizationId,
      target,
      false,
      null,
      pageLength,
    )
    for (const reference of items) {
      const known = found.has(reference.environmentId) || reference.environmentId === changed.id
      if (reference.version !== next.version || known || found.size >= mostImporters) continue
      const environment = await transaction.environments.get(reference.environmentId)
      if (environment === null) continue
      found.set(environment.id, { environment, revisions: [reference.revision] })
      queue.push({ target: environment, version: latest })
    }
  }
  return [...found.values()]
}

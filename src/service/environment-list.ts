import { AppError } from '../diag/index.ts'
import type { Environment, EnvironmentKey, EnvironmentTag, ReadTransaction } from '../store/index.ts'
import {
  authorizeOrganization,
  enterOrganization,
  holdsAll,
  type OrganizationAccess,
  permissionsOn,
} from './access.ts'
import type { Caller } from './caller.ts'

/** An environment in a list, with its tags. */
export interface EnvironmentEntry {
  readonly environment: Environment
  readonly tags: readonly EnvironmentTag[]
}

/** One page of a list; `nextToken` is null on the last one. */
export interface EnvironmentPage {
  readonly entries: readonly EnvironmentEntry[]
  readonly nextToken: string | null
}

/** From where on to list, and how much. */
export interface ListOptions {
  readonly continuationToken?: string | undefined
  readonly maxResults?: number | undefined
}

/** The environments that the caller may read, of all organizations of theirs or of one; one page of them. */
export async function listEnvironments(
  transaction: ReadTransaction,
  caller: Caller,
  only: string | null,
  { continuationToken, maxResults }: ListOptions,
  pageSize: number,
): Promise<EnvironmentPage> {
  const places = await organizationsOf(transaction, caller, only)
  const limit = Math.min(maxResults ?? pageSize, 500)
  const ids = places.map((place) => place.organization.id)
  const readable: Environment[] = []
  let after = readKey(continuationToken)
  let more = ids.length > 0
  while (more && readable.length < limit) {
    const page = await transaction.environments.list(ids, after, limit)
    for (const [index, environment] of page.items.entries()) {
      const place = places.find((each) => each.organization.id === environment.organizationId)!
      after = environment
      more = page.more || index < page.items.length - 1
      const isReadable = holdsAll(place) || (await permissionsOn(transaction, place, environment)).has('read')
      if (isReadable) readable.push(environment)
      if (readable.length === limit) break
    }
    if (page.items.length === 0) more = false
  }
  const tags = await tagsOf(transaction, readable)
  return {
    entries: readable.map((environment) => ({ environment, tags: tags.get(environment.id) ?? [] })),
    nextToken: more && after !== null ? writeKey(after) : null,
  }
}

/** The tags of environments that stand in order: by id. */
async function tagsOf(
  transaction: ReadTransaction,
  environments: readonly Environment[],
): Promise<ReadonlyMap<string, readonly EnvironmentTag[]>> {
  const found: EnvironmentTag[] = []
  for (const [organizationId, own] of Map.groupBy(environments, (each) => each.organizationId)) {
    const [first, last] = [own[0], own.at(-1)]
    if (first !== undefined && last !== undefined)
      found.push(...(await transaction.environmentTags.ofPage(organizationId, first, last)))
  }
  return Map.groupBy(found, ({ environmentId }) => environmentId)
}

async function organizationsOf(
  transaction: ReadTransaction,
  caller: Caller,
  only: string | null,
): Promise<readonly OrganizationAccess[]> {
  if (only !== null) return [await authorizeOrganization(transaction, caller, 'environment:list', only)]
  const names: string[] = []
  if (caller.user !== null) {
    const memberships = await transaction.memberships.ofUser(caller.user.id)
    names.push(...memberships.map(({ organization }) => organization.name))
  } else if (caller.token.organizationId !== null) {
    const organization = await transaction.organizations.get(caller.token.organizationId)
    if (organization !== null) names.push(organization.name)
  }
  const places = await Promise.all(names.map((name) => enterOrganization(transaction, caller, name)))
  return places.filter((place) => place !== null)
}

/** The place to go on is the last entry's name. It says nothing that the reader did not get. */
function writeKey({ organization, project, name }: EnvironmentKey): string {
  return Buffer.from(JSON.stringify([organization, project, name])).toString('base64url')
}

function readKey(token: string | undefined): EnvironmentKey | null {
  if (token === undefined) return null
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string')) {
      const [organization, project, name] = parts as [string, string, string]
      return { organization, project, name }
    }
  } catch {
    // Told below, like every other text that is no continuation token.
  }
  throw new AppError('REQUEST_INVALID', {
    what: 'invalid continuationToken: wanted the `nextToken` of the page before',
    hint: 'leave it out to start from the first page',
  })
}

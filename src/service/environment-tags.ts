import { AppError } from '../diag/index.ts'
import type { Environment, EnvironmentTag, ReadTransaction, Transaction } from '../store/index.ts'
import { type EnvironmentAccess, type OrganizationAccess, permissionsOn } from './access.ts'
import { checkName, formatName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { decidingTags } from './role-grants.ts'

/** A change of a tag; `currentTag.value` is what the caller saw. */
export interface TagChange {
  readonly currentTag?: { readonly value?: string | undefined } | undefined
  /** An absent or empty member keeps what there is. */
  readonly newTag?: { readonly name?: string | undefined; readonly value?: string | undefined } | undefined
}

/** The use cases of an environment's key/value tags. */
export interface EnvironmentTags {
  /** By name, strictly after `after`. */
  list(
    access: EnvironmentAccess,
    page: { readonly after?: string | undefined; readonly count?: number | undefined },
  ): Promise<{ readonly tags: readonly EnvironmentTag[]; readonly more: boolean }>
  /** @throws AppError TAG_NOT_FOUND */
  get(access: EnvironmentAccess, name: string): Promise<EnvironmentTag>
  /** @throws AppError NAME_INVALID, REQUEST_INVALID for an empty value, TAG_EXISTS */
  create(
    access: EnvironmentAccess,
    tag: { readonly name: string; readonly value: string },
  ): Promise<EnvironmentTag>
  /** @throws AppError TAG_NOT_FOUND, TAG_CHANGED when the current value is another, TAG_EXISTS for the new name */
  update(access: EnvironmentAccess, name: string, change: TagChange): Promise<EnvironmentTag>
  /** @throws AppError TAG_NOT_FOUND */
  delete(access: EnvironmentAccess, name: string): Promise<void>
  /** The values in use of each tag name, of environments that the caller may read. */
  values(access: OrganizationAccess): Promise<ReadonlyMap<string, readonly string[]>>
}

const longestPage = 500
const longestValue = 1_000

/** The use cases of environment tags over the service's parts. */
export function createEnvironmentTags(parts: ServiceParts): EnvironmentTags {
  return {
    list: ({ environment }, { after, count }) =>
      parts.store.read(async (transaction) => {
        const page = await transaction.environmentTags.list(
          environment.id,
          after === undefined || after === '' ? null : after,
          Math.min(count ?? longestPage, longestPage),
        )
        return { tags: page.items, more: page.more }
      }),
    get: ({ environment }, name) =>
      parts.store.read(async (transaction) => {
        const tag = await transaction.environmentTags.get(environment.id, name)
        if (tag === null) throw missing(environment, name)
        return tag
      }),
    create: (access, { name, value }) =>
      parts.store.change(async (transaction) => {
        const { environment, caller } = access
        await mayDecide(transaction, access, name)
        const nowMs = parts.clock().getTime()
        const tag: EnvironmentTag = {
          environmentId: environment.id,
          name: checkName('environmentTag', name),
          value: checkValue(value),
          editor: caller.actor,
          createdMs: nowMs,
          modifiedMs: nowMs,
        }
        if (!(await transaction.environmentTags.insert(tag))) throw exists(environment, name)
        await told(transaction, parts, access, 'created', name)
        return tag
      }),
    update: (access, name, change) => updateTag(parts, access, name, change),
    delete: (access, name) =>
      parts.store.change(async (transaction) => {
        const { environment } = access
        await mayDecide(transaction, access, name)
        if (!(await transaction.environmentTags.delete(environment.id, name)))
          throw missing(environment, name)
        await told(transaction, parts, access, 'deleted', name)
      }),
    values: (access) => valuesInUse(parts, access),
  }
}

/**
 * Where a role's rule names a tag, whoever changes that tag grants rights or takes them: that needs `share` (S-18).
 *
 * @throws AppError FORBIDDEN
 */
async function mayDecide(
  transaction: ReadTransaction,
  { environment, permissions }: EnvironmentAccess,
  ...names: readonly (string | undefined)[]
): Promise<void> {
  if (permissions.has('share')) return
  const deciding = await decidingTags(transaction, environment.organizationId)
  const decides = names.find((name) => name !== undefined && deciding.has(name))
  if (decides === undefined) return
  throw new AppError('FORBIDDEN', {
    permission: 'share',
    resource: `${formatName(environment)}: a role goes by its tag ${decides}`,
    who: 'an administrator of the environment',
  })
}

async function told(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  action: 'created' | 'updated' | 'deleted',
  tagName: string,
): Promise<void> {
  await note(transaction, parts, access, {
    event: `environment-tag-${action}`,
    environment: access.environment,
    facts: { tag: tagName },
    hook: { filter: `environment_tag_${action}`, kind: 'environment_tag', action, details: { tagName } },
  })
}

function missing(environment: Environment, tag: string): AppError {
  return new AppError('TAG_NOT_FOUND', { tag: tag.slice(0, 100), environment: formatName(environment) })
}

function exists(environment: Environment, tag: string): AppError {
  return new AppError('TAG_EXISTS', { tag, environment: formatName(environment) })
}

function checkValue(value: string): string {
  if (value === '' || value.length > longestValue || /\p{Cc}/u.test(value)) {
    throw new AppError('REQUEST_INVALID', {
      what: `invalid tag value: wanted 1 to ${longestValue} characters without control characters`,
      hint: '',
    })
  }
  return value
}

async function updateTag(
  parts: ServiceParts,
  access: EnvironmentAccess,
  name: string,
  { currentTag, newTag }: TagChange,
): Promise<EnvironmentTag> {
  const { environment, caller } = access
  return await parts.store.change(async (transaction) => {
    const current = await transaction.environmentTags.get(environment.id, name)
    if (current === null) throw missing(environment, name)
    await mayDecide(transaction, access, name, newTag?.name)
    const expected = currentTag?.value
    if (expected !== undefined && expected !== current.value) {
      throw new AppError('TAG_CHANGED', { tag: name, environment: formatName(environment) })
    }
    const tag: EnvironmentTag = {
      ...current,
      name: newTag?.name ? checkName('environmentTag', newTag.name) : current.name,
      value: newTag?.value ? checkValue(newTag.value) : current.value,
      editor: caller.actor,
      modifiedMs: parts.clock().getTime(),
    }
    if (!(await transaction.environmentTags.update(name, tag))) throw exists(environment, tag.name)
    await told(transaction, parts, access, 'updated', tag.name)
    return tag
  })
}

async function valuesInUse(
  parts: ServiceParts,
  access: OrganizationAccess,
): Promise<ReadonlyMap<string, readonly string[]>> {
  return await parts.store.read(async (transaction) => {
    const values = new Map<string, Set<string>>()
    const readable = new Map<string, boolean>()
    for (const { name, value, environmentId } of await transaction.environmentTags.valuesOf(
      access.organization.id,
      10_000,
    )) {
      if (!readable.has(environmentId)) {
        const environment = await transaction.environments.get(environmentId)
        const held = environment && (await permissionsOn(transaction, access, environment))
        readable.set(environmentId, held?.has('read') ?? false)
      }
      if (readable.get(environmentId)) values.set(name, (values.get(name) ?? new Set()).add(value))
    }
    return new Map([...values].map(([name, set]) => [name, [...set]]))
  })
}

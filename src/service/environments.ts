import { AppError } from '../diag/index.ts'
import type {
  Actor,
  Environment,
  EnvironmentKey,
  EnvironmentTag,
  ReadTransaction,
  Transaction,
} from '../store/index.ts'
import { unsealSecrets } from '../syntax/index.ts'
import {
  authorizeEnvironment,
  authorizeOrganization,
  type EnvironmentAccess,
  enterOrganization,
  type OrganizationAccess,
  permissionsOn,
} from './access.ts'
import { refuseGatedOpen, refuseGatedUpdate } from './approvals.ts'
import type { Caller } from './caller.ts'
import {
  appendRevision,
  type Definition,
  definitionOf,
  prepareText,
  type WriteResult,
} from './definitions.ts'
import { checkName, defaultProject, formatName } from './names.ts'
import { type Happening, note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import type { EnvironmentPermission, OrganizationPermission } from './permissions.ts'
import { etagHolds, etagOf, hashContent, latest, usableRevision } from './revision-lookup.ts'

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

export interface ListOptions {
  readonly continuationToken?: string | undefined
  readonly maxResults?: number | undefined
}

export interface CreateRequest {
  readonly project?: string | undefined
  readonly name: string
}

/** The use cases of environments and their newest definition. */
export interface Environments {
  /** @see authorizeEnvironment */
  authorize(
    caller: Caller,
    needs: EnvironmentPermission,
    name: Pick<Environment, 'organization' | 'project' | 'name'>,
  ): Promise<EnvironmentAccess>
  /** @see authorizeOrganization */
  authorizeOrganization(
    caller: Caller,
    needs: OrganizationPermission,
    organization: string,
  ): Promise<OrganizationAccess>
  /** Environments that the caller may read, of all organizations of theirs or of one, by name. */
  list(caller: Caller, organization: string | null, options: ListOptions): Promise<EnvironmentPage>
  /** Makes an environment whose revision 1 is the empty text. @throws AppError NAME_INVALID, ENVIRONMENT_EXISTS */
  create(access: OrganizationAccess, request: CreateRequest): Promise<Environment>
  /** The stored text at a version, secrets sealed. */
  read(access: EnvironmentAccess, version?: string): Promise<Definition>
  /** The text at a version with its stored secrets in clear; providers are not called. */
  decrypt(access: EnvironmentAccess, version?: string): Promise<Definition>
  /** Replaces the definition. `etag` absent or empty = unconditional. @throws AppError DIAGNOSTICS, ETAG_MISMATCH */
  update(access: EnvironmentAccess, source: Uint8Array, etag?: string): Promise<WriteResult>
  /** @throws AppError DELETION_PROTECTED */
  delete(access: EnvironmentAccess): Promise<void>
  updateSettings(
    access: EnvironmentAccess,
    change: { readonly deletionProtected?: boolean | undefined },
  ): Promise<{ readonly deletionProtected: boolean }>
  listDeleted(access: OrganizationAccess): Promise<readonly Environment[]>
  restore(
    access: OrganizationAccess,
    request: { readonly project: string; readonly name: string },
  ): Promise<void>
  /** Makes another the owner; gives the one before. */
  changeOwner(access: EnvironmentAccess, login: string): Promise<Actor>
}

const unconditionalTries = 5

export function createEnvironments(parts: ServiceParts): Environments {
  return {
    authorize: (caller, needs, name) =>
      parts.store.read((transaction) => authorizeEnvironment(transaction, caller, needs, name)),
    authorizeOrganization: (caller, needs, organization) =>
      parts.store.read((transaction) => authorizeOrganization(transaction, caller, needs, organization)),
    list: (caller, organization, options) =>
      parts.store.read((transaction) =>
        listEnvironments(transaction, caller, organization, options, parts.pageSize ?? 100),
      ),
    create: (access, request) =>
      parts.store.change((transaction) =>
        insertEnvironment(transaction, parts, access, {
          ...request,
          sources: [emptyText],
          event: 'environment-created',
        }),
      ),
    read: (access, version = latest) =>
      parts.store.read(async (transaction) =>
        definitionOf(await usableRevision(transaction, access.environment, version)),
      ),
    decrypt: (access, version = latest) => decrypt(parts, access, version),
    update: (access, source, etag) => update(parts, access, source, etag),
    delete: (access) =>
      parts.store.change(async (transaction) => {
        const { environment } = access
        if (await transaction.environments.delete(environment.id, parts.clock().getTime())) {
          await note(transaction, parts, access, {
            event: 'environment-deleted',
            environment,
            hook: { filter: 'environment_deleted', kind: 'environment', action: 'deleted' },
          })
          return
        }
        const now = await transaction.environments.get(environment.id)
        const facts = { environment: formatName(environment) }
        throw new AppError(now?.deletionProtected ? 'DELETION_PROTECTED' : 'ENVIRONMENT_NOT_FOUND', facts)
      }),
    updateSettings: (access, { deletionProtected }) =>
      parts.store.change(async (transaction) => {
        const { id } = access.environment
        if (deletionProtected !== undefined) {
          await transaction.environments.update(id, { deletionProtected })
          const event = `environment-deletion-protection-${deletionProtected ? 'enabled' : 'disabled'}`
          await note(transaction, parts, access, { event, environment: access.environment })
        }
        const now = await transaction.environments.get(id)
        return { deletionProtected: now?.deletionProtected ?? false }
      }),
    listDeleted: (access) =>
      parts.store.read(
        async (transaction) =>
          (await transaction.environments.listDeleted(access.organization.id, null, 500)).items,
      ),
    restore: (access, request) =>
      parts.store.change((transaction) => restore(transaction, parts, access, request)),
    changeOwner: (access, login) =>
      parts.store.change((transaction) => changeOwner(transaction, access, login)),
  }
}

/** What a new environment holds. */
export const emptyText: Uint8Array = new Uint8Array(0)

async function listEnvironments(
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
      const place = places.find(({ organization }) => organization.id === environment.organizationId)!
      after = environment
      more = page.more || index < page.items.length - 1
      if ((await permissionsOn(transaction, place, environment)).has('read')) readable.push(environment)
      if (readable.length === limit) break
    }
    if (page.items.length === 0) more = false
  }
  const tags = await transaction.environmentTags.ofEnvironments(readable.map(({ id }) => id))
  return {
    entries: readable.map((environment) => ({
      environment,
      tags: tags.filter((tag) => tag.environmentId === environment.id),
    })),
    nextToken: more && after !== null ? writeKey(after) : null,
  }
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

/** What an environment is made of besides its name. */
export interface NewEnvironmentRequest extends CreateRequest {
  /** The texts of its revisions, from 1. */
  readonly sources: readonly Uint8Array[]
  /** The audit trail's name for how it came to be. */
  readonly event: string
}

/**
 * Inserts an environment with its revisions, and its project when it is the first one there.
 *
 * @throws AppError NAME_INVALID, ENVIRONMENT_EXISTS
 */
export async function insertEnvironment(
  transaction: Transaction,
  parts: ServiceParts,
  scene: OrganizationAccess,
  request: NewEnvironmentRequest,
): Promise<Environment> {
  const { caller, organization } = scene
  const project = checkName('project', request.project || defaultProject)
  const name = checkName('environment', request.name)
  const nowMs = parts.clock().getTime()
  const taken = () =>
    new AppError('ENVIRONMENT_EXISTS', {
      environment: formatName({ organization: organization.name, project, name }),
    })
  let home = await transaction.projects.find(organization.id, project)
  if (home === null) {
    home = { id: parts.ids(), organizationId: organization.id, name: project, createdMs: nowMs }
    if (!(await transaction.projects.insert(home))) {
      throw new AppError('CONFLICT', {
        what: `project \`${project}\` exists in another letter case`,
        hint: 'use the spelling that `esc env ls` shows',
      })
    }
  }
  const environment = {
    id: parts.ids(),
    projectId: home.id,
    name,
    latest: request.sources.length,
    ownedBy: caller.actor,
    deletionProtected: false,
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
  if (!(await transaction.environments.insert(environment))) throw taken()
  for (const [index, source] of request.sources.entries()) {
    await transaction.revisions.insert({
      environmentId: environment.id,
      number: index + 1,
      source,
      contentHash: hashContent(source),
      creator: caller.actor,
      createdMs: nowMs,
      retraction: null,
      sourceChangeRequest: null,
    })
  }
  const made = (await transaction.environments.get(environment.id))!
  await note(transaction, parts, scene, {
    event: request.event,
    environment: made,
    hook: { filter: 'environment_created', kind: 'environment', action: 'created' },
  })
  return made
}

async function decrypt(parts: ServiceParts, access: EnvironmentAccess, version: string): Promise<Definition> {
  const { environment, organization } = access
  const revision = await parts.store.change(async (transaction) => {
    // Secrets in clear are what an open gate keeps.
    await refuseGatedOpen(transaction, environment, access.caller.ownerId, parts.clock().getTime())
    const found = await usableRevision(transaction, environment, version)
    await note(transaction, parts, access, {
      event: 'environment-decrypted',
      environment,
      facts: { revision: found.number },
    })
    return found
  })
  return { ...definitionOf(revision), source: await unseal(parts, access, revision.source, organization) }
}

/** A stored text with its secrets in clear. */
async function unseal(
  parts: ServiceParts,
  { environment }: EnvironmentAccess,
  source: Uint8Array,
  organization: OrganizationAccess['organization'],
): Promise<Uint8Array> {
  if (source.length === 0) return source
  const crypter = parts.crypterFor(environment, organization)
  const clear = await unsealSecrets(`${environment.project}/${environment.name}`, source, crypter)
  if (clear.diagnostics.some(({ severity }) => severity === 'error')) {
    throw new AppError('DIAGNOSTICS', {}, { diagnostics: clear.diagnostics })
  }
  return clear.changed ? clear.source : source
}

async function update(
  parts: ServiceParts,
  access: EnvironmentAccess,
  source: Uint8Array,
  etag: string | undefined,
): Promise<WriteResult> {
  const { environment } = access
  const current = () => parts.store.read((transaction) => transaction.revisions.latest(environment.id))
  const base = await current()
  const mismatch = () => new AppError('ETAG_MISMATCH', { environment: formatName(environment) })
  const conditional = etag !== undefined && etag !== '' && etag !== '*'
  const prepared = await prepareText(parts, access, source)
  await parts.store.read((transaction) => refuseGatedUpdate(transaction, environment))
  if (base === null || !etagHolds(etag, etagOf(base))) throw mismatch()
  let expected = base.number
  for (let attempt = 1; ; attempt += 1) {
    try {
      const revision = await parts.store.change(async (transaction) => {
        const appended = await appendRevision(transaction, environment, expected, prepared.source, {
          caller: access.caller,
          nowMs: parts.clock().getTime(),
        })
        await note(transaction, parts, access, updated(environment, appended.number))
        return appended
      })
      return { revision: revision.number, etag: etagOf(revision), diagnostics: prepared.diagnostics }
    } catch (error) {
      const raced = error instanceof AppError && error.code === 'ETAG_MISMATCH'
      if (conditional || !raced || attempt === unconditionalTries) throw error
      expected = (await current())?.number ?? expected
    }
  }
}

/** A new revision, as it is written down. */
export function updated(environment: Environment, revision: number): Happening {
  return {
    event: 'environment-updated',
    environment,
    facts: { revision },
    hook: {
      filter: 'environment_revision_created',
      kind: 'environment_revision',
      action: 'created',
      details: { revision },
    },
  }
}

async function restore(
  transaction: Transaction,
  parts: ServiceParts,
  access: OrganizationAccess,
  { project, name }: { readonly project: string; readonly name: string },
): Promise<void> {
  const { organization } = access
  const facts = { environment: formatName({ organization: organization.name, project, name }) }
  const deleted = await transaction.environments.findDeleted(organization.id, project, name)
  if (deleted === null) throw new AppError('ENVIRONMENT_NOT_FOUND', facts)
  if (!(await transaction.environments.restore(deleted.id, parts.clock().getTime()))) {
    throw new AppError('ENVIRONMENT_EXISTS', facts)
  }
  await note(transaction, parts, access, { event: 'environment-restored', environment: deleted })
}

async function changeOwner(
  transaction: Transaction,
  { environment, organization }: EnvironmentAccess,
  login: string,
): Promise<Actor> {
  const user = await transaction.users.find(login)
  const member = user && (await transaction.memberships.get(organization.id, user.id))
  if (user === null || member === null) throw new AppError('NOT_FOUND', { what: 'member', id: login })
  const before = environment.ownedBy
  await transaction.environments.update(environment.id, {
    ownedBy: { id: user.id, login: user.login, name: user.name },
  })
  return before
}

import { AppError } from '../diag/index.ts'
import type { Actor, Environment, Revision, Transaction } from '../store/index.ts'
import {
  authorizeEnvironment,
  authorizeOrganization,
  type EnvironmentAccess,
  type OrganizationAccess,
} from './access.ts'
import { refuseGatedOpen } from './approvals.ts'
import type { Caller } from './caller.ts'
import { type Definition, definitionOf, type WriteResult } from './definitions.ts'
import { type CreateRequest, insertEnvironment } from './environment-create.ts'
import { type EnvironmentPage, type ListOptions, listEnvironments } from './environment-list.ts'
import { updateDefinition } from './environment-update.ts'
import { formatName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import type { EnvironmentPermission, OrganizationPermission } from './permissions.ts'
import { latest, usableRevision } from './revision-lookup.ts'
import { unsealText } from './texts.ts'
import { crypterOf, textOf } from './value-crypters.ts'

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

/** The use cases of environments over the service's parts. */
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
          isEmpty: true,
          event: 'environment-created',
        }),
      ),
    read: (access, version = latest) =>
      parts.store.read(async (transaction) =>
        definitionOf(await usableRevision(transaction, access.environment, version)),
      ),
    decrypt: (access, version = latest) => decrypt(parts, access, version),
    update: (access, source, etag) => updateDefinition(parts, access, source, etag),
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
      parts.store.change((transaction) => changeOwner(transaction, parts, access, login)),
  }
}

async function decrypt(parts: ServiceParts, access: EnvironmentAccess, version: string): Promise<Definition> {
  const { environment } = access
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
  return { ...definitionOf(revision), source: await unseal(parts, access, revision) }
}

/** A stored text with its secrets in clear; one that was altered or moved stays as it is, and says so (S-02). */
async function unseal(
  parts: ServiceParts,
  access: EnvironmentAccess,
  revision: Revision,
): Promise<Uint8Array> {
  const { source } = revision
  if (source.length === 0) return source
  const { project, name } = access.environment
  const crypter = crypterOf(parts, access, textOf(revision))
  const text = { organization: access.organization, name: `${project}/${name}`, source }
  const clear = await unsealText(parts, text, crypter.decrypt, (error) =>
    error instanceof AppError && error.code === 'VALUE_INTEGRITY_FAILED' ? error.message : null,
  )
  if (clear.diagnostics.some(({ severity }) => severity === 'error')) {
    throw new AppError('DIAGNOSTICS', {}, { diagnostics: clear.diagnostics })
  }
  return clear.changed ? clear.source : source
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
  parts: ServiceParts,
  access: EnvironmentAccess,
  login: string,
): Promise<Actor> {
  const { environment, organization } = access
  const user = await transaction.users.find(login)
  const member = user && (await transaction.memberships.get(organization.id, user.id))
  if (user === null || member === null) throw new AppError('NOT_FOUND', { what: 'member', id: login })
  const before = environment.ownedBy
  await transaction.environments.update(environment.id, {
    ownedBy: { id: user.id, login: user.login, name: user.name },
  })
  await note(transaction, parts, access, {
    event: 'environment-owner-changed',
    environment,
    facts: { member: login },
  })
  return before
}

import { AppError } from '../diag/index.ts'
import type { Environment, Transaction } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import { takeName } from './minted-subjects.ts'
import { checkName, defaultProject, formatName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { insertRevision } from './references.ts'
import { hashContent } from './revision-lookup.ts'

/** The name of a new environment. */
export interface CreateRequest {
  readonly project?: string | undefined
  readonly name: string
  /** The subject that an administrator lets pass to the new environment. @see takeName */
  readonly confirmSubject?: string | undefined
}

/** What a new environment holds. */
export const emptyText: Uint8Array = new Uint8Array(0)

/** What an environment is made of besides its name. */
export interface NewEnvironmentRequest extends CreateRequest {
  /** Whether it gets an empty text as its first revision; else whoever makes it adds some. */
  readonly isEmpty: boolean
  /** The audit trail's name for how it came to be. */
  readonly event: string
  /** The ids that it and a new project get; fresh ones when absent. */
  readonly ids?: { readonly environment: string; readonly project: string }
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
  const inherited = await takeName(transaction, scene, { project, name }, request.confirmSubject)
  let home = await transaction.projects.find(organization.id, project)
  if (home === null) {
    home = {
      id: request.ids?.project ?? parts.ids(),
      organizationId: organization.id,
      name: project,
      createdMs: nowMs,
    }
    if (!(await transaction.projects.insert(home))) {
      throw new AppError('CONFLICT', {
        what: `project \`${project}\` exists in another letter case`,
        hint: 'use the spelling that `esc env ls` shows',
      })
    }
  }
  const environment = {
    id: request.ids?.environment ?? parts.ids(),
    projectId: home.id,
    name,
    latest: request.isEmpty ? 1 : 0,
    ownedBy: caller.actor,
    deletionProtected: false,
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
  if (!(await transaction.environments.insert(environment))) throw taken()
  if (request.isEmpty) {
    const revision = {
      environmentId: environment.id,
      number: 1,
      source: emptyText,
      contentHash: hashContent(emptyText),
      bonds: '{}',
      creator: caller.actor,
      createdMs: nowMs,
      retraction: null,
      sourceChangeRequest: null,
    }
    await insertRevision(transaction, revision, [])
  }
  const made = (await transaction.environments.get(environment.id))!
  await note(transaction, parts, scene, {
    event: request.event,
    environment: made,
    ...(inherited === null ? {} : { facts: { subject: inherited } }),
    hook: { filter: 'environment_created', kind: 'environment', action: 'created' },
  })
  return made
}

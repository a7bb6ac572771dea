import { AppError } from '../diag/index.ts'
import type { Environment, ReadTransaction } from '../store/index.ts'
import { authorizeEnvironment, enterOrganization, type OrganizationAccess, permissionsOn } from './access.ts'
import { refuseGatedOpen } from './approvals.ts'
import { formatName } from './names.ts'
import { usableRevision } from './revision-lookup.ts'

/** A revision whose text an evaluation used, under the name and version that led to it. */
export interface UsedRevision {
  readonly environment: Environment
  readonly version: string
  readonly revision: number
}

/** Everything that one evaluation rests on. */
export interface UsedWorld {
  readonly access: OrganizationAccess
  /** `null` for text that belongs to no environment. */
  readonly root: Environment | null
  /** The root's own text where it is a stored one, and every import. */
  readonly used: readonly UsedRevision[]
  readonly nowMs: number
}

/**
 * Whether every text that was used is still the one its name leads to, and may still be opened: if so in one snapshot, the
 * evaluation is what that snapshot gives, however much happened while it ran (S-22).
 *
 * @throws AppError ENVIRONMENT_NOT_FOUND, FORBIDDEN, APPROVAL_NEEDED when the root itself may no longer be opened
 */
export async function isSameWorld(
  transaction: ReadTransaction,
  { access, root, used, nowMs }: UsedWorld,
): Promise<boolean> {
  const { caller, organization } = access
  if (root !== null) {
    await authorizeEnvironment(transaction, caller, 'open', root)
    await refuseGatedOpen(transaction, root, caller.ownerId, nowMs)
  }
  const entered = await enterOrganization(transaction, caller, organization.name)
  if (entered === null) return false
  for (const { environment, version, revision } of used) {
    const { project, name } = environment
    const now = await transaction.environments.find(organization.id, project, name)
    if (now?.id !== environment.id) return false
    if (now.id !== root?.id) {
      if (!(await permissionsOn(transaction, entered, now)).has('open')) return false
      if (!(await mayOpenNow(transaction, now, caller.ownerId, nowMs))) return false
    }
    const found = await usableRevision(transaction, now, version).catch(() => null)
    if (found?.number !== revision) return false
  }
  return true
}

async function mayOpenNow(
  transaction: ReadTransaction,
  environment: Environment,
  ownerId: string,
  nowMs: number,
): Promise<boolean> {
  try {
    await refuseGatedOpen(transaction, environment, ownerId, nowMs)
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/** The refusal of an open whose texts or rights changed each time it was tried. */
export function worldChanged(root: Environment | null): AppError {
  const what = root === null ? 'what the text imports' : `\`${formatName(root)}\` or what it imports`
  return new AppError('CONFLICT', {
    what: `${what} was changed while it was opened`,
    hint: 'nothing was opened; try again',
  })
}

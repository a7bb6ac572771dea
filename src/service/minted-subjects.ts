import { AppError } from '../diag/index.ts'
import type { ReadTransaction, Store, Transaction } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import { defaultProject, formatName } from './names.ts'

/**
 * Whose environment's name stood in a token last, and which roles it was let into. Clouds trust names, so a name that was
 * trusted must not pass to another environment unnoticed (S-36).
 */
export interface MintedSubject {
  readonly environmentId: string
  readonly subject: string
  readonly lastMintedMs: number
  /** The roles that were assumed last, newest first. */
  readonly roles: readonly string[]
}

const mostRoles = 5
/** How old the time of the last token may be: not every token costs a write. */
const staleMilliseconds = 24 * 3_600_000

const settingOf = (project: string, name: string) => `subject:${project}/${name}`

/** The environment names that a token of the first issuer speaks of: the one opened, and the one that declares the login. */
export interface NamedInToken {
  readonly organizationId: string
  readonly subject: string
  readonly opened: { readonly project: string; readonly name: string } | null
  /** `project/name`, or `name` in the default project; `<yaml>` for anonymous text. */
  readonly declaredIn: string
}

/** Notes a subject before its token is used. Resolves when it is durable. */
export async function rememberSubject(store: Store, nowMs: number, named: NamedInToken): Promise<void> {
  const { organizationId, subject } = named
  const due = async (transaction: ReadTransaction) => {
    const found: (readonly [string, MintedSubject])[] = []
    for (const { project, name } of namesIn(named)) {
      const environment = await transaction.environments.find(organizationId, project, name)
      if (environment === null) continue
      const setting = settingOf(project, name)
      const kept = await recordIn(transaction, organizationId, setting)
      const isOwn = kept?.environmentId === environment.id
      if (isOwn && kept.subject === subject && nowMs - kept.lastMintedMs < staleMilliseconds) continue
      const roles = isOwn ? kept.roles : []
      found.push([setting, { environmentId: environment.id, subject, lastMintedMs: nowMs, roles }])
    }
    return found
  }
  if ((await store.read(due)).length === 0) return
  await store.change(async (transaction) => {
    for (const [setting, record] of await due(transaction))
      await transaction.settings.put(organizationId, setting, record)
  })
}

/** Notes a role that a subject was let into. */
export async function rememberRole(store: Store, named: NamedInToken, roleArn: string): Promise<void> {
  const { organizationId } = named
  const due = async (transaction: ReadTransaction) => {
    const found: (readonly [string, MintedSubject])[] = []
    for (const { project, name } of namesIn(named)) {
      const setting = settingOf(project, name)
      const kept = await recordIn(transaction, organizationId, setting)
      if (kept === null || kept.roles[0] === roleArn) continue
      const roles = [roleArn, ...kept.roles.filter((role) => role !== roleArn)].slice(0, mostRoles)
      found.push([setting, { ...kept, roles }])
    }
    return found
  }
  if ((await store.read(due)).length === 0) return
  await store.change(async (transaction) => {
    for (const [setting, record] of await due(transaction))
      await transaction.settings.put(organizationId, setting, record)
  })
}

/**
 * Lets an environment take a name unless another one's tokens were trusted under it: then an administrator has to say its
 * subject. Gives the subject when that was said.
 *
 * @throws AppError SUBJECT_IN_USE with the subject, the time and the roles
 */
export async function takeName(
  transaction: Transaction,
  { organization, role }: OrganizationAccess,
  { project, name }: { readonly project: string; readonly name: string },
  confirmed: string | undefined,
): Promise<string | null> {
  const kept = await recordIn(transaction, organization.id, settingOf(project, name))
  if (kept === null) return null
  if (role === 'admin' && confirmed === kept.subject) return kept.subject
  const environment = formatName({ organization: organization.name, project, name })
  throw new AppError('SUBJECT_IN_USE', {
    environment,
    subject: kept.subject,
    on: new Date(kept.lastMintedMs).toISOString().slice(0, 10),
    roles: kept.roles.length === 0 ? 'no role that is known' : kept.roles,
  })
}

async function recordIn(
  { settings }: ReadTransaction,
  organizationId: string,
  setting: string,
): Promise<MintedSubject | null> {
  // Only this file writes it.
  return ((await settings.get(organizationId, setting)) as MintedSubject | undefined) ?? null
}

function namesIn({
  opened,
  declaredIn,
}: NamedInToken): readonly { readonly project: string; readonly name: string }[] {
  const [first = '', second] = declaredIn.split('/')
  const declared =
    second === undefined ? { project: defaultProject, name: first } : { project: first, name: second }
  if (opened === null) return [declared]
  const same = opened.project === declared.project && opened.name === declared.name
  return same ? [declared] : [{ project: opened.project, name: opened.name }, declared]
}

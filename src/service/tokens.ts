import { AppError } from '../diag/index.ts'
import type { AccessToken, Transaction } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import { serverTrail } from './audit/append.ts'
import type { Caller } from './caller.ts'
import { provedBy } from './device-login/device-logins.ts'
import { refuseExchangedName } from './fresh-login.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { teamsOf } from './team-grants.ts'

/** What one may say of a new token. */
export interface TokenRequest {
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** When it ends, in epoch seconds; absent or 0 = after the default time. */
  readonly expires?: number | undefined
  /** Only for tokens of an organization. */
  readonly admin?: boolean | undefined
  /** The team that a token of an organization acts for. */
  readonly team?: string | undefined
}

/** A new token. Its text is shown here once and kept nowhere. */
export interface MadeToken {
  readonly id: string
  readonly text: string
}

/** The use cases of access tokens. */
export interface Tokens {
  list(caller: Caller): Promise<readonly AccessToken[]>
  /** @throws AppError REQUEST_INVALID for a life that is too long, FORBIDDEN for callers that are no person */
  create(caller: Caller, request: TokenRequest): Promise<MadeToken>
  /** @throws AppError NOT_FOUND also for other people's tokens */
  revoke(caller: Caller, id: string): Promise<void>
  listOrganization(access: OrganizationAccess): Promise<readonly AccessToken[]>
  createOrganization(access: OrganizationAccess, request: TokenRequest): Promise<MadeToken>
  revokeOrganization(access: OrganizationAccess, id: string): Promise<void>
}

const dayMilliseconds = 86_400_000
const defaultDays = 30
const longestDays = { personal: 365, organization: 90, team: 90 }
const nobody = { userId: null, organizationId: null, team: null, admin: false }

/** The use cases of access tokens over the service's parts. */
export function createTokens(parts: ServiceParts): Tokens {
  const missing = (id: string) => new AppError('NOT_FOUND', { what: 'access token', id: id.slice(0, 100) })
  // People belong to the installation, and so does the trail of their tokens.
  const notePersonal = async (transaction: Transaction, caller: Caller, event: string, token: string) => {
    const organization = { id: serverTrail, name: serverTrail, displayName: serverTrail }
    await note(transaction, parts, { caller, organization }, { event, environment: null, facts: { token } })
  }
  const revoke = async (transaction: Transaction, token: AccessToken | null, id: string) => {
    const revoked = token !== null && (await transaction.tokens.revoke(id, parts.clock().getTime()))
    if (!revoked) throw missing(id)
    if (token.type === 'personal' && token.userId !== null)
      await revokeAllowed(transaction, { id, userId: token.userId }, parts.clock().getTime())
    // What a machine opened goes with its token; a person's sessions belong to the person.
    if (token.userId === null || token.organizationId !== null)
      await transaction.openSessions.deleteOfOwner(id)
  }
  return {
    list: (caller) =>
      parts.store.read(async (transaction) => {
        const owner = personOf(caller)
        return (await transaction.tokens.ofUser(owner, null, 500)).items
      }),
    create: (caller, request) =>
      parts.store.change(async (transaction) => {
        const { row, made } = newToken(parts, caller, request, 'personal')
        await transaction.tokens.insert({ ...row, ...nobody, userId: personOf(caller) })
        await notePersonal(transaction, caller, 'personal-token-created', made.id)
        return made
      }),
    revoke: (caller, id) =>
      parts.store.change(async (transaction) => {
        const token = await transaction.tokens.asStored(id)
        const own = token?.userId === personOf(caller) && token.organizationId === null
        await revoke(transaction, own ? token : null, id)
        await notePersonal(transaction, caller, 'personal-token-deleted', id)
      }, evenWhenFull),
    listOrganization: ({ organization }) =>
      parts.store.read(
        async (transaction) => (await transaction.tokens.ofOrganization(organization.id, null, 500)).items,
      ),
    createOrganization: (access, request) =>
      parts.store.change(async (transaction) => {
        const { organization, caller } = access
        const { team } = request
        if (team !== undefined && !(await teamsOf(transaction, organization.id)).has(team)) {
          throw new AppError('NOT_FOUND', { what: 'team', id: team.slice(0, 100) })
        }
        const { row, made } = newToken(parts, caller, request, team === undefined ? 'organization' : 'team')
        await transaction.tokens.insert({
          ...row,
          ...nobody,
          userId: caller.user?.id ?? null,
          organizationId: organization.id,
          team: team ?? null,
          admin: team === undefined && (request.admin ?? false),
        })
        await note(transaction, parts, access, {
          event: team === undefined ? 'organization-token-created' : 'team-token-created',
          environment: null,
          facts: { token: made.id },
        })
        return made
      }),
    revokeOrganization: (access, id) =>
      parts.store.change(async (transaction) => {
        const token = await transaction.tokens.asStored(id)
        await revoke(transaction, token?.organizationId === access.organization.id ? token : null, id)
        await note(transaction, parts, access, {
          event: 'organization-token-deleted',
          environment: null,
          facts: { token: id },
        })
      }, evenWhenFull),
  }
}

/** The sessions that a personal token allowed end with it (S-11). */
async function revokeAllowed(
  transaction: Transaction,
  { id, userId }: { readonly id: string; readonly userId: string },
  nowMs: number,
): Promise<void> {
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<Transaction['tokens']['ofUser']>> = await transaction.tokens.ofUser(
      userId,
      after,
      500,
    )
    for (const token of page.items) {
      const isLive = token.revokedMs === null && (token.expiresMs ?? 0) > nowMs
      if (token.type === 'session' && isLive && token.description === provedBy(id))
        await transaction.tokens.revoke(token.id, nowMs)
    }
    after = page.items.at(-1)?.id ?? null
    if (!page.more || after === null) return
  }
}

function personOf({ user }: Caller): string {
  if (user !== null) return user.id
  throw new AppError('FORBIDDEN', {
    permission: 'personal tokens',
    resource: 'this account',
    who: 'a person to log in',
  })
}

/** A leaked token must be stopped whatever the state of the disk. */
const evenWhenFull = { fromReserve: true }

/** A token can do no more than the one that makes it, and lives no longer than that one does from end to end (S-12). */
function newToken(
  parts: ServiceParts,
  { token: maker }: Caller,
  { name = '', description = '', expires = 0 }: TokenRequest,
  type: 'personal' | 'organization' | 'team',
) {
  const nowMs = parts.clock().getTime()
  const makersLife = maker.expiresMs === null ? Number.POSITIVE_INFINITY : maker.expiresMs - maker.createdMs
  const longest = Math.min(longestDays[type] * dayMilliseconds, makersLife)
  const asked = expires === 0 ? Math.min(defaultDays * dayMilliseconds, longest) : expires * 1_000 - nowMs
  if (!(asked > 0) || asked > longest) {
    throw new AppError('REQUEST_INVALID', {
      what: `invalid expires: wanted a time in the future, at most ${Math.floor(longest / dayMilliseconds)} days away`,
      hint: 'leave it out for the default',
    })
  }
  const shownName = name || description || type
  refuseExchangedName(shownName)
  const { text, id, secretHash } = parts.tokens.make(type)
  const row = {
    id,
    type,
    name: shownName,
    description,
    secretHash,
    scopes: maker.scopes,
    environmentIds: maker.environmentIds,
    createdMs: nowMs,
    expiresMs: nowMs + asked,
    lastUsedMs: null,
    revokedMs: null,
  }
  return { row, made: { id, text } }
}

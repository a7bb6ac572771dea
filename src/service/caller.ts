import { timingSafeEqual } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import {
  type AccessToken,
  type Actor,
  type ReadTransaction,
  type User,
  withinTenant,
} from '../store/index.ts'
import type { AuditedRequest } from './audit/facts.ts'
import type { ServiceParts } from './parts.ts'

/** Who makes a request, as the access token proved. */
export interface Caller {
  readonly token: AccessToken
  /** The person behind the token; `null` for organization and team tokens. */
  readonly user: User | null
  /** How history names the caller. */
  readonly actor: Actor
  /** What open sessions are bound to: the user, or the token when no user stands behind it. */
  readonly ownerId: string
  /** The request that the caller makes, for the audit trail; absent for what time brings about. */
  readonly request?: AuditedRequest
}

/** `lastUsedMs` is for people; once a minute is exact enough and keeps reads free of writes. */
const touchIntervalMilliseconds = 60_000

const unknownHash = new Uint8Array(32)

/** The use cases around callers. */
export interface Callers {
  /**
   * Proves who sends a token's text.
   *
   * @throws AppError TOKEN_MISSING, TOKEN_INVALID, TOKEN_REVOKED or TOKEN_EXPIRED
   */
  authenticate(text: string | null, request?: AuditedRequest): Promise<Caller>
}

/** The use cases of callers over the service's parts. */
export function createCallers(parts: ServiceParts): Callers {
  return {
    async authenticate(text, request) {
      if (text === null || text === '') throw new AppError('TOKEN_MISSING')
      const claimed = parts.tokens.read(text)
      if (claimed === null) throw new AppError('TOKEN_INVALID')
      const nowMs = parts.clock().getTime()
      const caller = await parts.store.read(async (transaction) => {
        const token = await transaction.tokens.get(claimed.id)
        // The comparison runs for an unknown id too, so that both take the same time (S-10).
        const same = timingSafeEqual(
          sized(claimed.secretHash),
          sized(token === null ? unknownHash : token.secretHash),
        )
        if (token === null || !same) throw new AppError('TOKEN_INVALID')
        return await callerOf(transaction, token, nowMs)
      })
      if (nowMs - (caller.token.lastUsedMs ?? 0) >= touchIntervalMilliseconds) {
        // Nobody is kept out because their last use could not be noted: the disk may be full, the store busy.
        await parts.store
          .change((transaction) => transaction.tokens.touch(caller.token.id, nowMs))
          .catch(() => {})
      }
      return request === undefined ? caller : { ...caller, request }
    },
  }
}

/** Runs `work` where the store shows the rows of the caller's organizations only; without a caller, all (S-19). */
export function withinCaller<T>(caller: Caller | null, work: () => Promise<T>): Promise<T> {
  if (caller === null) return work()
  const { user, token } = caller
  return withinTenant(
    user === null ? { organizationId: token.organizationId ?? '' } : { userId: user.id },
    work,
  )
}

/** Hashes are 32 bytes; anything else must not make the comparison throw. */
function sized(hash: Uint8Array): Uint8Array {
  if (hash.length === 32) return hash
  const padded = new Uint8Array(32)
  padded.set(hash.subarray(0, 32))
  return padded
}

async function callerOf(transaction: ReadTransaction, token: AccessToken, nowMs: number): Promise<Caller> {
  if (token.revokedMs !== null) throw new AppError('TOKEN_REVOKED')
  if (token.expiresMs !== null && token.expiresMs <= nowMs) {
    throw new AppError('TOKEN_EXPIRED', { at: new Date(token.expiresMs).toISOString() })
  }
  if (token.type === 'personal' || token.type === 'session') {
    const user = token.userId === null ? null : await transaction.users.get(token.userId)
    if (user === null || user.disabledMs !== null) throw new AppError('TOKEN_REVOKED')
    return { token, user, actor: { id: user.id, login: user.login, name: user.name }, ownerId: user.id }
  }
  const organization =
    token.organizationId === null ? null : await transaction.organizations.get(token.organizationId)
  if (organization === null) throw new AppError('TOKEN_REVOKED')
  // A machine acts under the organization's login (oidc §1.6).
  const actor = { id: token.id, login: organization.name, name: token.name }
  return { token, user: null, actor, ownerId: token.id }
}

import { timingSafeEqual } from 'node:crypto'
import { AppError } from '../../diag/index.ts'
import type { AccessToken, Transaction, User } from '../../store/index.ts'
import { serverTrail } from '../audit/append.ts'
import type { AuditedRequest } from '../audit/facts.ts'
import type { Caller } from '../caller.ts'
import { ExchangeError } from '../exchange/request.ts'
import { note } from '../notes.ts'
import type { ServiceParts } from '../parts.ts'
import { countedHere } from '../rate-limit.ts'
import {
  type AnsweredLogin,
  keepStep,
  type OfferedLogin,
  type PendingLogin,
  pendingMilliseconds,
  readStep,
  readUserCode,
  sealStep,
  stepKey,
  userCodeOf,
} from './pending.ts'

/** What a program says when it asks for a login. */
export interface DeviceLoginRequest {
  readonly clientId: string
  readonly scope: string
  readonly machine: string
  readonly address: string
}

/** What it shows to the person, and keeps to itself (RFC 8628 section 3.2). */
export interface StartedDeviceLogin {
  readonly deviceCode: string
  readonly userCode: string
  readonly expiresInSeconds: number
  readonly intervalSeconds: number
}

/** What a person is asked to decide. `confirmation` is good for one answer. */
export interface ShownDeviceLogin {
  readonly confirmation: string
  readonly userCode: string
  readonly machine: string
  readonly address: string
  readonly login: string
  /** The rights that the login is narrowed to; null = all that the person has. */
  readonly scopes: readonly string[] | null
  readonly seconds: number
}

/** The token of a login that was allowed. */
export interface DeviceLoginToken {
  readonly text: string
  readonly expiresInSeconds: number
}

/**
 * Logins of programs that a person allows in a browser, on the same or another machine (RFC 8628). All state is in the store,
 * so that each step may meet another server.
 */
export interface DeviceLogins {
  /** @throws ExchangeError for a scope: a login has the rights of its person */
  start(request: DeviceLoginRequest): Promise<StartedDeviceLogin>
  /** Offers the login behind a code to whoever holds a personal token. @throws AppError DEVICE_CODE_UNKNOWN, FORBIDDEN, RATE_LIMITED */
  show(caller: Caller, userCode: string): Promise<ShownDeviceLogin>
  /** Takes the person's answer, once. @throws AppError DEVICE_CODE_UNKNOWN */
  answer(confirmation: string, allowed: boolean, request?: AuditedRequest): Promise<void>
  /** The token, once. @throws ExchangeError in the words of RFC 8628 section 3.5 */
  take(deviceCode: string, clientId: string): Promise<DeviceLoginToken>
}

const intervalSeconds = 2
/** The longest open session too: what a login opened does not outlive it (S-11). */
const longestSeconds = 4 * 3_600
const longestMachine = 100
/** Codes that one token may ask for: enough for a person, not enough to find another's by trying. */
const mostCodes = 20
/** Clocks of programs are not exact, nor are networks: who waited the interval must not be told to slow down. */
const leewayMilliseconds = 500

/** The use cases of device logins over the service's parts. */
export function createDeviceLogins(parts: ServiceParts): DeviceLogins {
  const { store, counting = countedHere } = parts
  const nowMs = () => parts.clock().getTime()
  const limitCodes = counting.window(
    'codes',
    { most: mostCodes, milliseconds: pendingMilliseconds, nowMs },
    'codes in ten minutes',
    'with this token',
  )
  return {
    async start({ clientId, scope, machine, address }) {
      if (scope !== '')
        throw new ExchangeError(
          'invalid_scope',
          '`scope` must be empty: a login has the rights of its person',
        )
      const device = parts.tokens.make('session')
      const userCode = userCodeOf(parts.tokens.make('session').secretHash)
      const startedMs = nowMs()
      const expiresMs = startedMs + pendingMilliseconds
      const pending: PendingLogin = {
        secretHash: Buffer.from(device.secretHash).toString('base64'),
        userCode,
        clientId: printable(clientId),
        machine: printable(machine),
        address,
        expiresMs,
      }
      const keys = [stepKey('login', device.id), stepKey('code', userCode)] as const
      const [login, code] = [
        await sealStep(parts, keys[0], pending),
        await sealStep(parts, keys[1], device.id),
      ]
      const times = { nowMs: startedMs, expiresMs }
      await store.change(async (transaction) => {
        const kept =
          (await keepStep(transaction, keys[0], login, times)) &&
          (await keepStep(transaction, keys[1], code, times))
        if (!kept) throw new AppError('CONFLICT', { what: 'the code is in use', hint: 'try again' })
      })
      const expiresInSeconds = pendingMilliseconds / 1_000
      return { deviceCode: device.text, userCode, expiresInSeconds, intervalSeconds }
    },

    async show(caller, typed) {
      if (caller.token.type !== 'personal') throw notPersonal()
      await limitCodes(caller.token.id)
      const userCode = readUserCode(typed)
      const id = userCode && (await readStep<string>(parts, store, stepKey('code', userCode)))
      const pending = id && (await readStep<PendingLogin>(parts, store, stepKey('login', id)))
      if (!id || !pending || (await readStep(parts, store, stepKey('answer', id))) !== null) throw gone()
      const offer = parts.tokens.make('session')
      const key = stepKey('offer', offer.id)
      const offered: OfferedLogin = {
        secretHash: Buffer.from(offer.secretHash).toString('base64'),
        login: id,
        tokenId: caller.token.id,
      }
      const sealed = await sealStep(parts, key, offered)
      const times = { nowMs: nowMs(), expiresMs: pending.expiresMs }
      await store.change((transaction) => keepStep(transaction, key, sealed, times))
      return {
        confirmation: offer.text,
        userCode: pending.userCode,
        machine: pending.machine,
        address: pending.address,
        login: caller.actor.login,
        scopes: caller.token.scopes,
        seconds: Math.floor((endOf(caller.token, nowMs()) - nowMs()) / 1_000),
      }
    },

    async answer(confirmation, allowed, request) {
      const claimed = readCode(parts, confirmation)
      const offered = claimed && (await readStep<OfferedLogin>(parts, store, stepKey('offer', claimed.id)))
      if (!claimed || !offered || !isSame(claimed.secretHash, offered.secretHash)) throw gone()
      const pending = await readStep<PendingLogin>(parts, store, stepKey('login', offered.login))
      if (pending === null) throw gone()
      const { machine, address, expiresMs } = pending
      const key = stepKey('answer', offered.login)
      const answered: AnsweredLogin = { allowed, tokenId: offered.tokenId, atMs: nowMs() }
      const sealed = await sealStep(parts, key, answered)
      await store.change(async (transaction) => {
        const prover = await proverOf(transaction, offered.tokenId, nowMs())
        if (prover === null) throw gone()
        if (!(await keepStep(transaction, key, sealed, { nowMs: nowMs(), expiresMs }))) throw gone()
        const caller = { ...callerOf(prover.token, prover.user), ...(request && { request }) }
        const event = allowed ? 'device-login-allowed' : 'device-login-denied'
        await noteLogin(transaction, parts, caller, event, { machine, address })
      })
    },

    async take(deviceCode, clientId) {
      const claimed = readCode(parts, deviceCode)
      const over = () =>
        new ExchangeError('expired_token', 'the code is over, was used, or is none: start the login again')
      const pending = claimed && (await readStep<PendingLogin>(parts, store, stepKey('login', claimed.id)))
      if (!claimed || !pending || !isSame(claimed.secretHash, pending.secretHash)) throw over()
      if (printable(clientId) !== pending.clientId)
        throw new ExchangeError('invalid_grant', 'the code was given to another client')
      await slowDown(parts, claimed.id)
      const answered = await readStep<AnsweredLogin>(parts, store, stepKey('answer', claimed.id))
      if (answered === null)
        throw new ExchangeError(
          'authorization_pending',
          'nobody has answered yet: ask again after the interval',
        )
      if (!answered.allowed) throw new ExchangeError('access_denied', 'the login was denied')
      const times = { nowMs: nowMs(), expiresMs: pending.expiresMs }
      return await store.change(async (transaction) => {
        if (!(await keepStep(transaction, stepKey('taken', claimed.id), '', times))) throw over()
        return await insertSession(transaction, parts, pending, answered)
      })
    },
  }
}

/** One question in each interval, whichever server it meets (RFC 8628 section 3.5). */
async function slowDown(parts: ServiceParts, id: string): Promise<void> {
  const nowMs = parts.clock().getTime()
  const times = { nowMs, expiresMs: nowMs + intervalSeconds * 1_000 - leewayMilliseconds }
  const isFirst = await parts.store.change((transaction) =>
    keepStep(transaction, stepKey('poll', id), '', times),
  )
  if (!isFirst) throw new ExchangeError('slow_down', 'asked too soon: wait five seconds longer each time')
}

/** The session of a person who said yes, as long as the token that they proved themselves with still holds. */
async function insertSession(
  transaction: Transaction,
  parts: ServiceParts,
  { machine, address, clientId }: PendingLogin,
  { tokenId, atMs }: AnsweredLogin,
): Promise<DeviceLoginToken> {
  const nowMs = parts.clock().getTime()
  const prover = await proverOf(transaction, tokenId, nowMs)
  if (prover === null)
    throw new ExchangeError('access_denied', 'the token that allowed the login no longer holds')
  const { text, id, secretHash } = parts.tokens.make('session')
  const expiresMs = endOf(prover.token, atMs)
  const token: AccessToken = {
    ...prover.token,
    id,
    type: 'session',
    name: `${clientId} on ${machine}`,
    description: provedBy(tokenId),
    secretHash,
    createdMs: atMs,
    expiresMs,
    lastUsedMs: null,
    revokedMs: null,
  }
  await transaction.tokens.insert(token)
  const seconds = Math.floor((expiresMs - nowMs) / 1_000)
  await noteLogin(transaction, parts, callerOf(token, prover.user), 'session-token-created', {
    token: tokenId,
    machine,
    address,
    seconds,
  })
  return { text, expiresInSeconds: seconds }
}

/** What a session says of the token that it hangs on: it ends with it (S-11). Nobody else writes a session's description. */
export function provedBy(tokenId: string): string {
  return `allowed with token ${tokenId}`
}

function callerOf(token: AccessToken, user: User): Caller {
  return { token, user, actor: { id: user.id, login: user.login, name: user.name }, ownerId: user.id }
}

/** A person's own token and the person; null when either no longer holds. */
async function proverOf(
  transaction: Transaction,
  tokenId: string,
  nowMs: number,
): Promise<{ readonly token: AccessToken; readonly user: User } | null> {
  const token = await transaction.tokens.get(tokenId)
  if (token?.type !== 'personal' || token.userId === null || token.revokedMs !== null) return null
  if (token.expiresMs !== null && token.expiresMs <= nowMs) return null
  const user = await transaction.users.get(token.userId)
  return user === null || user.disabledMs !== null ? null : { token, user }
}

/** When a session ends that the token allows at some moment: with the token at the latest (S-12). */
function endOf({ expiresMs }: AccessToken, fromMs: number): number {
  return Math.min(fromMs + longestSeconds * 1_000, expiresMs ?? Number.POSITIVE_INFINITY)
}

/** People belong to the installation, and so does the trail of their logins. */
async function noteLogin(
  transaction: Transaction,
  parts: ServiceParts,
  caller: Caller,
  event: string,
  facts: Parameters<typeof note>[3]['facts'] & object,
): Promise<void> {
  const organization = { id: serverTrail, name: serverTrail, displayName: serverTrail }
  await note(transaction, parts, { caller, organization }, { event, environment: null, facts })
}

/** A code taken apart, as a token is; null for what is none or damaged. */
function readCode({ tokens }: ServiceParts, text: string): ReturnType<ServiceParts['tokens']['read']> {
  try {
    return tokens.read(text)
  } catch {
    return null
  }
}

function isSame(hash: Uint8Array, kept: string): boolean {
  const bytes = Buffer.from(kept, 'base64')
  return bytes.length === hash.length && timingSafeEqual(bytes, hash)
}

/** What a program says of itself, as it may stand on a page and in the trail. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, '?').slice(0, longestMachine)
}

function gone(): AppError {
  return new AppError('DEVICE_CODE_UNKNOWN')
}

function notPersonal(): AppError {
  return new AppError('FORBIDDEN', {
    permission: 'a personal access token',
    resource: 'this login',
    who: 'a person to allow it with a token of their own, not with a session or a machine’s token, and',
  })
}

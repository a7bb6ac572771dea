import { createHmac, timingSafeEqual } from 'node:crypto'

/** Gives `size` random bytes. */
export type Random = (size: number) => Uint8Array

/** What a session token says; everything a later call needs, so that nothing is stored. Times are epoch seconds. */
export interface Session {
  readonly accessKeyId: string
  readonly roleArn: string
  readonly roleId: string
  readonly sessionName: string
  readonly issuedAtSeconds: number
  readonly expiresAtSeconds: number
  /** The provider's ARN for a web identity session, `null` for `AssumeRole`. */
  readonly federatedProvider: string | null
  /** Claims that stay usable as condition keys, by full key (`idp.example.com:sub`). */
  readonly claimKeys: { readonly [key: string]: string | readonly string[] }
  readonly tags: { readonly [key: string]: string }
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | null
  /** A session policy narrows the session: the managed ones are kept, an inline one is only remembered. */
  readonly policyArns: readonly string[] | null
  readonly inlinePolicy: boolean
}

/** A set of temporary credentials in the shape AWS gives them. */
export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAtSeconds: number
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const tokenMark = 'SANDBOX/'

/** The administrator's secret unless an option names another. It opens a sandbox and nothing else. */
export const defaultAdministratorSecret = 'SANDBOX/only/opens/a/local/sandbox/00000'

/**
 * The access key id of an account's administrator: `AKIASANDBOX` and the account id in base 32, so that every
 * account has one. 20 characters, as AWS's.
 */
export function administratorKeyId(account: string): string {
  let rest = BigInt(account)
  let digits = ''
  for (let place = 0; place < 9; place++) {
    digits = alphabet[Number(rest % 32n)] + digits
    rest /= 32n
  }
  return `AKIASANDBOX${digits}`
}

/** The account whose administrator has this key id, or `null`. */
export function administratorAccount(accessKeyId: string): string | null {
  const digits = /^AKIASANDBOX([A-Z2-7]{9})$/.exec(accessKeyId)?.[1]
  if (digits === undefined) return null
  let account = 0n
  for (const digit of digits) account = account * 32n + BigInt(alphabet.indexOf(digit))
  const text = account.toString().padStart(12, '0')
  return text.length === 12 ? text : null
}

/** `count` random characters of `[A-Z2-7]`. */
export function randomBase32(random: Random, count: number): string {
  return Array.from(random(count), (byte) => alphabet[byte % 32]).join('')
}

/** A new role id: `AROA` and 17 characters, marked. */
export function newRoleId(random: Random): string {
  return `AROASANDBOX${randomBase32(random, 10)}`
}

/** A version 4 UUID, for request and decision ids. */
export function newRequestId(random: Random): string {
  const bytes = Uint8Array.from(random(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * Temporary credentials for a session: an id of `ASIASANDBOX` and 9 characters, a secret of 40 derived from the
 * token, and a token that begins with `SANDBOX` and carries the session under an HMAC with `key`.
 *
 * `minimumTokenSize` pads the token to at least so many characters.
 */
export function issueCredentials(
  key: Uint8Array,
  random: Random,
  facts: Omit<Session, 'accessKeyId'>,
  minimumTokenSize = 0,
): TemporaryCredentials {
  const session: Session = { accessKeyId: `ASIASANDBOX${randomBase32(random, 9)}`, ...facts }
  let sessionToken = sealSession(key, session, 0)
  const missing = minimumTokenSize - sessionToken.length
  if (missing > 0) sessionToken = sealSession(key, session, missing)
  return {
    accessKeyId: session.accessKeyId,
    secretAccessKey: secretOf(key, sessionToken),
    sessionToken,
    expiresAtSeconds: session.expiresAtSeconds,
  }
}

function sealSession(key: Uint8Array, session: Session, padding: number): string {
  const payload = Buffer.from(
    JSON.stringify(padding > 0 ? { ...session, padding: '.'.repeat(padding) } : session),
  )
  return tokenMark + Buffer.concat([mac(key, 'session', payload), payload]).toString('base64')
}

/** The session a token of `issueCredentials` carries, or `null` when `key` did not seal it. Expiry is not looked at. */
export function openSession(key: Uint8Array, sessionToken: string): Session | null {
  if (!sessionToken.startsWith(tokenMark)) return null
  const bytes = Buffer.from(sessionToken.slice(tokenMark.length), 'base64')
  if (tokenMark + bytes.toString('base64') !== sessionToken || bytes.length < 32) return null
  const payload = bytes.subarray(32)
  if (!timingSafeEqual(bytes.subarray(0, 32), mac(key, 'session', payload))) return null
  // The HMAC held, so `sealSession` wrote this text.
  return JSON.parse(payload.toString()) as Session
}

/** The secret access key that belongs to a session token. */
export function secretOf(key: Uint8Array, sessionToken: string): string {
  return mac(key, 'secret', Buffer.from(sessionToken)).subarray(0, 30).toString('base64')
}

function mac(key: Uint8Array, purpose: string, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`openesc-sandbox-${purpose}\n`).update(data).digest()
}

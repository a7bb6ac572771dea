import { AppError } from '../diag/index.ts'
import { bytesToBase62, uint32ToBase62 } from './base62.ts'
import { crc32 } from './crc32.ts'
import { hmacSha256 } from './hmac.ts'
import type { RandomSource } from './random.ts'

/** What a token acts as, in its text one letter: a person, a machine (organization or team), a console login. */
export type AccessTokenKind = 'personal' | 'machine' | 'session'

/** A token's text taken apart. `secret` is never kept anywhere. */
export interface ParsedAccessToken {
  readonly kind: AccessTokenKind
  /** The public part, by which the token is found. */
  readonly id: string
  readonly secret: string
}

const prefix = 'esc_'
const letters = { personal: 'p', machine: 'm', session: 's' } as const
const kinds = { p: 'personal', m: 'machine', s: 'session' } as const
const idDigits = 16
const idBytes = 11
const secretDigits = 43
const secretBytes = 32
const checkDigits = 6

/**
 * The published expression that matches every access token and nothing else (S-09): prefix, kind letter, 16
 * digits of public id, 43 digits of secret (256 bits), 6 digits of CRC-32 over all before them. Digits are base62.
 */
export const accessTokenPattern = /^esc_[pms]_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/

/** A new token. `text` is shown once; `id` and a hash of `secret` are what may be kept. */
export function createAccessToken(
  kind: AccessTokenKind,
  random: RandomSource,
): ParsedAccessToken & { readonly text: string } {
  const id = bytesToBase62(random(idBytes), idDigits)
  const secret = bytesToBase62(random(secretBytes), secretDigits)
  const body = `${prefix}${letters[kind]}_${id}_${secret}`
  return { kind, id, secret, text: body + checksum(body) }
}

/** Whether a text means to be one of our tokens, damaged or not. */
export function looksLikeAccessToken(text: string): boolean {
  return text.startsWith(prefix)
}

/**
 * The parts of a token's text.
 *
 * @throws AppError TOKEN_MALFORMED when the form or the checksum is wrong: a typo or a cut, told apart from an
 * unknown token without asking the store
 */
export function parseAccessToken(text: string): ParsedAccessToken {
  const body = text.slice(0, -checkDigits)
  if (!accessTokenPattern.test(text) || checksum(body) !== text.slice(-checkDigits)) {
    throw new AppError('TOKEN_MALFORMED')
  }
  const [, letter, id, secret] = body.split('_') as [string, keyof typeof kinds, string, string]
  return { kind: kinds[letter], id, secret }
}

/** The 32 bytes that are kept of a secret: HMAC-SHA-256 under the server's pepper (S-10). */
export function hashSecret(pepper: Uint8Array, secret: string): Uint8Array {
  return hmacSha256(pepper, Buffer.from(secret))
}

function checksum(body: string): string {
  return uint32ToBase62(crc32(Buffer.from(body)), checkDigits)
}

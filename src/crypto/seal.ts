import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import { encodePlace, type Place } from './aad.ts'
import type { RandomSource } from './random.ts'

/**
 * A 32-byte key and the name it is known by. The bytes live in a key object only: it prints nothing of them, and
 * wipes them when it goes (S-08).
 */
export interface Key {
  readonly id: string
  readonly secret: KeyObject
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * The forms of sealed bytes, by their version, with the bytes that stand between key id and nonce: 1 has none, and 2,
 * for the values of definitions, has the number of the revision that sealed it.
 */
const headers: Readonly<Record<number, number>> = { 1: 0, 2: 4 }

/**
 * Seals bytes with AES-256-GCM under a fresh random nonce, bound to the key's id and to a place (S-01, S-02).
 *
 * The result: version byte, length byte and text of the key id, 12 bytes of nonce, ciphertext, 16 bytes of tag.
 */
export function seal(key: Key, place: Place, plaintext: Uint8Array, random: RandomSource): Uint8Array {
  return sealForm({ version: 1, header: new Uint8Array(0) }, key, place, plaintext, random)
}

/** Seals in one of the forms; what stands in `header` must be in the place too, for nothing else guards it. */
export function sealForm(
  { version, header }: { readonly version: number; readonly header: Uint8Array },
  key: Key,
  place: Place,
  plaintext: Uint8Array,
  random: RandomSource,
): Uint8Array {
  const nonce = random(nonceBytes)
  const id = Buffer.from(key.id, 'utf8')
  const cipher = createCipheriv(algorithm, key.secret, nonce, { authTagLength: tagBytes })
  cipher.setAAD(authenticated(version, key.id, place))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const head = [Buffer.from([version, id.length]), id, header]
  return Buffer.concat([...head, nonce, ciphertext, cipher.getAuthTag()])
}

/**
 * The bytes that were sealed.
 *
 * @throws AppError VALUE_INTEGRITY when they were sealed by another key, for another place, or were altered
 */
export function unseal(key: Key, place: Place, sealed: Uint8Array): Uint8Array {
  const { version, keyId, nonce, ciphertext, tag } = sealedParts(sealed)
  if (keyId !== key.id) throw new AppError('VALUE_INTEGRITY')
  const decipher = createDecipheriv(algorithm, key.secret, nonce, { authTagLength: tagBytes })
  decipher.setAAD(authenticated(version, key.id, place))
  decipher.setAuthTag(tag)
  try {
    const plaintext = decipher.update(ciphertext)
    // In this mode `final` gives no bytes; it throws when the tag does not fit.
    decipher.final()
    return plaintext
  } catch (error) {
    throw new AppError('VALUE_INTEGRITY', {}, { cause: error })
  }
}

/** The id of the key that sealed the bytes. @throws AppError VALUE_INTEGRITY when they are not sealed bytes */
export function sealingKeyId(sealed: Uint8Array): string {
  return sealedParts(sealed).keyId
}

function authenticated(version: number, keyId: string, place: Place): Uint8Array {
  return encodePlace([`v${version}`, algorithm, keyId, ...place])
}

/** What sealed bytes consist of. @throws AppError VALUE_INTEGRITY when they are not sealed bytes */
export function sealedParts(sealed: Uint8Array): {
  readonly version: number
  readonly keyId: string
  readonly header: Buffer
  readonly nonce: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
} {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length)
  const version = bytes[0] ?? 0
  const idEnd = 2 + (bytes[1] ?? 0)
  const start = idEnd + (headers[version] ?? Number.POSITIVE_INFINITY)
  if (!(bytes.length >= start + nonceBytes + tagBytes)) throw new AppError('VALUE_INTEGRITY')
  return {
    version,
    keyId: bytes.toString('utf8', 2, idEnd),
    header: bytes.subarray(idEnd, start),
    nonce: bytes.subarray(start, start + nonceBytes),
    ciphertext: bytes.subarray(start + nonceBytes, -tagBytes),
    tag: bytes.subarray(-tagBytes),
  }
}

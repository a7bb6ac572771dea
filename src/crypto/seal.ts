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

const version = 1
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals bytes with AES-256-GCM under a fresh random nonce, bound to the key's id and to a place (S-01, S-02).
 *
 * The result: version byte, length byte and text of the key id, 12 bytes of nonce, ciphertext, 16 bytes of tag.
 */
export function seal(key: Key, place: Place, plaintext: Uint8Array, random: RandomSource): Uint8Array {
  const nonce = random(nonceBytes)
  const id = Buffer.from(key.id, 'utf8')
  const cipher = createCipheriv(algorithm, key.secret, nonce, { authTagLength: tagBytes })
  cipher.setAAD(authenticated(key.id, place))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([Buffer.from([version, id.length]), id, nonce, ciphertext, cipher.getAuthTag()])
}

/**
 * The bytes that were sealed.
 *
 * @throws AppError VALUE_INTEGRITY when they were sealed by another key, for another place, or were altered
 */
export function unseal(key: Key, place: Place, sealed: Uint8Array): Uint8Array {
  const { keyId, nonce, ciphertext, tag } = parts(sealed)
  if (keyId !== key.id) throw new AppError('VALUE_INTEGRITY')
  const decipher = createDecipheriv(algorithm, key.secret, nonce, { authTagLength: tagBytes })
  decipher.setAAD(authenticated(key.id, place))
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
  return parts(sealed).keyId
}

function authenticated(keyId: string, place: Place): Uint8Array {
  return encodePlace([`v${version}`, algorithm, keyId, ...place])
}

function parts(sealed: Uint8Array) {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length)
  const idEnd = 2 + (bytes[1] ?? 0)
  if (bytes[0] !== version || bytes.length < idEnd + nonceBytes + tagBytes) {
    throw new AppError('VALUE_INTEGRITY')
  }
  return {
    keyId: bytes.toString('utf8', 2, idEnd),
    nonce: bytes.subarray(idEnd, idEnd + nonceBytes),
    ciphertext: bytes.subarray(idEnd + nonceBytes, -tagBytes),
    tag: bytes.subarray(-tagBytes),
  }
}

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import type { Key } from './seal.ts'

/** How many bytes a sealed chunk is longer than what it holds. */
export const chunkOverhead = 16

/**
 * Seals a long text in chunks, each with AES-256-GCM under a nonce of its number and whether it is the last, and all of
 * them bound to `head`: chunks that were altered, moved, left out or cut off do not open. The key must be fresh, and
 * used for this one text alone.
 *
 * @see Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (STREAM)
 */
export function chunkSealer(key: Key, head: Uint8Array): (chunk: Uint8Array, isLast: boolean) => Uint8Array {
  const bound = digestOf(head)
  let number = 0
  return (chunk, isLast) => {
    const cipher = createCipheriv('aes-256-gcm', key.secret, nonceOf(number, isLast), {
      authTagLength: chunkOverhead,
    })
    number += 1
    cipher.setAAD(bound)
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
  }
}

/** What chunks hold, taken in their order. The function throws AppError VALUE_INTEGRITY at the first that does not fit. */
export function chunkOpener(key: Key, head: Uint8Array): (sealed: Uint8Array, isLast: boolean) => Uint8Array {
  const bound = digestOf(head)
  let number = 0
  return (sealed, isLast) => {
    if (sealed.length < chunkOverhead) throw new AppError('VALUE_INTEGRITY')
    const end = sealed.length - chunkOverhead
    const decipher = createDecipheriv('aes-256-gcm', key.secret, nonceOf(number, isLast), {
      authTagLength: chunkOverhead,
    })
    number += 1
    decipher.setAAD(bound)
    decipher.setAuthTag(sealed.subarray(end))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
    } catch (error) {
      throw new AppError('VALUE_INTEGRITY', {}, { cause: error })
    }
  }
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce[0] = isLast ? 1 : 0
  nonce.writeBigUInt64BE(BigInt(number), 4)
  return nonce
}

function digestOf(head: Uint8Array): Uint8Array {
  return createHash('sha256').update(head).digest()
}

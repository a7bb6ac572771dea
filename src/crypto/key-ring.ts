import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import type { Place } from './aad.ts'
import type { RandomSource } from './random.ts'
import { type Key, seal, unseal } from './seal.ts'

/** What a store keeps to recognise the key it was sealed with; it gives nothing of the key away. */
export interface KeyCheck {
  readonly keyId: string
  /** Hex of an HMAC under the key. */
  readonly proof: string
}

/**
 * The key-encryption keys of a server: the first wraps new data keys, all of them unwrap. Keys never touch a
 * value, only data keys (S-01).
 */
export interface KeyRing {
  /** The id of the key that wraps. */
  readonly keyId: string
  check(): KeyCheck
  /** @throws AppError KEY_MISMATCH when no key of the ring made `check` (S-04) */
  verify(check: KeyCheck): void
  /** A new data key, wrapped for `place`, and in clear for first use. */
  createDataKey(id: string, place: Place): { readonly key: Key; readonly wrapped: Uint8Array }
  /** @throws AppError KEY_MISMATCH for a key the ring lacks, VALUE_INTEGRITY for a wrapping that was altered */
  unwrap(id: string, place: Place, wrapped: Uint8Array, keyId: string): Key
  /** The same data key wrapped by the ring's first key (S-06). */
  rewrap(id: string, place: Place, wrapped: Uint8Array, keyId: string): Uint8Array
}

/** The ring of a first key and, while rewrapping, the ones before it. */
export function createKeyRing(first: Key, older: readonly Key[], random: RandomSource): KeyRing {
  const keys = new Map([first, ...older].map((key) => [key.id, key]))
  const find = (keyId: string) => {
    const key = keys.get(keyId)
    if (key === undefined) throw new AppError('KEY_MISMATCH', { wanted: keyId, got: [...keys.keys()] })
    return key
  }
  const wrappingPlace = (id: string, place: Place) => ['data-key', id, ...place]
  /** Hands the data key's bytes to `use` and wipes them. */
  const withBytes = <T>(
    [id, place, wrapped, keyId]: Parameters<KeyRing['unwrap']>,
    use: (bytes: Uint8Array) => T,
  ): T => {
    const bytes = unseal(find(keyId), wrappingPlace(id, place), wrapped)
    try {
      return use(bytes)
    } finally {
      bytes.fill(0)
    }
  }
  return {
    keyId: first.id,
    check: () => ({ keyId: first.id, proof: proofOf(first) }),
    verify(check) {
      const proof = Buffer.from(proofOf(find(check.keyId)))
      const kept = Buffer.from(check.proof)
      if (proof.length === kept.length && timingSafeEqual(proof, kept)) return
      throw new AppError('KEY_MISMATCH', { wanted: check.keyId, got: 'another key under that id' })
    },
    createDataKey(id, place) {
      const bytes = random(32)
      const wrapped = seal(first, wrappingPlace(id, place), bytes, random)
      const secret = createSecretKey(bytes)
      bytes.fill(0)
      return { key: { id, secret }, wrapped }
    },
    unwrap: (...args) => withBytes(args, (bytes) => ({ id: args[0], secret: createSecretKey(bytes) })),
    rewrap: (...args) =>
      withBytes(args, (bytes) => seal(first, wrappingPlace(args[0], args[1]), bytes, random)),
  }
}

function proofOf(key: Key): string {
  return createHmac('sha256', key.secret).update('openesc key check').digest('hex')
}

import { createSecretKey } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import type { Place } from './aad.ts'
import type { KeySource } from './key-source.ts'
import type { RandomSource } from './random.ts'
import type { Key } from './seal.ts'

/** What a store keeps to recognise the key it was sealed with; it gives nothing of the key away. */
export interface KeyCheck {
  readonly keyId: string
  /** @see KeySource.proof */
  readonly proof: string
}

/**
 * The key-encryption keys of a server: the first wraps new data keys, all of them unwrap. Keys never touch a
 * value, only data keys (S-01). Everything throws AppError KEY_UNAVAILABLE while a key cannot be used.
 */
export interface KeyRing {
  /** The id of the key that wraps. */
  readonly keyId: string
  check(): Promise<KeyCheck>
  /** @throws AppError KEY_MISMATCH when no key of the ring made `check` (S-04) */
  verify(check: KeyCheck): Promise<void>
  /** Whether the first key can be used now. */
  usable(): Promise<boolean>
  /** A new data key, wrapped for `place`, and in clear for first use. */
  createDataKey(id: string, place: Place): Promise<{ readonly key: Key; readonly wrapped: Uint8Array }>
  /** @throws AppError KEY_MISMATCH for a key the ring lacks, VALUE_INTEGRITY for a wrapping that was altered */
  unwrap(id: string, place: Place, wrapped: Uint8Array, keyId: string): Promise<Key>
  /** The same data key wrapped by the ring's first key (S-06). */
  rewrap(id: string, place: Place, wrapped: Uint8Array, keyId: string): Promise<Uint8Array>
}

/** The ring of a first key and, while rewrapping, the ones before it. */
export function createKeyRing(first: KeySource, older: readonly KeySource[], random: RandomSource): KeyRing {
  const sources = new Map([...older, first].map((source) => [source.keyId, source]))
  const find = (keyId: string) => {
    const source = sources.get(keyId)
    if (source === undefined) throw new AppError('KEY_MISMATCH', { wanted: keyId, got: [...sources.keys()] })
    return source
  }
  const wrappingPlace = (id: string, place: Place) => ['data-key', id, ...place]
  /** Hands the data key's bytes to `use` and wipes them. */
  const withBytes = async <T>(
    [id, place, wrapped, keyId]: Parameters<KeyRing['unwrap']>,
    use: (bytes: Uint8Array) => T | Promise<T>,
  ): Promise<T> => {
    const bytes = await find(keyId).unwrap(wrappingPlace(id, place), wrapped)
    try {
      return await use(bytes)
    } finally {
      bytes.fill(0)
    }
  }
  return {
    keyId: first.keyId,
    check: async () => ({ keyId: first.keyId, proof: await first.proof() }),
    async verify(check) {
      if (await find(check.keyId).proves(check.proof)) return
      throw new AppError('KEY_MISMATCH', { wanted: check.keyId, got: 'another key under that id' })
    },
    async usable() {
      try {
        const probe = Buffer.from('openesc probe')
        return probe.equals(await first.unwrap(['probe'], await first.wrap(['probe'], probe)))
      } catch {
        return false
      }
    },
    async createDataKey(id, place) {
      const bytes = random(32)
      try {
        const wrapped = await first.wrap(wrappingPlace(id, place), bytes)
        return { key: { id, secret: createSecretKey(bytes) }, wrapped }
      } finally {
        bytes.fill(0)
      }
    },
    unwrap: (...args) => withBytes(args, (bytes) => ({ id: args[0], secret: createSecretKey(bytes) })),
    rewrap: (...args) => withBytes(args, (bytes) => first.wrap(wrappingPlace(args[0], args[1]), bytes)),
  }
}

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Place } from './aad.ts'
import type { RandomSource } from './random.ts'
import { type Key, seal, unseal } from './seal.ts'

/**
 * A key-encryption key, wherever it lives: it wraps data keys and touches no value (S-01, S-04). All sources pass one
 * suite of tests.
 */
export interface KeySource {
  /** The name the key is known by; stored beside everything it wrapped. */
  readonly keyId: string
  /** @throws AppError KEY_UNAVAILABLE when the key cannot be used now */
  wrap(place: Place, dataKey: Uint8Array): Promise<Uint8Array>
  /** @throws AppError VALUE_INTEGRITY when it was wrapped for another place or was altered, KEY_UNAVAILABLE */
  unwrap(place: Place, wrapped: Uint8Array): Promise<Uint8Array>
  /** What a store keeps to recognise the key; it gives nothing of it away. */
  proof(): Promise<string>
  /** Whether the key made the proof. @throws AppError KEY_UNAVAILABLE */
  proves(proof: string): Promise<boolean>
}

/** The source whose key is in this process: of a key file or a passphrase. */
export function localKeySource(key: Key, random: RandomSource): KeySource {
  const proof = createHmac('sha256', key.secret).update('openesc key check').digest('hex')
  return {
    keyId: key.id,
    wrap: async (place, dataKey) => seal(key, place, dataKey, random),
    unwrap: async (place, wrapped) => unseal(key, place, wrapped),
    proof: async () => proof,
    proves: async (kept) =>
      kept.length === proof.length && timingSafeEqual(Buffer.from(kept), Buffer.from(proof)),
  }
}

import type { Place } from './aad.ts'
import type { RandomSource } from './random.ts'
import { type Key, seal, unseal } from './seal.ts'

/** The shape of the evaluator's crypter; a promise because a key may have to be fetched first. */
export interface BytesCrypter {
  encrypt(plaintext: Uint8Array): Promise<Uint8Array>
  decrypt(ciphertext: Uint8Array): Promise<Uint8Array>
}

/** Seals and opens the secrets of one place under one data key. */
export function environmentCrypter(dataKey: Key, place: Place, random: RandomSource): BytesCrypter {
  return {
    encrypt: async (plaintext) => seal(dataKey, place, plaintext, random),
    decrypt: async (ciphertext) => unseal(dataKey, place, ciphertext),
  }
}

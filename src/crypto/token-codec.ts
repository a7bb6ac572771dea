import { createAccessToken, hashSecret, looksLikeAccessToken, parseAccessToken } from './access-token.ts'
import type { RandomSource } from './random.ts'

const kinds = { personal: 'personal', session: 'session', organization: 'machine', team: 'machine' } as const

/** Makes and reads access tokens under one pepper; nothing but hashes leaves it. */
export interface AccessTokenCodec {
  /**
   * The public id and the hash of the secret; `null` for text that does not mean to be one of our tokens.
   *
   * @throws AppError TOKEN_MALFORMED for one of ours that is damaged or cut off
   */
  read(text: string): { readonly id: string; readonly secretHash: Uint8Array } | null
  /** A new token: its text, to be shown once, and what is kept of it. */
  make(type: keyof typeof kinds): {
    readonly text: string
    readonly id: string
    readonly secretHash: Uint8Array
  }
}

/** The codec of a server whose pepper is `pepper` (32 secret bytes, kept sealed). */
export function createAccessTokenCodec(pepper: Uint8Array, random: RandomSource): AccessTokenCodec {
  return {
    read(text) {
      if (!looksLikeAccessToken(text)) return null
      const { id, secret } = parseAccessToken(text)
      return { id, secretHash: hashSecret(pepper, secret) }
    },
    make(type) {
      const { text, id, secret } = createAccessToken(kinds[type], random)
      return { text, id, secretHash: hashSecret(pepper, secret) }
    },
  }
}

import type { DataKey, SigningKey } from './records.ts'
import type { Page } from './store.ts'

/** Reads wrapped data keys. */
export interface DataKeyReader {
  get(id: string): Promise<DataKey | null>
  /** The newest key of the owner that is not retired: what new values are sealed under. */
  current(ownerId: string): Promise<DataKey | null>
  ofOwner(ownerId: string): Promise<readonly DataKey[]>
  /** Counts, `underOldKeys` of those that another key than `keyId` wraps, and when the oldest that still seals was made. */
  summary(keyId: string): Promise<{
    readonly dataKeys: number
    readonly retired: number
    readonly underOldKeys: number
    readonly oldestMs: number | null
  }>
  /** All keys, by id, after `after`; for rewrapping. */
  list(after: string | null, limit: number): Promise<Page<DataKey>>
}
/** Reads and changes wrapped data keys. */
export interface DataKeys extends DataKeyReader {
  insert(key: DataKey): Promise<boolean>
  retire(id: string, atMs: number): Promise<boolean>
  /** Retires every key that is not; gives their number. */
  retireAll(atMs: number): Promise<number>
  /** Removes a retired key for good (S-07). False when there is none, or it is not retired. */
  destroy(id: string): Promise<boolean>
  /** Replaces the wrapping only (S-06). */
  rewrap(id: string, wrapped: Uint8Array, keyId: string): Promise<boolean>
}

/** Reads signing keys. */
export interface SigningKeyReader {
  /** All of an issuer's keys, oldest publication first. */
  list(issuer: string): Promise<readonly SigningKey[]>
}
/** Reads and changes signing keys. */
export interface SigningKeys extends SigningKeyReader {
  insert(key: SigningKey): Promise<boolean>
  update(key: Pick<SigningKey, 'kid' | 'state' | 'activatedMs' | 'retiredMs'>): Promise<boolean>
  /** Replaces how the private key is sealed, and nothing else (S-06). False when it is sealed otherwise by now. */
  reseal(kid: string, expectedDataKeyId: string, sealed: Uint8Array, dataKeyId: string): Promise<boolean>
  delete(kid: string): Promise<boolean>
}

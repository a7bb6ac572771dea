import {
  type Key,
  type KeyRing,
  type Place,
  type RandomSource,
  seal,
  sealingKeyId,
  unseal,
} from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { DataKeyCache } from './data-key-cache.ts'
import { keyCheckOf, serverOwner } from './key-check.ts'
import type { DataKey } from './records.ts'
import type { Store } from './store.ts'
import { type PlacedEnvironment, type TextPlace, type ValueCrypter, valueCrypter } from './value-crypter.ts'

/** What a vault needs of the world. */
export interface VaultParts {
  readonly store: Store
  readonly keyRing: KeyRing
  readonly nowMs: () => number
  readonly random: RandomSource
}

/** Bytes sealed under a data key that the store keeps wrapped. */
export interface SealedBytes {
  readonly sealed: Uint8Array
  readonly dataKeyId: string
}

/**
 * Seals and opens on behalf of owners (environments, organizations, the server), each under data keys of its
 * own, made when first needed. The one place that encrypts what is stored. Not for use within a unit of work:
 * it reads and changes the store itself.
 */
export interface Vault {
  /** Seals bytes under the owner's current data key, bound to the owner and to `purpose`. */
  seal(ownerId: string, purpose: string, plaintext: Uint8Array): Promise<SealedBytes>
  /** @throws AppError VALUE_INTEGRITY when the bytes were altered, moved, or their key is gone */
  open(ownerId: string, purpose: string, sealed: SealedBytes): Promise<Uint8Array>
  /**
   * The crypter of a text of an environment; without an environment, of anonymous text in the organization. Without a
   * place the values have no path yet.
   */
  crypterFor(
    environment: PlacedEnvironment | null,
    organization: { readonly id: string },
    text?: TextPlace,
  ): ValueCrypter
  /** The unwrapped data keys that are held now, and when the oldest of them was unwrapped. */
  held(): { readonly keys: number; readonly oldestMs: number | null }
  /** Thirty-two random bytes under a name, made once and kept sealed; such as the pepper of token hashes. */
  secret(name: string): Promise<Uint8Array>
}

// SP 800-38D allows 2^32 seals with random nonces; a key is renewed far below, and after a year (S-01).
const sealsPerKey = 2 ** 24
const keyAgeMs = 365 * 24 * 3600 * 1000

/**
 * The vault of an initialised store.
 *
 * @throws AppError KEY_NOT_INITIALISED, or KEY_MISMATCH when the ring lacks the store's key; nothing is changed
 */
export async function openVault(parts: VaultParts): Promise<Vault> {
  const check = await keyCheckOf(parts.store)
  if (check === null) throw new AppError('KEY_NOT_INITIALISED')
  await parts.keyRing.verify(check)
  const keys = new DataKeys(parts)
  const sealAt = async (ownerId: string, place: Place, plaintext: Uint8Array) => {
    const key = await keys.current(ownerId)
    return { sealed: seal(key, place, plaintext, parts.random), dataKeyId: key.id }
  }
  const openAt = async (ownerId: string, place: Place, sealed: Uint8Array) =>
    unseal(await keys.find(ownerId, sealingKeyId(sealed)), place, sealed)
  return {
    seal: (ownerId, purpose, plaintext) => sealAt(ownerId, [ownerId, purpose], plaintext),
    open: (ownerId, purpose, { sealed }) => openAt(ownerId, [ownerId, purpose], sealed),
    crypterFor: (environment, organization, text) =>
      valueCrypter(keys, parts.random, environment, organization, text),
    held: () => keys.held(),
    secret: (name) => secretOf(parts, { sealAt, openAt }, name),
  }
}

async function secretOf(
  { store, random }: VaultParts,
  {
    sealAt,
    openAt,
  }: {
    sealAt: (ownerId: string, place: Place, plaintext: Uint8Array) => Promise<SealedBytes>
    openAt: (ownerId: string, place: Place, sealed: Uint8Array) => Promise<Uint8Array>
  },
  name: string,
): Promise<Uint8Array> {
  const setting = `secret:${name}`
  const place = [serverOwner, setting]
  const kept = () => store.read((transaction) => transaction.settings.get(serverOwner, setting))
  if ((await kept()) === undefined) {
    const { sealed } = await sealAt(serverOwner, place, random(32))
    const text = Buffer.from(sealed).toString('base64')
    // Of two that come at once the first one's secret stays.
    await store.change((transaction) => transaction.settings.putIfAbsent(serverOwner, setting, text))
  }
  return await openAt(serverOwner, place, Buffer.from(String(await kept()), 'base64'))
}

/** The data keys of owners: found or made in the store, unwrapped, and cached for a while. */
class DataKeys {
  readonly #parts: VaultParts
  readonly #cache: DataKeyCache

  constructor(parts: VaultParts) {
    this.#parts = parts
    this.#cache = new DataKeyCache(parts.nowMs)
  }

  held(): { readonly keys: number; readonly oldestMs: number | null } {
    return this.#cache.held()
  }

  /** The key that new values of the owner are sealed under; a worn one is retired first. */
  async current(ownerId: string): Promise<Key> {
    const { store, nowMs } = this.#parts
    const row = await store.read((transaction) => transaction.dataKeys.current(ownerId))
    if (row !== null && !this.#isWorn(row)) return this.#cache.countSeal(await this.#unwrapped(row))
    // Wrapped before the unit of work, which must not wait for a key that lives elsewhere.
    const fresh = await this.#fresh(ownerId)
    const made = await store.change(
      async (transaction) => {
        const again = await transaction.dataKeys.current(ownerId)
        if (again !== null && !this.#isWorn(again)) return again
        if (again !== null) await transaction.dataKeys.retire(again.id, nowMs())
        await transaction.dataKeys.insert(fresh)
        return fresh
        // Who opens an environment for the first time goes on while the disk is full.
      },
      { fromReserve: true },
    )
    return this.#cache.countSeal(await this.#unwrapped(made))
  }

  /** @throws AppError VALUE_INTEGRITY when the owner has no such key: moved here, or its key was destroyed */
  async find(ownerId: string, id: string): Promise<Key> {
    const row = await this.#parts.store.read((transaction) => transaction.dataKeys.get(id))
    if (row === null || row.ownerId !== ownerId) throw new AppError('VALUE_INTEGRITY')
    return await this.#unwrapped(row)
  }

  #unwrapped(row: DataKey): Promise<Key> {
    return this.#cache.get(row.id, () =>
      this.#parts.keyRing.unwrap(row.id, [row.ownerId], row.wrapped, row.keyId),
    )
  }

  #isWorn(row: DataKey): boolean {
    return this.#parts.nowMs() - row.createdMs >= keyAgeMs || this.#cache.seals(row.id) >= sealsPerKey
  }

  async #fresh(ownerId: string): Promise<DataKey> {
    const { keyRing, random, nowMs } = this.#parts
    const id = `d_${Buffer.from(random(12)).toString('hex')}`
    const { wrapped } = await keyRing.createDataKey(id, [ownerId])
    return { id, ownerId, wrapped, keyId: keyRing.keyId, createdMs: nowMs(), retiredMs: null }
  }
}

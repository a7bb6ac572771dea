import {
  bondValue,
  checkBond,
  type Key,
  type Place,
  type RandomSource,
  sealingKeyId,
  sealingRevision,
  sealValue,
  unseal,
  unsealValue,
  type ValuePlace,
} from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import type { PropertyPath } from '../value/index.ts'

/** The text that a crypter is for. */
export interface TextPlace {
  /** The revision that holds the text, or for which it is sealed. */
  readonly revision: number
  /**
   * What ties the text's values to that revision: `null` for a text stored before values were tied, absent for one that is
   * no stored revision.
   */
  readonly bonds?: string | null
}

/** Seals and opens the secrets of one text. What it sealed opens at the same path of the same environment only (S-02). */
export interface ValueCrypter {
  encrypt(plaintext: Uint8Array, path?: PropertyPath): Promise<Uint8Array>
  /** @throws AppError VALUE_INTEGRITY when it was altered, moved, or its key is gone */
  decrypt(ciphertext: Uint8Array, path?: PropertyPath): Promise<Uint8Array>
  /** The revision that sealed it; 0 for a value without a path, `null` for the form before, which knew no revision. */
  origin(ciphertext: Uint8Array): number | null
  /** Whether it is sealed under the key that new values are sealed under. */
  isCurrent(ciphertext: Uint8Array): Promise<boolean>
  /** The bonds of the text's values to its revision. */
  bind(secrets: readonly { readonly path: PropertyPath; readonly ciphertext: Uint8Array }[]): Promise<string>
}

/** The data keys that a crypter works with. */
export interface CrypterKeys {
  current(ownerId: string): Promise<Key>
  /** @throws AppError VALUE_INTEGRITY when the owner has no such key */
  find(ownerId: string, id: string): Promise<Key>
}

/** An environment as a place. */
export interface PlacedEnvironment {
  readonly id: string
  readonly projectId: string
}

/** A text without a revision: a value sealed for it has no path yet and opens only as such. */
const nowhere: TextPlace = { revision: 0 }

/** The crypter of a text of an environment; without an environment, of anonymous text in the organization. */
export function valueCrypter(
  keys: CrypterKeys,
  random: RandomSource,
  environment: PlacedEnvironment | null,
  organization: { readonly id: string },
  text: TextPlace = nowhere,
): ValueCrypter {
  const ownerId = environment?.id ?? organization.id
  const place = (path: PropertyPath): ValuePlace => ({
    organizationId: organization.id,
    projectId: environment?.projectId ?? '',
    environmentId: environment?.id ?? '',
    path: text.revision === 0 ? [] : path,
  })
  // A crypter lives for one request, in which a key is asked for once.
  const found = new Map<string, Promise<Key>>()
  const find = (id: string) => {
    const known = found.get(id) ?? keys.find(ownerId, id)
    found.set(id, known)
    return known
  }
  const formerPlace: Place = ['secret', organization.id, environment?.id ?? '']
  let read: ReadonlyMap<string, Uint8Array> | null = null
  const bonds = () => (text.bonds ? (read ??= readBonds(text.bonds)) : null)
  const checkTied = async (ciphertext: Uint8Array, path: PropertyPath) => {
    const bond = bonds()?.get(JSON.stringify(path))
    if (bond === undefined) throw new AppError('VALUE_INTEGRITY')
    const key = await find(sealingKeyId(bond))
    checkBond(key, place(path), text.revision, ciphertext, bond)
  }
  return {
    async encrypt(plaintext, path = []) {
      return sealValue(await keys.current(ownerId), place(path), text.revision, plaintext, random)
    },
    async decrypt(ciphertext, path = []) {
      const sealedBy = sealingRevision(ciphertext)
      if (text.bonds !== undefined && (sealedBy !== null || text.bonds !== null))
        await checkTied(ciphertext, path)
      const key = await find(sealingKeyId(ciphertext))
      if (sealedBy === null) return unseal(key, formerPlace, ciphertext)
      return unsealValue(key, sealedBy === 0 ? { ...place(path), path: [] } : place(path), ciphertext)
    },
    origin: sealingRevision,
    isCurrent: async (ciphertext) => sealingKeyId(ciphertext) === (await keys.current(ownerId)).id,
    async bind(secrets) {
      const key = secrets.length === 0 ? null : await keys.current(ownerId)
      const made = secrets.map(({ path, ciphertext }) => {
        const bond = bondValue(key!, place(path), text.revision, ciphertext, random)
        return [JSON.stringify(path), Buffer.from(bond).toString('base64')]
      })
      return JSON.stringify(Object.fromEntries(made))
    },
  }
}

/** @throws AppError VALUE_INTEGRITY when it is no list of bonds */
function readBonds(text: string): ReadonlyMap<string, Uint8Array> {
  const bonds = new Map<string, Uint8Array>()
  try {
    for (const [path, bond] of Object.entries(JSON.parse(text) as object))
      bonds.set(path, Buffer.from(String(bond), 'base64'))
    return bonds
  } catch (error) {
    throw new AppError('VALUE_INTEGRITY', {}, { cause: error })
  }
}

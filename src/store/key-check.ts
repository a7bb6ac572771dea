import type { KeyCheck, KeyRing } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import type { ReadTransaction, Store, Transaction } from './store.ts'

/** The owner id of what belongs to the whole installation. */
export const serverOwner = 'server'

const setting = 'keyCheck'

/**
 * The key the store was initialised with; `null` for a store without sealed data.
 *
 * A store that has data keys and lost its check answers with a check that no key passes: it must not be taken
 * for empty (S-05).
 */
export async function keyCheckOf(store: Store): Promise<KeyCheck | null> {
  return await store.read(keyCheckIn)
}

/**
 * Ties an empty store to the key ring, once and on purpose (S-05).
 *
 * @throws AppError KEY_ALREADY_INITIALISED when it was tied to a key before
 */
export async function initialiseVault(parts: {
  readonly store: Store
  readonly keyRing: KeyRing
}): Promise<void> {
  const check = await parts.keyRing.check()
  await parts.store.change(async (transaction) => {
    const found = await keyCheckIn(transaction)
    if (found !== null) throw new AppError('KEY_ALREADY_INITIALISED', { wanted: found.keyId })
    await putKeyCheck(transaction, check)
  })
}

async function keyCheckIn(transaction: ReadTransaction): Promise<KeyCheck | null> {
  const check = await transaction.settings.get(serverOwner, setting)
  // Only this file writes it.
  if (check !== undefined) return check as KeyCheck
  const [first] = (await transaction.dataKeys.list(null, 1)).items
  return first === undefined ? null : { keyId: first.keyId, proof: '' }
}

/** Makes another key the store's, when everything is wrapped by it. */
export async function putKeyCheck(transaction: Transaction, check: KeyCheck): Promise<void> {
  await transaction.settings.put(serverOwner, setting, check)
}

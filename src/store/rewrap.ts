import type { KeyRing } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { keyCheckOf, putKeyCheck } from './key-check.ts'
import type { Store, Transaction } from './store.ts'

const pageSize = 200

/**
 * Wraps every data key anew under the ring's first key, and makes that the store's key (S-06). Values are not
 * touched. May be stopped and run again at any point; until it is done the ring needs both keys.
 *
 * `report` is told how many are done so far. Gives the number of keys rewrapped.
 *
 * @throws AppError KEY_NOT_INITIALISED, or KEY_MISMATCH when the ring lacks a key the store needs
 */
export async function rewrapDataKeys(
  { store, keyRing }: { readonly store: Store; readonly keyRing: KeyRing },
  report: (done: number) => void = () => undefined,
): Promise<number> {
  const check = await keyCheckOf(store)
  if (check === null) throw new AppError('KEY_NOT_INITIALISED')
  keyRing.verify(check)
  let done = 0
  let after: string | null = null
  for (;;) {
    const from: string | null = after
    const page: RewrappedPage = await store.change((transaction) => rewrapPage(transaction, keyRing, from))
    done += page.rewrapped
    report(done)
    if (page.last === null) break
    after = page.last
  }
  await store.change((transaction) => putKeyCheck(transaction, keyRing.check()))
  return done
}

/** How many keys of a page changed; the last one's id when more follow. */
interface RewrappedPage {
  readonly rewrapped: number
  readonly last: string | null
}

async function rewrapPage(
  transaction: Transaction,
  keyRing: KeyRing,
  after: string | null,
): Promise<RewrappedPage> {
  const page = await transaction.dataKeys.list(after, pageSize)
  let rewrapped = 0
  for (const key of page.items) {
    if (key.keyId === keyRing.keyId) continue
    const wrapped = keyRing.rewrap(key.id, [key.ownerId], key.wrapped, key.keyId)
    await transaction.dataKeys.rewrap(key.id, wrapped, keyRing.keyId)
    rewrapped += 1
  }
  return { rewrapped, last: page.more ? page.items.at(-1)!.id : null }
}

import type { KeyRing } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { keyCheckOf, putKeyCheck } from './key-check.ts'
import type { Store } from './store.ts'

const pageSize = 200
const atOnce = 20

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
  await keyRing.verify(check)
  let done = 0
  let after: string | null = null
  for (;;) {
    const from: string | null = after
    const page: RewrappedPage = await rewrapPage(store, keyRing, from)
    done += page.rewrapped
    report(done)
    if (page.last === null) break
    after = page.last
  }
  const ours = await keyRing.check()
  await store.change((transaction) => putKeyCheck(transaction, ours))
  return done
}

/** How many keys of a page changed; the last one's id when more follow. */
interface RewrappedPage {
  readonly rewrapped: number
  readonly last: string | null
}

async function rewrapPage(store: Store, keyRing: KeyRing, after: string | null): Promise<RewrappedPage> {
  const page = await store.read(({ dataKeys }) => dataKeys.list(after, pageSize))
  const others = page.items.filter(({ keyId }) => keyId !== keyRing.keyId)
  const wrapped: (readonly [string, Uint8Array])[] = []
  // Wrapped outside the unit of work, some at once: the key may live elsewhere.
  for (let from = 0; from < others.length; from += atOnce) {
    const batch = others
      .slice(from, from + atOnce)
      .map(
        async ({ id, ownerId, wrapped: before, keyId }) =>
          [id, await keyRing.rewrap(id, [ownerId], before, keyId)] as const,
      )
    wrapped.push(...(await Promise.all(batch)))
  }
  if (wrapped.length > 0) {
    await store.change(async ({ dataKeys }) => {
      for (const [id, bytes] of wrapped) await dataKeys.rewrap(id, bytes, keyRing.keyId)
    })
  }
  return { rewrapped: wrapped.length, last: page.more ? page.items.at(-1)!.id : null }
}

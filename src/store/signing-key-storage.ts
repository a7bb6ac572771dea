import type { SigningKey } from './records.ts'
import type { Store } from './store.ts'

/** One change of kept signing keys. */
export type SigningKeyChange =
  | { readonly do: 'insert'; readonly key: SigningKey }
  | { readonly do: 'update'; readonly key: SigningKey }
  | { readonly do: 'remove'; readonly kid: string }

/** The kept signing keys of one issuer, changed by decisions over what is there at that moment. */
export interface SigningKeyStorage {
  read(): Promise<readonly SigningKey[]>
  /** Asks `decide` for changes and makes them in the same unit of work. Gives the keys after. */
  change(decide: (keys: readonly SigningKey[]) => readonly SigningKeyChange[]): Promise<readonly SigningKey[]>
}

/** Where an issuer (`v1`, `v2`) keeps its keys in a store. */
export function signingKeyStorage(store: Store, issuer: string): SigningKeyStorage {
  return {
    read: () => store.read((transaction) => transaction.signingKeys.list(issuer)),
    change: (decide) =>
      store.change(async ({ signingKeys }) => {
        for (const change of decide(await signingKeys.list(issuer))) {
          if (change.do === 'insert') await signingKeys.insert(change.key)
          else if (change.do === 'update') await signingKeys.update(change.key)
          else await signingKeys.delete(change.kid)
        }
        return await signingKeys.list(issuer)
      }),
  }
}

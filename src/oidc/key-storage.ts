import type { KeyLife } from './rotation.ts'

/** A signing key as it is kept: the private half sealed, PKCS #8 inside. */
export interface StoredKey extends KeyLife {
  readonly issuer: string
  /** The public JWK as JSON text. */
  readonly publicJwk: string
  readonly sealedPrivateKey: Uint8Array
  readonly dataKeyId: string
}

/** One change of the kept keys. */
export type KeyChange =
  | { readonly do: 'insert'; readonly key: StoredKey }
  | { readonly do: 'update'; readonly key: StoredKey }
  | { readonly do: 'remove'; readonly kid: string }

/** Where the keys of one issuer are kept. */
export interface KeyStorage {
  read(): Promise<readonly StoredKey[]>
  /** Asks `decide` for changes to the keys as they are, and makes them in the same unit of work. Gives the keys after. */
  change(decide: (keys: readonly StoredKey[]) => readonly KeyChange[]): Promise<readonly StoredKey[]>
}

/** Seals what the storage keeps, under a data key of the owner. */
export interface KeySealer {
  seal(
    ownerId: string,
    purpose: string,
    plaintext: Uint8Array,
  ): Promise<{ readonly sealed: Uint8Array; readonly dataKeyId: string }>
  open(
    ownerId: string,
    purpose: string,
    sealed: { readonly sealed: Uint8Array; readonly dataKeyId: string },
  ): Promise<Uint8Array>
}

import type { KeyObject } from 'node:crypto'
import type { Checkpoint, KeyRing } from '../crypto/index.ts'
import type { Crypter, EvaluationLimits, ProviderSet } from '../eval/index.ts'
import type { Evaluator } from '../evaluator/index.ts'
import type { Environment, Organization, Store, TextPlace, TokenType, ValueCrypter } from '../store/index.ts'
import type { ExportedRecord } from '../value/index.ts'
import type { MintLedger } from './audit/mint-ledger.ts'
import type { Caller } from './caller.ts'
import type { Counting, Limiter } from './rate-limit.ts'
import type { SigningKeyPower } from './signing-keys.ts'
import type { HookRequest, HookResponse } from './webhook-delivery.ts'

/** Everything the service is made of. It has no clock, disk, network or randomness of its own. */
export interface ServiceParts {
  readonly store: Store
  /** What one evaluation may open, already bound to who opens what. */
  readonly providers: (scope: EvaluationScope) => ProviderSet
  /** The providers and rotators that the catalogue names; schemas come from `providers`. */
  readonly catalogue?: Catalogue
  /**
   * Seals and opens the secrets of one text of an environment; `null` stands for anonymous text of the organization. Without
   * a place the values have no path yet. A crypter may
   * know nothing of revisions: then it ties no value to one.
   */
  readonly crypterFor: (
    environment: Environment | null,
    organization: Organization,
    text?: TextPlace,
  ) => Crypter & Partial<Pick<ValueCrypter, 'bind' | 'origin' | 'isCurrent'>>
  /** Seals what the service keeps beside definitions: open sessions. */
  readonly sealer: Sealer
  readonly tokens: TokenCodec
  /** Now. */
  readonly clock: () => Date
  /** A fresh id that nobody can guess. */
  readonly ids: () => string
  /** Where things go that a person has to look at; never values. */
  readonly log?: (event: LogEvent) => void
  /** The facts that `${context…}` gives; by default who calls, in which organization, by which kind of token. */
  readonly context?: (scope: EvaluationScope) => ExportedRecord
  /** Signs where the audit trails end, and nothing else; absent = there are no checkpoints. */
  readonly checkpointKey?: KeyObject
  /** Keeps a checkpoint in a place that the store's thief or owner cannot rewrite. */
  readonly keepCheckpoint?: (checkpoint: Checkpoint) => Promise<void>
  /** The keys that wrap data keys; absent = nobody can ask after them or rotate. */
  readonly keyRing?: KeyRing
  /** The power over the issuers' keys; absent = this server has no issuer. */
  readonly signingKeys?: SigningKeyPower
  readonly limits?: Partial<EvaluationLimits>
  /** Evaluates definitions; absent = in this thread. */
  readonly evaluator?: Evaluator
  /** A signal that aborts after so many milliseconds; absent = an evaluation may wait for its providers without end. */
  readonly timeout?: (milliseconds: number) => AbortSignal
  /** Whether the program was told to end: then it is not ready for more. */
  readonly isStopping?: () => boolean
  /**
   * Takes one of the tokens that an environment may mint; throws AppError RATE_LIMITED when too many were minted of late.
   * Absent = any number.
   */
  readonly mintLimit?: Limiter
  /** How other requests are counted against a limit; absent = by this server alone. */
  readonly counting?: Counting
  /** Sends one webhook request through the one door that leaves the server; absent = webhooks are not sent. */
  readonly sendHook?: (request: HookRequest) => Promise<HookResponse>
  /** Why that door would never let a webhook's URL through, whatever its name resolves to; null when it might. */
  readonly refusalOfTarget?: (url: string) => string | null
  /**
   * Fetches a JSON document of a foreign issuer through the same door: https, public addresses, no redirects, 1 MiB at most.
   * Where no known authority vouches for its host, a certificate with one of the thumbprints may.
   * Absent = only issuers registered with their keys can be trusted.
   */
  readonly fetchDocument?: (url: string, thumbprints?: readonly string[]) => Promise<string>
  /** How long an open session may live at most; 4 hours when absent. */
  readonly longestSessionMilliseconds?: number
  /** How long a scheduled run is one replica's without a word from it; 30 s when absent. */
  readonly leaseMilliseconds?: number
  /** Entries on a list page, when the caller asks for no number. */
  readonly pageSize?: number
}

/** Who evaluates what. `root` is `null` for anonymous text. */
export interface EvaluationScope {
  readonly organization: Organization
  readonly caller: Caller
  readonly root: Environment | null
  /** The name that ranges and the context carry for the root: `project/name`, `name` or `<yaml>`. */
  readonly rootName: string
  /** Where every token that is minted for this evaluation is written down before it is used. */
  readonly ledger: MintLedger
}

/** What can be opened and rotated, by name and with a line for a person. */
export interface Catalogue {
  readonly providers: readonly CatalogueEntry[]
  readonly rotators: readonly CatalogueEntry[]
}

/** One provider or rotator of the catalogue. */
export interface CatalogueEntry {
  readonly name: string
  readonly description: string
}

/** Seals bytes under a data key of `ownerId` (an environment's or organization's id), bound to `purpose`. */
export interface Sealer {
  seal(ownerId: string, purpose: string, plaintext: Uint8Array): Promise<Sealed>
  /** @throws when the bytes were altered, moved, or their key is gone */
  open(ownerId: string, purpose: string, sealed: Sealed): Promise<Uint8Array>
}

/** Sealed bytes with the data key they were sealed under. */
export interface Sealed {
  readonly sealed: Uint8Array
  readonly dataKeyId: string
}

/** The text form of access tokens. */
export interface TokenCodec {
  /** The public id and the hash of the secret part; `null` for text that is no token. */
  read(text: string): { readonly id: string; readonly secretHash: Uint8Array } | null
  /** A new token: its text, shown once, and what is kept of it. */
  make(type: TokenType): { readonly text: string; readonly id: string; readonly secretHash: Uint8Array }
}

/** One line for the operator's log. */
export interface LogEvent {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly [fact: string]: unknown
}

import type { Schema } from '../schema/index.ts'
import type { ExportedRecord, ExportedValue, PropertyPath } from '../value/index.ts'

/**
 * What a provider and a rotator see of the evaluation: who opens what. The names are as the evaluator knows
 * them (`project/env`, `env`, `<yaml>`); `values` is what the caller of the evaluation gave as its context.
 */
export interface ExecutionContext {
  /** The environment whose text holds the expression. */
  readonly currentEnvironment: string
  /** The environment that was opened. */
  readonly rootEnvironment: string
  readonly values: ExportedRecord
  /** Adds a warning at the call, e.g. that a shorter credential life was used than the default. */
  readonly warn: (summary: string, detail?: string) => void
}

/** A provider that could not open: `message` is the diagnostic's summary, `detail` the lines behind it. */
export class ProviderError extends Error {
  readonly detail: string
  constructor(summary: string, detail = '', options: ErrorOptions = {}) {
    super(summary, options)
    this.name = 'ProviderError'
    this.detail = detail
  }
}

/** What a schema cannot say about inputs. `path` is relative to the inputs object; `[]` is the object itself. */
export interface InputFinding {
  readonly severity: 'error' | 'warning'
  readonly path: readonly (string | number)[]
  readonly summary: string
  readonly detail?: string
}

/** Opens secrets: `fn::open::<name>`. Everything it needs of the world was handed to it when it was made. */
export interface Provider {
  readonly inputs: Schema
  readonly outputs: Schema
  /**
   * Rules beyond the schema ("exactly one of `oidc` and `static`", names the schema refuses without a word). Asked in
   * every mode, after the schema's own findings, whenever the inputs are an object; values may be unknown or of the
   * wrong type. An error finding means that `open` is not called.
   */
  readonly inspect?: (inputs: ExportedRecord, context: ExecutionContext) => readonly InputFinding[]
  /**
   * Gives the opened value; `secret` on the result marks the whole tree.
   * @throws Error whose message becomes the diagnostic's summary; a `ProviderError`'s `detail` becomes its detail
   */
  open(inputs: ExportedRecord, context: ExecutionContext, signal: AbortSignal): Promise<ExportedValue>
}

/** Makes the next secret: `fn::rotate::<name>`. Saving the new state is the caller's work. */
export interface Rotator {
  readonly inputs: Schema
  readonly state: Schema
  readonly outputs: Schema
  /** As a provider's: an error finding means that the rotator is neither opened nor rotated. */
  readonly inspect?: Provider['inspect']
  /** `state` is null before the first rotation. */
  open(
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    context: ExecutionContext,
    signal: AbortSignal,
  ): Promise<ExportedValue>
  rotate(
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    context: ExecutionContext,
    signal: AbortSignal,
  ): Promise<ExportedValue>
}

/** Where the evaluator finds providers and rotators by name. Throws `unknown provider "x"` / `unknown rotator "x"`. */
export interface ProviderSet {
  /** Whether all of them are what `providers/` describes under their names: then nobody has to be asked for their schemas. */
  readonly isCatalogue?: boolean
  provider(name: string): Promise<Provider>
  rotator(name: string): Promise<Rotator>
}

/**
 * Turns the sealed secrets of one text back into plaintext bytes, and the reverse. `path` is where the `fn::secret` stands,
 * from the document's root: `['values', …]`.
 */
export interface Crypter {
  encrypt(plaintext: Uint8Array, path: PropertyPath): Promise<Uint8Array>
  decrypt(ciphertext: Uint8Array, path: PropertyPath): Promise<Uint8Array>
}

/** Finds imported environments. The message of a thrown error becomes the diagnostic at the import. */
export interface EnvironmentLoader {
  load(name: string): Promise<LoadedEnvironment>
}

/** The text of an environment, and what opens its sealed secrets. */
export interface LoadedEnvironment {
  readonly source: Uint8Array
  readonly crypter: Crypter
}

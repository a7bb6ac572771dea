import type { Schema } from '../schema/index.ts'
import type { ExportedRecord, ExportedValue } from '../value/index.ts'

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
}

/** Opens secrets: `fn::open::<name>`. Everything it needs of the world was handed to it when it was made. */
export interface Provider {
  readonly inputs: Schema
  readonly outputs: Schema
  /**
   * Gives the opened value; `secret` on the result marks the whole tree.
   * @throws Error whose message becomes the diagnostic's summary; an `AppError`'s hint becomes its detail
   */
  open(inputs: ExportedRecord, context: ExecutionContext, signal: AbortSignal): Promise<ExportedValue>
}

/** Makes the next secret: `fn::rotate::<name>`. Saving the new state is the caller's work. */
export interface Rotator {
  readonly inputs: Schema
  readonly state: Schema
  readonly outputs: Schema
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
  provider(name: string): Promise<Provider>
  rotator(name: string): Promise<Rotator>
}

/** Turns the text of an environment's sealed secrets back into plaintext bytes, and the reverse. */
export interface Crypter {
  encrypt(plaintext: Uint8Array): Promise<Uint8Array>
  decrypt(ciphertext: Uint8Array): Promise<Uint8Array>
}

/** Finds imported environments. The message of a thrown error becomes the diagnostic at the import. */
export interface EnvironmentLoader {
  load(name: string): Promise<LoadedEnvironment>
}

export interface LoadedEnvironment {
  readonly source: Uint8Array
  readonly crypter: Crypter
}

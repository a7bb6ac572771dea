import type { Schema } from '../schema/index.ts'
import type { ExportedValue } from '../value/index.ts'
import type { Patch, RotationResult } from './evaluation.ts'
import type { Expr, Place } from './expr.ts'
import type { Budget } from './limits.ts'
import type { CallContext, Outside } from './outside.ts'
import type { Crypter } from './provider.ts'
import type { Value } from './value.ts'

/** How the evaluation was asked for (language specification §5.1). */
export interface Mode {
  readonly validating: boolean
  readonly rotating: boolean
  /** Whether sealed secrets are opened: always, except in a check that shows none. */
  readonly decrypts: boolean
  /** Document paths of the rotations asked for; empty = all. */
  readonly rotatePaths: ReadonlySet<string>
}

/** What a builtin may use of the evaluator that runs it. */
export interface Scope {
  readonly mode: Mode
  readonly budget: Budget
  readonly outside: Outside
  readonly crypter: Crypter
  readonly callContext: CallContext
  /** Evaluates an argument. */
  evaluate(x: Expr): Value
  /** Evaluates an argument and validates it; what does not fit is reported, without words of a secret schema. */
  typed(x: Expr, accept: Schema, secretSchema?: boolean): { readonly value: Value; readonly ok: boolean }
  /** The exported form of a value that leaves for a provider or an encoder. */
  exported(value: Value): ExportedValue
  error(place: Place | null, summary: string, detail?: string): void
  warning(place: Place | null, summary: string, detail?: string): void
  /**
   * Whether the call at hand, or as many as it takes, is left out, because cycles are looked for first. What it would give is
   * unknown. Too many of them are refused here, before the first is made.
   */
  holdsCalls(calls: number): boolean
  /** Throws `pending` unless everything before this call in evaluation order is final. */
  requireSettled(): void
  rotated(result: RotationResult, patch?: Patch): void
}

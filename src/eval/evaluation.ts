import type { Diagnostic, Range } from '../diag/index.ts'
import type { SchemaJson } from '../schema/index.ts'
import type { ExportedRecord, ExportedValue } from '../value/index.ts'
import type { Crypter, EnvironmentLoader, ProviderSet } from './provider.ts'

/** All that an evaluation may touch. The evaluator itself has no clock, disk or network. */
export interface EvaluationHost {
  readonly providers: ProviderSet
  readonly loader: EnvironmentLoader
  /** Opens the root's own sealed secrets. */
  readonly crypter: Crypter
  /** Facts about the caller, e.g. `{pulumi: {user: {id, login}}}`; reachable as `${context…}`. */
  readonly context: ExportedRecord
  readonly limits?: Partial<EvaluationLimits>
  /** Milliseconds of some clock. Without one the time that evaluation takes has no bound of its own. */
  readonly now?: () => number
  readonly signal?: AbortSignal
  /** A signal that aborts after so many milliseconds. Without it an open may wait for its providers without end. */
  readonly timeout?: (milliseconds: number) => AbortSignal
  /**
   * What becomes of calls when an import, a reference or a rotation leads back to itself. `report`: whatever does not depend
   * on the cycle is opened, as the language says. `refuse`: cycles are looked for first, and with one no provider is called
   * (security requirement S-46). Unless given, `report`.
   */
  readonly cycles?: 'report' | 'refuse'
  /** Is told each time that nothing more can be done until an answer comes. */
  readonly waits?: () => void
}

/** Bounds of one evaluation (security requirement S-42). A trip is a diagnostic that names the limit. */
export interface EvaluationLimits {
  readonly depth: number
  readonly nodes: number
  /** Distinct environments in the whole import graph. */
  readonly imports: number
  readonly directImports: number
  readonly importDepth: number
  readonly references: number
  /** How many references may have to be followed before one can be resolved. */
  readonly referenceDepth: number
  readonly steps: number
  /** How long evaluation may compute; waiting for answers does not count. */
  readonly milliseconds: number
  readonly stringBytes: number
  readonly outputBytes: number
  readonly providerCalls: number
  /** Provider calls under way at once. */
  readonly parallelCalls: number
  /** How long the whole evaluation may take, waiting included. */
  readonly openMilliseconds: number
}

/** What an evaluation gives. `environment` is null when there was nothing to evaluate (§1.4) or no declaration. */
export interface Evaluation {
  readonly environment: Environment | null
  /** In order of emission. */
  readonly diagnostics: readonly Diagnostic[]
  /** Rotate mode only: what has to be written back, and what was tried. */
  readonly patches: readonly Patch[]
  readonly rotations: readonly RotationResult[]
}

/** The exported result (§11.1). Members are left out when empty, exactly as the wire wants them. */
export interface Environment {
  readonly exprs?: { readonly [key: string]: ExportedExpr }
  readonly properties?: ExportedRecord
  readonly schema: SchemaJson
  readonly executionContext: { readonly properties?: ExportedRecord; readonly schema: SchemaJson }
}

/** A document path and the value that replaces what stands there. */
export interface Patch {
  readonly docPath: string
  readonly replacement: ExportedValue
}

/** What became of one rotation; `path` is the document path of its call. */
export interface RotationResult {
  readonly path: string
  readonly status: 'succeeded' | 'failed' | 'not-evaluated'
  readonly diagnostics: readonly Diagnostic[]
}

/** An expression as exported (§11.4): `range` always, then at most one variant member. */
export interface ExportedExpr {
  readonly range: Range
  readonly schema?: SchemaJson
  readonly base?: ExportedExpr
  readonly keyRanges?: { readonly [key: string]: Range }
  readonly literal?: unknown
  readonly interpolate?: readonly { readonly text?: string; readonly value?: readonly ExportedAccessor[] }[]
  readonly symbol?: readonly ExportedAccessor[]
  readonly access?: { readonly receiver: Range; readonly accessors: readonly ExportedAccessor[] }
  readonly list?: readonly ExportedExpr[]
  readonly object?: { readonly [key: string]: ExportedExpr }
  readonly builtin?: {
    readonly name: string
    readonly nameRange: Range
    readonly argSchema: SchemaJson
    readonly arg: ExportedExpr
  }
}

/** One step of a reference: where it stands, and where what it reached stands. */
export interface ExportedAccessor {
  readonly index?: number
  readonly key?: string
  readonly range: Range
  readonly value?: Range
}

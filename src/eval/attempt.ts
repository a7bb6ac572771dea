import type { Diagnostic } from '../diag/index.ts'
import type { ExportedRecord } from '../value/index.ts'
import type { EvaluationLimits, Patch, RotationResult } from './evaluation.ts'
import { Exporter } from './exporter.ts'
import { Budget, type Spent } from './limits.ts'
import type { LoadedDefinition, Outside } from './outside.ts'
import type { Mode } from './scope.ts'
import type { Value } from './value.ts'
import { OperationFailed } from './waiting.ts'

/**
 * Where the next attempt may go on: the root's imports are evaluated and nothing was awaited on the way, so all of it is what a
 * sequential evaluation does first. Nothing changes these values any more.
 */
export interface Checkpoint {
  readonly base: Value | null
  readonly myImports: Value
  readonly imports: ReadonlyMap<string, { value: Value | null }>
  readonly diagnostics: readonly Diagnostic[]
  readonly spent: Spent
}

/**
 * One run of the evaluator over a definition, from the start or from where an earlier run had everything it needed. What it
 * shares with other runs is `outside` and that checkpoint.
 */
export class Attempt {
  readonly mode: Mode
  readonly outside: Outside
  readonly budget: Budget
  readonly exporter: Exporter
  readonly contextValues: ExportedRecord
  /** The environments met so far; without a value while they are evaluated. */
  readonly imports = new Map<string, { value: Value | null }>()
  /** The environments whose inherited values hold each environment once only (`inherit.ts`). */
  readonly inheritsOnce = new Set<Value>()
  readonly patches: Patch[] = []
  readonly rotations: RotationResult[] = []
  /** Whether anything had to be left because an answer is awaited; then this attempt's outcome is void. */
  waiting = false

  readonly resumed: Checkpoint | null
  checkpoint: Checkpoint | null

  constructor(
    mode: Mode,
    outside: Outside,
    limits: EvaluationLimits,
    contextValues: ExportedRecord,
    now: (() => number) | undefined,
    resumed: Checkpoint | null = null,
  ) {
    this.mode = mode
    this.outside = outside
    this.budget = new Budget(limits, now)
    this.exporter = new Exporter(this.budget)
    this.contextValues = contextValues
    this.resumed = resumed
    this.checkpoint = resumed
    if (resumed === null) return
    for (const [name, entry] of resumed.imports) this.imports.set(name, entry)
    this.budget.resume(resumed.spent)
  }

  /** The imported definition, or the loader's refusal. */
  load(name: string, importDepth: number): LoadedDefinition | string {
    try {
      return this.outside.load(name, importDepth)
    } catch (error) {
      if (error instanceof OperationFailed) return error.message
      throw error
    }
  }
}

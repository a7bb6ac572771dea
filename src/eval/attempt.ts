import type { ExportedRecord } from '../value/index.ts'
import type { EvaluationLimits, Patch, RotationResult } from './evaluation.ts'
import { Exporter } from './exporter.ts'
import { Budget } from './limits.ts'
import type { LoadedDefinition, Outside } from './outside.ts'
import type { Mode } from './scope.ts'
import type { Value } from './value.ts'
import { OperationFailed } from './waiting.ts'

/** One run of the evaluator over a definition, from the start. What it shares with other runs is `outside` alone. */
export class Attempt {
  readonly mode: Mode
  readonly outside: Outside
  readonly budget: Budget
  readonly exporter: Exporter
  readonly contextValues: ExportedRecord
  /** The environments met so far; without a value while they are evaluated. */
  readonly imports = new Map<string, { value: Value | null }>()
  readonly patches: Patch[] = []
  readonly rotations: RotationResult[] = []
  /** Whether anything had to be left because an answer is awaited; then this attempt's outcome is void. */
  waiting = false

  constructor(mode: Mode, outside: Outside, limits: EvaluationLimits, contextValues: ExportedRecord) {
    this.mode = mode
    this.outside = outside
    this.budget = new Budget(limits)
    this.exporter = new Exporter(this.budget)
    this.contextValues = contextValues
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

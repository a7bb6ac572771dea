import type { CycleStep, Diagnostic } from '../diag/index.ts'
import type { ExportedRecord } from '../value/index.ts'
import type { EvaluationLimits, Patch, RotationResult } from './evaluation.ts'
import { Exporter } from './exporter.ts'
import type { Expr, Place } from './expr.ts'
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
  readonly cyclic: boolean
}

/** How deep inside of expressions and environments evaluation stands. */
interface Standing {
  readonly depth: number
  readonly referenceDepth: number
  readonly underway: number
  readonly environments: number
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
  /** A rehearsal calls no provider: what one would give is unknown. It is there to find cycles before any call. */
  readonly rehearses: boolean
  /** The calls that were left out of this rehearsal. */
  heldCalls = 0
  /** Whether something led back to itself. */
  cyclic = false

  readonly resumed: Checkpoint | null
  checkpoint: Checkpoint | null

  /** The expressions under evaluation, each inside of the one before or referred to by it. */
  readonly #underway: Expr[] = []
  /** The environments under evaluation, each with where the one before imports it. */
  readonly #environments: { readonly name: string; readonly place: Place | null }[] = []

  constructor(
    { mode, rehearses, resumed }: { mode: Mode; rehearses: boolean; resumed: Checkpoint | null },
    outside: Outside,
    limits: EvaluationLimits,
    contextValues: ExportedRecord,
    now: (() => number) | undefined,
  ) {
    this.mode = mode
    this.rehearses = rehearses
    this.outside = outside
    this.budget = new Budget(limits, now)
    this.exporter = new Exporter(this.budget)
    this.contextValues = contextValues
    this.resumed = resumed
    this.checkpoint = resumed
    if (resumed === null) return
    this.cyclic = resumed.cyclic
    for (const [name, entry] of resumed.imports) this.imports.set(name, entry)
    this.budget.resume(resumed.spent)
  }

  enterExpression(x: Expr): void {
    this.#underway.push(x)
  }

  leaveExpression(): void {
    this.#underway.pop()
  }

  enterEnvironment(name: string, place: Place | null): void {
    this.#environments.push({ name, place })
  }

  leaveEnvironment(): void {
    this.#environments.pop()
  }

  /** Where evaluation stands; `returnTo` comes back there when `pending` has cut through. */
  get standing(): Standing {
    const { depth, referenceDepth } = this.budget
    return {
      depth,
      referenceDepth,
      underway: this.#underway.length,
      environments: this.#environments.length,
    }
  }

  returnTo({ depth, referenceDepth, underway, environments }: Standing): void {
    this.budget.depth = depth
    this.budget.referenceDepth = referenceDepth
    this.#underway.length = underway
    this.#environments.length = environments
  }

  /** How an expression under evaluation is referred to by what it refers to: the references on the way, one a step. */
  referenceCycle(x: Expr): readonly CycleStep[] {
    this.cyclic = true
    const way = this.#underway.slice(this.#underway.lastIndexOf(x))
    const steps: CycleStep[] = []
    let from = x.path
    for (const [i, { body, place }] of way.entries()) {
      if (body.kind !== 'symbol' && body.kind !== 'interpolation') continue
      const to = way[i + 1]?.path ?? x.path
      steps.push({ from, to, range: place?.range ?? null })
      from = to
    }
    return steps
  }

  /** How an environment under evaluation imports itself by way of others; `place` is where it is imported again. */
  importCycle(name: string, place: Place | null): readonly CycleStep[] {
    this.cyclic = true
    const way = this.#environments.slice(this.#environments.findLastIndex((entry) => entry.name === name))
    return way.map((entry, i) => {
      const next = way[i + 1] ?? { name, place }
      return { from: entry.name, to: next.name, range: next.place?.range ?? null }
    })
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

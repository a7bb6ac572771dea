import type { CycleStep, Diagnostic, Position, Range } from '../diag/index.ts'

/** A finding that keeps a value unknown, whoever opens it. */
export interface Fault {
  readonly summary: string
  /** The cycle that the value is part of, step by step; empty when it is in none. */
  readonly cycle: readonly CycleStep[]
}

/** The first finding about what is written at `at`; `null` when there is none, and opening will tell the value. */
export function faultAt(at: Range, diagnostics: readonly Diagnostic[]): Fault | null {
  for (const { severity, summary, range, cycle = [] } of diagnostics) {
    if (severity !== 'error') continue
    const isStep = cycle.some((step) => step.range !== null && isWithin(step.range, at))
    if (isStep) return { summary, cycle }
    if (cycle.length === 0 && range !== null && isWithin(range, at)) return { summary, cycle }
  }
  return null
}

/** Whether one range begins in another. One of no length holds what begins where it does. */
function isWithin({ environment, begin }: Range, outer: Range): boolean {
  const fromStart = compare(begin, outer.begin)
  return (
    environment === outer.environment && (fromStart === 0 || (fromStart > 0 && compare(begin, outer.end) < 0))
  )
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column
}

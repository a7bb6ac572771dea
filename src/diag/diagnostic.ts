import type { Range } from './range.ts'

/** A finding about a user's text. Bad input never throws: it becomes a diagnostic in a list. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** One line, the texts of the language specification where it fixes one. */
  readonly summary: string
  /** More lines: what was sent, what was said, what to try. Empty when there is nothing to add. */
  readonly detail: string
  /** `null` when the finding has no place in a text. */
  readonly range: Range | null
  /** Where in the document, as a property path (`values.foo`); `""` when unknown. */
  readonly path: string
  /**
   * Where a text ceases to be YAML: line and column from 1, columns in code points. Such an error has no range, and the line
   * that its words name is where the unfinished part began, counted as clients expect it.
   */
  readonly place?: { readonly environment: string; readonly line: number; readonly column: number }
  /** The cycle that an error is about, step by step; the last one leads back to the first. */
  readonly cycle?: readonly CycleStep[]
}

/** One step of a cycle: `from` refers to `to`, or imports it, at `range`. */
export interface CycleStep {
  readonly from: string
  readonly to: string
  readonly range: Range | null
}

/** An error diagnostic; `detail` and `path` may be left out. */
export function errorAt(range: Range | null, summary: string, path = '', detail = ''): Diagnostic {
  return { severity: 'error', summary, detail, range, path }
}

/** A warning diagnostic. */
export function warningAt(range: Range | null, summary: string, path = '', detail = ''): Diagnostic {
  return { severity: 'warning', summary, detail, range, path }
}

/**
 * All lines that belong below a summary: the detail, else the place (`at env:2:5`) or the cycle.
 *
 *     the cycle is a -> b -> a
 *       a needs b (env:2:6)
 *       b needs a (env:3:6)
 */
export function detailOf({ detail, cycle, place }: Diagnostic): string {
  if (detail === '' && place !== undefined) return `at ${place.environment}:${place.line}:${place.column}`
  if (detail !== '' || cycle === undefined) return detail
  const [first] = cycle
  const names = [first?.from, ...cycle.map(({ to }) => to)]
  const steps = cycle.map(({ from, to, range }) => {
    const place = range && ` (${range.environment}:${range.begin.line}:${range.begin.column})`
    return `  ${from} needs ${to}${place ?? ''}`
  })
  return [`the cycle is ${names.join(' -> ')}`, ...steps].join('\n')
}

/** Whether any diagnostic in the list is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}

/**
 * Orders diagnostics for display: rangeless first (by summary), then environment, line, column.
 * Use with a stable sort; equal keys keep their order of emission.
 */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.range === null || b.range === null) {
    if (a.range === null && b.range === null) return compareText(a.summary, b.summary)
    return a.range === null ? -1 : 1
  }
  return (
    compareText(a.range.environment, b.range.environment) ||
    a.range.begin.line - b.range.begin.line ||
    a.range.begin.column - b.range.begin.column
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

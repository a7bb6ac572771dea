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
}

/** An error diagnostic; `detail` and `path` may be left out. */
export function errorAt(range: Range | null, summary: string, path = '', detail = ''): Diagnostic {
  return { severity: 'error', summary, detail, range, path }
}

/** A warning diagnostic. */
export function warningAt(range: Range | null, summary: string, path = '', detail = ''): Diagnostic {
  return { severity: 'warning', summary, detail, range, path }
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

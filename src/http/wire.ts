import { type Diagnostic, detailOf } from '../diag/index.ts'
import { plain } from '../service/index.ts'
import type { PlainValue } from '../value/index.ts'

export { renderEnvironment, renderValue } from '../service/index.ts'

type PlainRecord = { readonly [key: string]: PlainValue }

/** Strict clients refuse a range without its environment; a range of nowhere gets this name. */
const nowhere = '<unknown>'

/** Diagnostics as the wire has them; members without content are left out. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): readonly object[] {
  return diagnostics.map((diagnostic) => {
    const { severity, summary, range, path } = diagnostic
    const detail = detailOf(diagnostic)
    return {
      ...(range === null ? {} : { range: { ...range, environment: range.environment || nowhere } }),
      summary,
      ...(detail === '' ? {} : { detail }),
      severity,
      ...(path === '' ? {} : { path }),
    }
  })
}

/** A member for a success with warnings; nothing when there is nothing to report, because clients test for absence. */
export function renderWarnings(diagnostics: readonly Diagnostic[]): PlainRecord {
  return diagnostics.length === 0 ? {} : { diagnostics: plain(renderDiagnostics(diagnostics)) }
}

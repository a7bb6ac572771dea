import { compareDiagnostics, type Diagnostic, type Range } from '../../src/diag/index.ts'
import { NumberText } from '../../src/value/index.ts'

// The JSON forms of the test data, as far as they differ from ours.

/** A range as diagnostics carry it. */
export function subject(range: Range | null): unknown {
  if (range === null) return null
  const position = ({ line, column, byte }: Range['begin']) => ({ Line: line, Column: column, Byte: byte })
  return { Filename: range.environment, Start: position(range.begin), End: position(range.end) }
}

/** Diagnostics as the data has them, sorted; equal sort keys are put in order by path and summary, on both sides. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): unknown[] {
  return [...diagnostics]
    .sort((a, b) => compareDiagnostics(a, b) || tie(a.path, b.path) || tie(a.summary, b.summary))
    .map(({ severity, summary, detail, range, path }) => ({
      Severity: severity === 'error' ? 1 : 2,
      Summary: summary,
      Detail: detail,
      Subject: subject(range),
      Context: null,
      Expression: null,
      EvalContext: null,
      Extra: null,
      Path: path,
    }))
}

/** Puts expected diagnostics in the order of `diagnosticsJson`. */
export function sortExpected(list: unknown): unknown {
  if (!Array.isArray(list)) return list
  return diagnosticsJson(list.map(readDiagnostic))
}

interface WireDiagnostic {
  readonly Severity: unknown
  readonly Summary: string
  readonly Detail: string
  readonly Path: string
  readonly Subject: null | {
    readonly Filename: string
    readonly Start: Record<string, unknown>
    readonly End: Record<string, unknown>
  }
}

function readDiagnostic(wire: WireDiagnostic): Diagnostic {
  const position = (at: Record<string, unknown>) => ({
    line: Number(String(at['Line'])),
    column: Number(String(at['Column'])),
    byte: Number(String(at['Byte'])),
  })
  const range = wire.Subject && {
    environment: wire.Subject.Filename,
    begin: position(wire.Subject.Start),
    end: position(wire.Subject.End),
  }
  const severity = String(wire.Severity) === '1' ? 'error' : 'warning'
  return { severity, summary: wire.Summary, detail: wire.Detail, range, path: wire.Path }
}

/** Our exported data as the wire has it: a range without an environment does not name one. */
export function exportedJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return value
  if (Array.isArray(value)) return value.map(exportedJson)
  const record: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value)) {
    if (key === 'environment' && member === '') continue
    record[key] = exportedJson(member)
  }
  return record
}

function tie(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

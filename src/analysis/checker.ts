import { compareDiagnostics, type Diagnostic } from '../diag/index.ts'
import { checkEnvironment, type EvaluationHost } from '../eval/index.ts'
import { loadDefinition } from '../expr/index.ts'
import type { CheckedDefinition, LookUp } from './known-environment.ts'

/**
 * Checks environments by name, each once, as roots of their own: what an explanation or an editor asks of imports. `null` for one
 * that cannot be loaded or is no YAML.
 */
export function createChecker(host: EvaluationHost): LookUp {
  const known = new Map<string, Promise<CheckedDefinition | null>>()
  const check = async (name: string): Promise<CheckedDefinition | null> => {
    try {
      const { source } = await host.loader.load(name)
      return (await checkSource(name, source, host)).checked
    } catch {
      return null
    }
  }
  return (name) => {
    const found = known.get(name) ?? check(name)
    known.set(name, found)
    return found
  }
}

/** A checked text and what was found, a line each with its place; `checked` is null when it is no YAML or declares nothing. */
export interface CheckedSource {
  readonly checked: CheckedDefinition | null
  readonly findings: readonly string[]
}

/** Checks a text that the caller has at hand. */
export async function checkSource(
  name: string,
  source: Uint8Array,
  host: EvaluationHost,
): Promise<CheckedSource> {
  const { definition, diagnostics } = loadDefinition(name, source)
  const evaluation = await checkEnvironment(name, definition, host)
  const { environment } = evaluation
  const found = [...diagnostics, ...evaluation.diagnostics].sort(compareDiagnostics)
  const checked =
    definition === null || environment === null ? null : { name, definition, environment, diagnostics: found }
  return { checked, findings: found.map(findingLine) }
}

/** A finding on one line: `<environment>:<line>:<column>: <summary>`. */
export function findingLine({ range, summary, place }: Diagnostic): string {
  if (place !== undefined) return `${place.environment}:${place.line}:${place.column}: ${summary}`
  if (range === null) return summary
  return `${range.environment}:${range.begin.line}:${range.begin.column}: ${summary}`
}

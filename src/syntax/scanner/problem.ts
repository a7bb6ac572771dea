import type { Mark } from './cursor.ts'

/** Which part of the YAML reader found a problem; it decides how the line is counted (`problemText`). */
export type ProblemSource = 'reader' | 'scanner' | 'parser' | 'composer'

/**
 * A malformed document, in libyaml's words. Thrown inside this folder only: `parseYaml` turns it into text.
 *
 * `context` is where the construct began that could not be finished, `at` is where the problem showed.
 */
export class YamlProblem extends Error {
  readonly source: ProblemSource
  readonly contextLine: number
  readonly line: number
  /** Where a reader should look: `at`, or a place that the words leave out. */
  readonly place: Pick<Mark, 'line' | 'column'> | null

  constructor(
    source: ProblemSource,
    message: string,
    context: Mark | null,
    at: Mark | null,
    place: YamlProblem['place'] = at,
  ) {
    super(message)
    this.source = source
    this.contextLine = context?.line ?? 0
    this.line = at?.line ?? 0
    this.place = place
  }
}

/**
 * The text of a problem (language specification §2.7): `yaml: `, a line unless both marks are on the first one,
 * and the words. Parser lines come out one lower than an editor counts them; clients match on that.
 */
export function problemText(problem: YamlProblem): string {
  const line = problem.contextLine || problem.line
  if (line === 0) return `yaml: ${problem.message}`
  return `yaml: line ${problem.source === 'scanner' ? line + 1 : line}: ${problem.message}`
}

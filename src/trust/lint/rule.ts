import type { Hit, Severity } from './finding.ts'
import type { LintView } from './view.ts'

/** One rule of the catalogue. */
export interface Rule {
  readonly id: string
  readonly severity: Severity
  /** The rule in a few words, for lists of rules. */
  readonly title: string
  /** Why it matters. */
  readonly why: string
  readonly check: (view: LintView) => readonly Hit[]
}

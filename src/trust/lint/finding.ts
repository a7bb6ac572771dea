import type { IssuerModel } from '../language/issuer-model.ts'
import type { Witness } from '../language/witness.ts'
import type { Span } from '../policy/json.ts'
import type { Claims, IdentityProvider, RoleFacts } from '../request.ts'

/** critical: outsiders can take the role; high: wider than meant; medium: fails closed or is fragile; low: style. */
export type Severity = 'critical' | 'high' | 'medium' | 'low'

/** A replacement of a stretch of the policy text. */
export interface Edit {
  readonly at: Span
  readonly text: string
}

/** One thing a rule found. */
export interface Finding {
  /** `AWS001` to `AWS050` of the catalogue, `ESC…` for rules about our own issuer. */
  readonly id: string
  readonly severity: Severity
  /** What is wrong, with the value it is about. */
  readonly what: string
  readonly why: string
  /** The change that mends it, in words. */
  readonly fix: string
  /** Position in the document, from 0; `null` when the finding is about the whole. */
  readonly statement: number | null
  /** Into the text of the policy; `line` and `column` count from 1. */
  readonly at: Span & { readonly line: number; readonly column: number }
  /** A token the policy admits that it should not, tried with `decide`; given for every critical finding. */
  readonly witness: LintWitness | null
  /** Text edits that mend it without admitting anybody new; empty when a person must choose. */
  readonly edits: readonly Edit[]
}

/** A token that the policy would accept, as proof of a finding. */
export type LintWitness = Witness

/** What is known beside the policy. Everything may be missing; rules that need it then stay silent. */
export interface LintFacts {
  readonly provider?: IdentityProvider
  readonly role?: Partial<RoleFacts>
  readonly attachedPolicies?: readonly string[]
  readonly thumbprints?: readonly string[]
  /** The claims of a real token, without its signature. */
  readonly sample?: Claims
  /** The model of our own issuer, when the policy trusts it. */
  readonly model?: IssuerModel
  readonly quota?: number
}

/** What a rule hands back; the runner adds id, severity, place and witness. */
export interface Hit {
  readonly at: Span
  readonly what: string
  readonly fix: string
  readonly statement?: number
  readonly severity?: Severity
  readonly witness?: LintWitness | null
  readonly edits?: readonly Edit[]
}

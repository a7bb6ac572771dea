/**
 * The answer of the trust engine. A refusal is a value, not a throw, and always says which rule, the value
 * wanted, the value got and one next step.
 */
export interface Decision {
  /** `error` = refused for another cause than the trust policy (bad token, unknown provider, bad request). */
  readonly effect: 'allow' | 'deny' | 'error'
  /** Stable, e.g. `ALLOWED`, `CONDITION_FALSE`; `ReasonCode` in `refusal.ts` lists those of this engine. */
  readonly reasonCode: string
  /** One sentence for a person. */
  readonly reason: string
  /** What AWS answers, `null` when allowed. */
  readonly awsError: AwsError | null
  /** Every statement in document order, for each permission that was needed. Empty when a check before the policy refused. */
  readonly trace: readonly StatementTrace[]
  /** Index into `trace` of the statement that decided; `null` = nothing matched. */
  readonly decidedBy: number | null
  /** One change that would flip a refusal, in words and, where it is a policy edit, as a patched document. */
  readonly suggestion: Suggestion | null
}

/** AWS's error code, HTTP status and text (aws specification §4.4). */
export interface AwsError {
  readonly code: string
  readonly status: number
  readonly message: string
}

/** One change that would flip a refusal. */
export interface Suggestion {
  readonly say: string
  readonly policy?: unknown
}

/** What one statement wanted and got. */
export interface StatementTrace {
  /** Position in the document, from 0, and its Sid when it has one. */
  readonly index: number
  readonly sid: string | null
  readonly effect: 'Allow' | 'Deny'
  /** The permission this row is about, e.g. `sts:AssumeRoleWithWebIdentity`. */
  readonly permission: string
  readonly principal: CheckTrace
  readonly action: CheckTrace
  readonly conditions: readonly ConditionTrace[]
  /** Principal, action and all conditions hold. */
  readonly matched: boolean
}

/** One yes-or-no test: what the policy wanted, what the request had, and why in words. */
export interface CheckTrace {
  readonly holds: boolean
  readonly wanted: readonly string[]
  readonly got: readonly string[]
  readonly why: string
}

/** One (operator, key) pair of a Condition block. */
export interface ConditionTrace extends CheckTrace {
  readonly operator: string
  /** As the policy spells it. */
  readonly key: string
  /** False when the request has no such key; `got` is then empty. */
  readonly present: boolean
  /** `wanted` after policy variables were replaced; a value whose variable has no value is left out. */
  readonly expanded: readonly string[]
}

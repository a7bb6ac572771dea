import type { ConditionOperator, ValueTest } from '../condition/operator.ts'
import type { SetPrefix } from '../condition/registry.ts'
import type { Template } from '../variables.ts'
import type { Span } from './json.ts'

/** A trust policy as AWS reads it, with the place of every part in `source`. */
export interface Policy {
  readonly version: '2008-10-17' | '2012-10-17'
  /** False when the document names no version; AWS then takes 2008-10-17. */
  readonly versionGiven: boolean
  readonly statements: readonly Statement[]
  /** The text the places point into: the given one, or the canonical text of a parsed document. */
  readonly source: string
  readonly at: Span
}

/** One statement, with where it stands. */
export interface Statement {
  /** Position in the document, from 0. */
  readonly index: number
  readonly sid: string | null
  readonly effect: 'Allow' | 'Deny'
  readonly principals: readonly PrincipalEntry[]
  /** `NotPrincipal`: everyone but the entries. */
  readonly principalsNegated: boolean
  readonly actions: readonly ActionEntry[]
  /** `NotAction`: everything but the entries. */
  readonly actionsNegated: boolean
  readonly conditions: readonly ConditionEntry[]
  readonly at: Span
  readonly principalAt: Span
  readonly actionAt: Span
  /** `null` when the statement has no Condition. */
  readonly conditionAt: Span | null
}

/** One principal: its kind and value. */
export interface PrincipalEntry {
  /** `*` for the scalar `"Principal": "*"`, otherwise the member name. */
  readonly kind: string
  readonly value: string
  readonly at: Span
}

/** One action pattern. */
export interface ActionEntry {
  readonly pattern: string
  readonly test: ValueTest
  readonly at: Span
}

/** One (operator, key) pair. */
export interface ConditionEntry {
  readonly operator: ConditionOperator
  /** As the policy spells it, prefix and `IfExists` included. */
  readonly operatorName: string
  readonly operatorAt: Span
  readonly set: SetPrefix | null
  readonly ifExists: boolean
  readonly key: string
  readonly keyAt: Span
  readonly values: readonly ConditionValue[]
  readonly valuesAt: Span
}

/** One value of a condition, as text. */
export interface ConditionValue {
  readonly text: string
  readonly template: Template
  /** Compiled once; `null` when the value holds a policy variable. */
  readonly test: ValueTest | null
  readonly at: Span
}

/** Something AWS does not store. */
export interface PolicyFault {
  /** AWS's text. */
  readonly message: string
  /** Ours: the rule, what was wanted and what was found. */
  readonly detail: string
  readonly at: Span
  /** True when the document cannot be evaluated at all, false when a stored one still could. */
  readonly fatal: boolean
}

/** `policy` is null when a fault is fatal. */
export interface ParsedPolicy {
  readonly policy: Policy | null
  readonly faults: readonly PolicyFault[]
  readonly source: string
}

/** What a statement says, without where it stands, its name and its layout: equal texts are met by the same requests. */
export function wordingOf({
  effect,
  principals,
  principalsNegated,
  actions,
  actionsNegated,
  conditions,
}: Statement): string {
  return JSON.stringify([
    effect,
    principalsNegated,
    principals.map(({ kind, value }) => [kind, value]),
    actionsNegated,
    actions.map(({ pattern }) => pattern),
    conditions.map(({ operatorName, key, values }) => [
      operatorName,
      key,
      values.map(({ text, test }) => [text, test === null]),
    ]),
  ])
}

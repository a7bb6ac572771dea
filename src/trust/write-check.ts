import { controlOf, type IssuerControl, issuerName } from './issuers.ts'
import type { ConditionEntry, Policy, Statement } from './policy/document.ts'
import { maxPolicyText, parsePolicy } from './policy/parse.ts'
import { parseProviderArn } from './policy/principal-grammar.ts'
import { type Refusal, refuse } from './refusal.ts'
import { actionCovers } from './statements.ts'

/** AWS's default quota for a role's trust policy, in characters that are no white space. */
export const defaultPolicyQuota = 2048

/**
 * Whether IAM would store the policy: the grammar, the quota and the identity-provider controls (aws
 * specification §3.1, §1.2, §1.3). `null` = stored; otherwise AWS's code and text with our reason.
 *
 * A stored policy is not a safe one: the controls overlook much, which is what the lint rules are for.
 */
export function checkWritable(given: unknown, options: { readonly quota?: number } = {}): Refusal | null {
  const { policy, faults, source } = parsePolicy(given)
  const limit = options.quota ?? defaultPolicyQuota
  if (source.length > maxPolicyText) return tooLong(source, limit)
  const fault = faults.find(({ fatal }) => fatal) ?? faults[0]
  if (fault !== undefined) {
    return refuse('MALFORMED_POLICY', { rule: fault.message }, fault.detail, 'correct the policy document')
  }
  if (policyLength(source) > limit) return tooLong(source, limit)
  return policy === null ? null : checkControls(policy)
}

function tooLong(source: string, limit: number): Refusal {
  const reason = `the policy has ${policyLength(source)} characters without white space, the quota is ${limit}`
  const hint = 'merge values into patterns or ask AWS for a higher quota'
  return refuse('POLICY_TOO_LONG', { limit }, reason, hint)
}

/** The length AWS counts: every character that is no white space. */
export function policyLength(source: string): number {
  return source.replace(/\s+/g, '').length
}

function checkControls(policy: Policy): Refusal | null {
  for (const statement of policy.statements) {
    if (statement.effect === 'Deny' || !actionCovers(statement, 'sts:AssumeRoleWithWebIdentity')) continue
    for (const { kind, value } of statement.principals) {
      if (kind !== 'Federated') continue
      const control = controlOf(parseProviderArn(value)?.issuer ?? issuerName(value))
      if (control !== null && !satisfies(statement, control)) return missingControl(statement, value, control)
    }
  }
  return null
}

function missingControl(statement: Statement, principal: string, control: IssuerControl): Refusal {
  const keys = control.keys.join(' or ')
  const rule =
    control.operators === 'equality'
      ? `Policy trusting ${principal} requires a StringEquals condition on an application id`
      : `Trust policy with trusted principal ${principal} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, ${keys} which is not scoped to all.`
  const reason = `statement ${statement.index + 1} trusts the shared issuer \`${control.issuer}\` without scoping ${keys}`
  return refuse('IDP_CONTROL_MISSING', { rule }, reason, `add a StringEquals condition on ${control.keys[0]}`)
}

/** Whether one operator block of the statement scopes the issuer as its control demands. */
function satisfies(statement: Statement, control: IssuerControl): boolean {
  const qualifying = statement.conditions.filter((entry) => qualifies(entry, control))
  const blocks = new Set(qualifying.map(({ operatorName }) => operatorName))
  return [...blocks].some((name) =>
    qualifying.filter(({ operatorName }) => operatorName === name).every((entry) => isScoped(entry, control)),
  )
}

function qualifies({ operator, ifExists, key }: ConditionEntry, control: IssuerControl): boolean {
  if (ifExists) return false
  if (control.operators === 'equality') {
    return /^StringEquals(IgnoreCase)?$/.test(operator.name) && control.keys.includes(key)
  }
  const named = control.keys.some((wanted) => wanted.toLowerCase() === key.toLowerCase())
  return named && /^String(Equals|Like|EqualsIgnoreCase)$/.test(operator.name)
}

function isScoped({ values }: ConditionEntry, control: IssuerControl): boolean {
  if (control.operators === 'equality') return true
  return values.every(({ text }) => {
    if (text === '*') return false
    return !control.strictStart || (text.trim() !== '' && !text.startsWith('*'))
  })
}

import { isRefusal, type VerifiedToken, verifyClaims } from './claims.ts'
import type { Decision, StatementTrace } from './decision.ts'
import { requestContext } from './keys.ts'
import type { Policy } from './policy/document.ts'
import { parsePolicy } from './policy/parse.ts'
import { accessDenied, type ReasonCode, type Refusal, refuse } from './refusal.ts'
import type { TrustInput } from './request.ts'
import { checkRequest, checkSession } from './request-check.ts'
import { type Caller, traceStatement } from './statements.ts'
import { suggest } from './suggest.ts'

/** The permission every exchange of a web identity needs. */
export const webIdentityAction = 'sts:AssumeRoleWithWebIdentity'

/**
 * Decides whether a token may assume a role, in AWS's order: parameters, token, provider, signature, times and
 * audience, trust policy, role maximum (aws specification §2.1).
 *
 * Nothing here checks a signature: `token.signatureValid` says whether it held. Times are epoch seconds. Never
 * throws for any policy or claims; a refusal is a value that names the rule, the value wanted, the value got and
 * one next step.
 */
export function decide(input: TrustInput): Decision {
  const decision = decideWithoutAdvice(input)
  return decision.effect === 'allow'
    ? decision
    : { ...decision, suggestion: suggest(input, decision, decideWithoutAdvice) }
}

/** `decide` for those who ask often: a policy that does not match gets no suggestion. */
export function decideWithoutAdvice(input: TrustInput): Decision {
  const refusal = checkRequest(input.request, input.role)
  if (refusal !== null) return refused(refusal)
  const token = verifyClaims(input)
  if (isRefusal(token)) return refused(token)
  const { policy, faults } = parsePolicy(input.policy)
  if (policy === null) {
    const fault = faults.find(({ fatal }) => fatal)!
    return refused(
      refuse('MALFORMED_POLICY', { rule: fault.message }, fault.detail, 'correct the policy document'),
    )
  }
  const decision = decidePolicy(policy, input, token)
  const late = decision.effect === 'allow' ? checkSession(input.request, input.role) : null
  return late === null ? decision : { ...refused(late), trace: decision.trace }
}

function refused({ reasonCode, reason, awsError, hint }: Refusal): Decision {
  return {
    effect: 'error',
    reasonCode,
    reason,
    awsError,
    trace: [],
    decidedBy: null,
    suggestion: { say: hint },
  }
}

/** The permissions a call needs: one more when the token carries tags, one more for a source identity. */
export function neededPermissions(token: VerifiedToken): readonly string[] {
  const needed = [webIdentityAction]
  if (token.tags.tags.size > 0) needed.push('sts:TagSession')
  if (token.sourceIdentity !== null) needed.push('sts:SetSourceIdentity')
  return needed
}

function decidePolicy(policy: Policy, input: TrustInput, token: VerifiedToken): Decision {
  const caller: Caller = { principals: token.principals, context: requestContext(input, token) }
  const needed = neededPermissions(token)
  const trace = needed.flatMap((permission) =>
    policy.statements.map((statement) => traceStatement(statement, permission, caller)),
  )
  let decidedBy: number | null = null
  for (const permission of needed) {
    const verdict = decidePermission(trace, permission)
    if (verdict.reasonCode !== 'ALLOWED') {
      const awsError = accessDenied(permission)
      return { effect: 'deny', ...verdict, awsError, trace, suggestion: null }
    }
    decidedBy ??= verdict.decidedBy
  }
  const reason = `${nameOf(trace[decidedBy!]!)} allows ${needed.join(' and ')}`
  return {
    effect: 'allow',
    reasonCode: 'ALLOWED',
    reason,
    awsError: null,
    trace,
    decidedBy,
    suggestion: null,
  }
}

type Verdict = Pick<Decision, 'reasonCode' | 'reason' | 'decidedBy'>

function decidePermission(trace: readonly StatementTrace[], permission: string): Verdict {
  const rows = trace.filter((row) => row.permission === permission)
  const deny = rows.find((row) => row.matched && row.effect === 'Deny')
  if (deny !== undefined) {
    const reason = `${nameOf(deny)} denies ${permission}, which outranks every allow`
    return { reasonCode: 'EXPLICIT_DENY', reason, decidedBy: trace.indexOf(deny) }
  }
  const allow = rows.find((row) => row.matched)
  if (allow !== undefined) return { reasonCode: 'ALLOWED', reason: '', decidedBy: trace.indexOf(allow) }
  const { reasonCode, reason } = implicitDeny(rows)
  const special = secondPermissionCodes.get(permission)
  if (special === undefined) return { reasonCode, reason, decidedBy: null }
  return { reasonCode: special, reason: `no statement allows ${permission}: ${reason}`, decidedBy: null }
}

const secondPermissionCodes: ReadonlyMap<string, ReasonCode> = new Map([
  ['sts:TagSession', 'TAG_SESSION_NOT_ALLOWED'],
  ['sts:SetSourceIdentity', 'SET_SOURCE_IDENTITY_NOT_ALLOWED'],
])

// The Allow statement that came furthest says what is missing; Deny rows speak only when nothing allows at all.
function implicitDeny(rows: readonly StatementTrace[]): Pick<Verdict, 'reasonCode' | 'reason'> {
  const allows = rows.filter((row) => row.effect === 'Allow')
  const looked = allows.length > 0 ? allows : rows
  const principal = looked.filter((row) => row.principal.holds)
  if (principal.length === 0) {
    const got = rows[0]?.principal.got[0] ?? ''
    const reason = rows.length === 0 ? 'the policy has no statement' : `no statement trusts \`${got}\``
    return { reasonCode: 'NO_PRINCIPAL_MATCH', reason }
  }
  const action = principal.filter((row) => row.action.holds)
  if (action.length === 0) {
    return {
      reasonCode: 'NO_ACTION_MATCH',
      reason: `no statement that trusts the provider covers the action`,
    }
  }
  const nearest = action.reduce((best, row) => (failures(row) < failures(best) ? row : best))
  const failed = nearest.conditions.find(({ holds }) => !holds)!
  const got = failed.present ? failed.got.map((value) => `\`${value}\``).join(', ') : 'absent'
  const wanted = failed.wanted.map((value) => `\`${value}\``).join(' or ')
  const reason = `${nameOf(nearest)}: ${failed.operator} ${failed.key} wants ${wanted || 'nothing'}, got ${got}`
  return { reasonCode: 'CONDITION_FALSE', reason }
}

function failures(row: StatementTrace): number {
  return row.conditions.filter(({ holds }) => !holds).length
}

/** `statement 2 ("Deploy")`: how a message names a statement. */
export function nameOf({ index, sid }: { readonly index: number; readonly sid: string | null }): string {
  return `statement ${index + 1}${sid === null || sid === '' ? '' : ` ("${sid}")`}`
}

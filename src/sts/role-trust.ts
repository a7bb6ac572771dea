import type { RequestContext } from '../trust/context.ts'
import type { ConditionTrace, Decision, StatementTrace, Suggestion } from '../trust/index.ts'
import { parsePolicy, type Statement } from '../trust/index.ts'
import { actionCovers, traceCondition } from '../trust/statements.ts'
import type { Caller } from './caller.ts'

/** A signed caller asking a role's trust policy for permissions. */
export interface RoleTrustInput {
  readonly policy: string
  readonly roleArn: string
  readonly roleAccount: string
  readonly caller: Caller
  /** Whether the caller's own policies allow `sts:AssumeRole`. */
  readonly identityAllows: boolean
  readonly context: RequestContext
  /** `sts:AssumeRole` first, then `sts:TagSession` and `sts:SetSourceIdentity` where needed. */
  readonly permissions: readonly string[]
}

/** How a principal element reaches a caller: by its own name, or by naming the whole account. */
type Reach = 'direct' | 'account' | null

/**
 * Decides whether a signed caller may assume a role: the trust policy must allow it, and across accounts, or
 * where the policy names only the caller's account, the caller's own policies must too.
 *
 * Conditions are judged by the trust engine. The answer is always AWS's one sentence.
 */
export function decideRoleTrust(input: RoleTrustInput): Decision {
  const { policy } = parsePolicy(input.policy)
  const statements = policy?.statements ?? []
  const trace = input.permissions.flatMap((permission) =>
    statements.map((statement) => traceOf(statement, permission, input)),
  )
  let decidedBy: number | null = null
  for (const permission of input.permissions) {
    const verdict = decidePermission(statements, trace, permission, input)
    if (verdict.reasonCode !== 'ALLOWED') return denied(input, permission, trace, verdict)
    decidedBy ??= verdict.decidedBy
  }
  return {
    effect: 'allow',
    reasonCode: 'ALLOWED',
    reason: `the trust policy allows ${input.permissions.join(' and ')} to ${input.caller.arn}`,
    awsError: null,
    trace,
    decidedBy,
    suggestion: null,
  }
}

interface Verdict {
  readonly reasonCode: string
  readonly reason: string
  readonly decidedBy: number | null
  readonly suggestion: Suggestion | null
}

function decidePermission(
  statements: readonly Statement[],
  trace: readonly StatementTrace[],
  permission: string,
  input: RoleTrustInput,
): Verdict {
  const rows = trace.filter((row) => row.permission === permission)
  const matched = rows.filter((row) => row.matched)
  const deny = matched.find((row) => row.effect === 'Deny')
  if (deny !== undefined) {
    const reason = `statement ${deny.index + 1} denies ${permission}, which outranks every allow`
    return verdict('EXPLICIT_DENY', reason, trace.indexOf(deny), 'change the Deny statement')
  }
  const allows = matched.filter((row) => row.effect === 'Allow')
  if (allows.length === 0) return nothingMatched(rows, permission)
  const direct = allows.find((row) => reachOf(statements[row.index]!, input.caller) === 'direct')
  const sameAccount = input.caller.account === input.roleAccount
  if ((direct !== undefined && sameAccount) || input.identityAllows) {
    return verdict('ALLOWED', '', trace.indexOf(direct ?? allows[0]!), null)
  }
  const why = sameAccount
    ? 'the trust policy names the account only, so the caller needs a policy of its own'
    : 'across accounts the caller needs a policy of its own as well'
  return verdict(
    'IDENTITY_POLICY',
    `${why} that allows sts:AssumeRole`,
    null,
    'attach AdministratorAccess to the calling role in the sandbox, or name the calling role in the trust policy',
  )
}

function nothingMatched(rows: readonly StatementTrace[], permission: string): Verdict {
  const named = rows.filter((row) => row.effect === 'Allow' && row.principal.holds)
  if (named.length === 0) {
    const reason = `no statement trusts the caller with ${permission}`
    return verdict('NO_PRINCIPAL_MATCH', reason, null, 'name the caller as AWS principal in the trust policy')
  }
  const covered = named.filter((row) => row.action.holds)
  if (covered.length === 0) {
    const reason = `the statements that trust the caller do not cover ${permission}`
    return verdict('NO_ACTION_MATCH', reason, null, `add ${permission} to the statement's Action`)
  }
  const failed = covered.flatMap((row) => row.conditions).find((test) => !test.holds)
  const reason = failed === undefined ? 'no statement matches' : failedCondition(failed)
  return verdict('CONDITION_FALSE', reason, null, 'change the condition, or what the call sends')
}

function failedCondition(test: ConditionTrace): string {
  const got = test.present ? test.got.map((value) => `\`${value}\``).join(', ') : 'absent'
  return `${test.operator} ${test.key} wants ${test.wanted.map((value) => `\`${value}\``).join(' or ')}, got ${got}`
}

function verdict(reasonCode: string, reason: string, decidedBy: number | null, say: string | null): Verdict {
  return { reasonCode, reason, decidedBy, suggestion: say === null ? null : { say } }
}

function denied(
  input: RoleTrustInput,
  permission: string,
  trace: readonly StatementTrace[],
  { reasonCode, reason, decidedBy, suggestion }: Verdict,
): Decision {
  const message = `User: ${input.caller.arn} is not authorized to perform: ${permission} on resource: ${input.roleArn}`
  const awsError = { code: 'AccessDenied', status: 403, message }
  return { effect: 'deny', reasonCode, reason, awsError, trace, decidedBy, suggestion }
}

function traceOf(statement: Statement, permission: string, input: RoleTrustInput): StatementTrace {
  const reach = reachOf(statement, input.caller)
  const covers = actionCovers(statement, permission)
  const conditions = statement.conditions.map((entry) => traceCondition(entry, input.context))
  const principal = {
    holds: reach !== null,
    wanted: statement.principals.map(({ kind, value }) => `${kind} ${value}`),
    got: callerNames(input.caller),
    why:
      reach === null
        ? 'no AWS entry names the caller, its role or its account'
        : `the caller is named (${reach})`,
  }
  const action = {
    holds: covers,
    wanted: statement.actions.map(({ pattern }) => pattern),
    got: [permission],
    why: `the statement ${covers ? 'covers' : 'does not cover'} ${permission}`,
  }
  const matched = principal.holds && covers && conditions.every((test) => test.holds)
  return {
    index: statement.index,
    sid: statement.sid,
    effect: statement.effect,
    permission,
    principal,
    action,
    conditions,
    matched,
  }
}

function reachOf(statement: Statement, caller: Caller): Reach {
  const account = [`${rootArn(caller)}`, caller.account]
  const values = statement.principals
    .filter(({ kind }) => kind === 'AWS' || kind === '*')
    .map(({ value }) => value)
  const direct = values.some((value) => value === '*' || callerNames(caller).includes(value))
  const byAccount = values.some((value) => account.includes(value))
  if (statement.principalsNegated) return direct || byAccount ? null : 'direct'
  return direct ? 'direct' : byAccount ? 'account' : null
}

function callerNames(caller: Caller): readonly string[] {
  return caller.kind === 'session' ? [caller.arn, caller.session.roleArn] : [caller.arn]
}

function rootArn(caller: Caller): string {
  return `arn:${caller.arn.split(':')[1]}:iam::${caller.account}:root`
}

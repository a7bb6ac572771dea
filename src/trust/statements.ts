import { expandedValue, type Judgement, judge } from './condition/judge.ts'
import type { RequestContext } from './context.ts'
import type { CheckTrace, ConditionTrace, StatementTrace } from './decision.ts'
import type { ConditionEntry, Policy, Statement } from './policy/document.ts'

/** Who asks for what: the names a `Federated` entry may use for the caller, and the request's keys. */
export interface Caller {
  readonly principals: readonly string[]
  readonly context: RequestContext
}

/** Whether the principal element covers the caller. Only `Federated` entries equal to its provider do. */
export function principalCovers(statement: Statement, caller: Pick<Caller, 'principals'>): boolean {
  const named = statement.principals.some(
    ({ kind, value }) => kind === 'Federated' && caller.principals.includes(value),
  )
  return named !== statement.principalsNegated
}

/** Whether the action element covers a permission such as `sts:TagSession`. */
export function actionCovers(statement: Statement, permission: string): boolean {
  return statement.actions.some(({ test }) => test(permission)) !== statement.actionsNegated
}

/** Whether every condition of the statement holds. */
export function conditionsHold(statement: Statement, context: RequestContext): boolean {
  return statement.conditions.every((entry) => judge(entry, context).holds)
}

/** Whether the policy grants the permission, without a trace: a deny outranks every allow. */
export function grants(policy: Policy, permission: string, caller: Caller): boolean {
  let allowed = false
  for (const statement of policy.statements) {
    if (statement.effect === 'Allow' && allowed) continue
    const applies =
      principalCovers(statement, caller) &&
      actionCovers(statement, permission) &&
      conditionsHold(statement, caller.context)
    if (applies && statement.effect === 'Deny') return false
    if (applies) allowed = true
  }
  return allowed
}

/** Evaluates one statement for one permission and keeps what was compared. */
export function traceStatement(statement: Statement, permission: string, caller: Caller): StatementTrace {
  const principal = tracePrincipal(statement, caller)
  const action = traceAction(statement, permission)
  const conditions = statement.conditions.map((entry) => traceCondition(entry, caller.context))
  return {
    index: statement.index,
    sid: statement.sid,
    effect: statement.effect,
    permission,
    principal,
    action,
    conditions,
    matched: principal.holds && action.holds && conditions.every(({ holds }) => holds),
  }
}

function tracePrincipal(statement: Statement, caller: Caller): CheckTrace {
  const wanted = statement.principals.map(({ kind, value }) => (kind === '*' ? value : `${kind} ${value}`))
  const holds = principalCovers(statement, caller)
  return { holds, wanted, got: caller.principals, why: principalWhy(statement, holds) }
}

function principalWhy({ principals, principalsNegated }: Statement, holds: boolean): string {
  if (principalsNegated) {
    return holds ? 'NotPrincipal covers everyone it does not list' : 'NotPrincipal lists the provider'
  }
  if (holds) return 'a Federated entry equals the provider'
  if (principals.some(({ kind }) => kind === 'Federated')) {
    return 'no Federated entry equals the provider; the comparison is exact and knows no wildcards'
  }
  return 'a web identity is matched by Federated entries only'
}

function traceAction(statement: Statement, permission: string): CheckTrace {
  const holds = actionCovers(statement, permission)
  const wanted = statement.actions.map(({ pattern }) => pattern)
  const element = statement.actionsNegated ? 'NotAction' : 'Action'
  const why = `${element} ${holds ? 'covers' : 'does not cover'} ${permission}`
  return { holds, wanted, got: [permission], why }
}

/** Evaluates one condition and says in words why it holds or not. */
export function traceCondition(entry: ConditionEntry, context: RequestContext): ConditionTrace {
  const judgement = judge(entry, context)
  const key = context.get(entry.key)
  return {
    operator: entry.operatorName,
    key: entry.key,
    present: key !== null,
    holds: judgement.holds,
    wanted: entry.values.map(({ text }) => text),
    expanded: entry.values.flatMap((value) => expandedValue(value, context) ?? []),
    got: key?.values ?? [],
    why: conditionWhy(entry, judgement),
  }
}

function conditionWhy(entry: ConditionEntry, { holds, reason }: Judgement): string {
  switch (reason) {
    case 'null-test':
      return holds ? 'the key is as the Null test wants it' : 'the Null test wants the opposite'
    case 'absent-satisfies-all-values':
      return 'an absent key satisfies ForAllValues'
    case 'absent-fails-any-value':
      return 'an absent key never satisfies ForAnyValue'
    case 'absent-satisfies-if-exists':
      return 'an absent key satisfies IfExists'
    case 'absent-satisfies-negation':
      return 'an absent key satisfies a negated operator'
    case 'absent':
      return 'the request has no such key'
    case 'multivalued-key':
      return 'the key has a set of values, which an operator without a set prefix never satisfies'
    case 'not-comparable':
      return 'the value of the request cannot be compared by this operator'
    case 'compared':
      return comparedWhy(entry, holds)
  }
}

function comparedWhy({ set, operator, values }: ConditionEntry, holds: boolean): string {
  if (values.length === 0) return 'the policy lists no value'
  const subject =
    set === 'ForAllValues'
      ? holds
        ? 'every value of the request'
        : 'some value of the request'
      : set === 'ForAnyValue'
        ? holds
          ? 'some value of the request'
          : 'no value of the request'
        : 'the value of the request'
  const fits = set === 'ForAnyValue' ? !operator.negated : holds !== operator.negated
  return `${subject} ${fits ? 'matches one of' : 'matches none of'} the policy's`
}

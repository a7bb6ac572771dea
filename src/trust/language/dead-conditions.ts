import type { Policy, Statement } from '../policy/document.ts'
import type { Span } from '../policy/json.ts'
import { parsePolicy } from '../policy/parse.ts'
import type { IdentityProvider } from '../request.ts'
import { actionCovers, principalCovers } from '../statements.ts'
import { isConstant } from '../variables.ts'
import { automatonOf, TooManyStates } from './automaton.ts'
import { type Domains, domainsFor, principalsOf } from './domains.ts'
import { ofPieces } from './expression.ts'
import { type IssuerModel, unknownIssuer } from './issuer-model.ts'
import { intersect, isEmpty } from './operations.ts'
import { usableModel } from './prove.ts'
import { both, isPossible, type Restriction, restrictionOf, unrestricted } from './restriction.ts'

/** A part of a policy that does nothing. */
export interface DeadCondition {
  readonly statement: number
  readonly at: Span
  /**
   * `never`: no token meets the condition, so the statement is dead. `contradiction`: it cannot be met together
   * with the others on its key. `always`: every token meets it. `value`: this value of the list matches nothing.
   */
  readonly kind: 'never' | 'contradiction' | 'always' | 'value'
  readonly what: string
}

/** Conditions and values that can never or always hold for tokens of the issuer, as far as patterns can tell. */
export function deadConditions(
  policy: unknown,
  provider: IdentityProvider,
  model: IssuerModel = unknownIssuer(provider.url),
  partition = 'aws',
): readonly DeadCondition[] {
  const { policy: parsed } = parsePolicy(policy)
  if (parsed === null) return []
  const principals = principalsOf(provider, partition)
  const usable = usableModel(parsed, principals, model)
  const domains = provider.clientIds.map((audience) =>
    domainsFor({ model: usable, provider, audience, partition }),
  )
  return statementsFor(parsed, principals).flatMap((statement) => {
    try {
      return deadOf(statement, domains)
    } catch (error) {
      if (!(error instanceof TooManyStates)) throw error
      return []
    }
  })
}

function statementsFor({ statements }: Policy, principals: readonly string[]): readonly Statement[] {
  return statements.filter(
    (one) => principalCovers(one, { principals }) && actionCovers(one, 'sts:AssumeRoleWithWebIdentity'),
  )
}

function deadOf(statement: Statement, domains: readonly Domains[]): DeadCondition[] {
  return statement.conditions.flatMap((entry): DeadCondition[] => {
    const found = (kind: DeadCondition['kind'], what: string, at = entry.keyAt): DeadCondition => ({
      statement: statement.index,
      at,
      kind,
      what,
    })
    const name = `${entry.operatorName} ${entry.key}`
    const possible = (want: boolean): boolean =>
      domains.some((one) => {
        const domain = one.get(one.canonical(entry.key))
        return isPossible(domain, restrictionOf(entry, domain, want))
      })
    if (!possible(true)) return [found('never', `no token meets ${name}`)]
    if (!possible(false)) return [found('always', `every token meets ${name}`)]
    if (!domains.some((one) => isPossible(...together(statement, entry.key, one)))) {
      return [found('contradiction', `${name} contradicts the other conditions on its key`)]
    }
    return deadValues(entry, domains).map(({ text, at }) =>
      found('value', `\`${text}\` matches no token`, at),
    )
  })
}

// Everything the statement wants of one key.
function together(statement: Statement, key: string, domains: Domains): Parameters<typeof isPossible> {
  const canonical = domains.canonical(key)
  const domain = domains.get(canonical)
  const restriction = statement.conditions
    .filter((entry) => domains.canonical(entry.key) === canonical)
    .reduce<Restriction>((all, entry) => both(all, restrictionOf(entry, domain, true)), unrestricted)
  return [domain, restriction]
}

function deadValues({ operator, key, values }: Statement['conditions'][number], domains: readonly Domains[]) {
  if (operator.negated || !/^String(Equals|Like)$/.test(operator.name)) return []
  return values.filter(({ template }) => {
    if (!isConstant(template)) return false
    const language = automatonOf(ofPieces(template))
    return domains.every((one) => {
      const { values: domain } = one.get(one.canonical(key))
      return domain === null || isEmpty(intersect(domain, language))
    })
  })
}

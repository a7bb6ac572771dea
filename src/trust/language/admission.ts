import type { Policy, Statement } from '../policy/document.ts'
import { actionCovers, principalCovers } from '../statements.ts'
import { TooManyStates } from './automaton.ts'
import type { Domains } from './domains.ts'
import { both, isPossible, type Restriction, restrictionOf, unrestricted } from './restriction.ts'

/** One way into a role: an Allow statement, the keys it wants, and how every Deny is escaped. */
export interface Way {
  readonly statement: Statement
  readonly domains: Domains
  /** By canonical key name; a key that is not listed is free. */
  readonly restrictions: ReadonlyMap<string, Restriction>
}

const maxWays = 2048
const action = 'sts:AssumeRoleWithWebIdentity'

/**
 * Every way into the role for tokens of one audience, as restrictions on condition keys. Ways that cannot be
 * walked are left out; a way with an estimate (`exact: false`) may still turn out closed when tried.
 *
 * @throws TooManyStates when the policy has too many Deny conditions or patterns to look through
 */
export function waysIn(policy: Policy, principals: readonly string[], domains: Domains): readonly Way[] {
  const covers = (statement: Statement): boolean =>
    principalCovers(statement, { principals }) && actionCovers(statement, action)
  const denies = policy.statements.filter((statement) => statement.effect === 'Deny' && covers(statement))
  return policy.statements
    .filter((statement) => statement.effect === 'Allow' && covers(statement))
    .flatMap((statement) => {
      const start = restrict(new Map(), statement.conditions, domains, true)
      return start === null
        ? []
        : escapes(start, denies, domains).map((restrictions) => ({ statement, domains, restrictions }))
    })
}

type Restrictions = ReadonlyMap<string, Restriction>

// To escape a Deny, one of its conditions must fail; without conditions there is no escape.
function escapes(start: Restrictions, denies: readonly Statement[], domains: Domains): Restrictions[] {
  let open: Restrictions[] = [start]
  for (const deny of denies) {
    open = open.flatMap((way) =>
      deny.conditions.flatMap((entry) => restrict(way, [entry], domains, false) ?? []),
    )
    if (open.length > maxWays) throw new TooManyStates()
  }
  return open
}

function restrict(
  way: Restrictions,
  entries: Statement['conditions'],
  domains: Domains,
  want: boolean,
): Restrictions | null {
  const next = new Map(way)
  for (const entry of entries) {
    const key = domains.canonical(entry.key)
    const domain = domains.get(key)
    const restriction = both(next.get(key) ?? unrestricted, restrictionOf(entry, domain, want))
    if (!isPossible(domain, restriction)) return null
    next.set(key, restriction)
  }
  return next
}

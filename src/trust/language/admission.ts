import type { Policy, Statement } from '../policy/document.ts'
import { actionCovers, principalCovers } from '../statements.ts'
import type { Domains } from './domains.ts'
import { both, isPossible, type Restriction, restrictionOf, unrestricted } from './restriction.ts'

/** One way into a role: an Allow statement, the keys it wants, and how every Deny is escaped. */
export interface Way {
  readonly statement: Statement
  readonly domains: Domains
  /** By canonical key name; a key that is not listed is free. */
  readonly restrictions: Restrictions
}

const maxWays = 256

/** Who asks for which permission: the names a `Federated` entry may use, and the action. */
export interface Ask {
  readonly principals: readonly string[]
  readonly action: string
}

/**
 * Every way into the role for tokens of one audience, as restrictions on condition keys. Ways that cannot be
 * walked are left out; a way with an estimate (`exact: false`) may still turn out closed when tried.
 *
 * @throws TooManyStates when the policy has patterns too large to look through
 */
export function waysIn(
  policy: Policy,
  ask: Ask,
  domains: Domains,
  from: Restrictions = new Map(),
): readonly Way[] {
  const { allows, denies } = coveringStatements(policy, ask)
  return allows.flatMap((statement) => {
    const start = restrict(from, statement.conditions, domains, true)
    return start === null
      ? []
      : failing(start, denies, domains).map((restrictions) => ({ statement, domains, restrictions }))
  })
}

/**
 * What is left of `from` when the policy does not grant the permission: nothing that allows holds, or something that denies does.
 *
 * @throws TooManyStates
 */
export function waysOut(
  policy: Policy,
  ask: Ask,
  domains: Domains,
  from: Restrictions,
): readonly Restrictions[] {
  const { allows, denies } = coveringStatements(policy, ask)
  const denied = denies.flatMap((deny) => restrict(from, deny.conditions, domains, true) ?? [])
  return [...denied, ...failing(from, allows, domains)]
}

function coveringStatements(policy: Policy, { principals, action }: Ask) {
  const covering = policy.statements.filter(
    (statement) => principalCovers(statement, { principals }) && actionCovers(statement, action),
  )
  return {
    allows: covering.filter(({ effect }) => effect === 'Allow'),
    denies: covering.filter(({ effect }) => effect === 'Deny'),
  }
}

/** What each condition key may be, by its canonical name. */
export type Restrictions = ReadonlyMap<string, Restriction>

// For a statement not to apply, one of its conditions must fail; without conditions it always applies. What there is no room for is
// left out, which leaves more ways than there are: those are tried before they are told.
function failing(start: Restrictions, statements: readonly Statement[], domains: Domains): Restrictions[] {
  let open: Restrictions[] = [start]
  for (const statement of statements) {
    const next: Restrictions[] = []
    for (const way of open) {
      for (const entry of statement.conditions) {
        const failed = restrict(way, [entry], domains, false)
        if (failed !== null) next.push(failed)
      }
      if (next.length > maxWays) return open
    }
    if (next.length === 0) return []
    open = next
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

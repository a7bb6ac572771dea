import { builtInProviders, claimKeysOf, isSharedIssuer, issuerName, strangerAudience } from '../issuers.ts'
import type { Way } from '../language/admission.ts'
import { TooManyStates } from '../language/automaton.ts'
import { type IssuerModel, unknownIssuer } from '../language/issuer-model.ts'
import { everyWayIn } from '../language/prove.ts'
import { isPossible, unrestricted } from '../language/restriction.ts'
import { walk } from '../language/witness.ts'
import type { ConditionEntry, Policy, Statement } from '../policy/document.ts'
import { isFederated, parseProviderArn } from '../policy/principal-grammar.ts'
import type { IdentityProvider } from '../request.ts'
import { actionCovers } from '../statements.ts'
import {
  literalStem,
  type NamedTenant,
  namedTenant,
  strangersOf,
  type Tenancy,
  tenancyOf,
} from '../tenancy.ts'
import type { LintFacts, LintWitness } from './finding.ts'

/** A statement that lets a web identity in, seen from one issuer it trusts. */
export interface Trust {
  readonly statement: Statement
  /** Host and path, as in condition keys. */
  readonly issuer: string
  readonly account: string | null
  readonly partition: string
  readonly principalValue: string
  readonly shared: boolean
  /** The issuer is ours: subjects name environments. */
  readonly environments: boolean
  readonly tenancy: Tenancy
}

/** A policy with what rules ask of it again and again. */
export interface LintView {
  readonly policy: Policy
  readonly facts: LintFacts
  /** One entry for each Allow statement and issuer it trusts for a web identity. */
  readonly trusts: readonly Trust[]
}

/** Prepares a policy for the rules. */
export function viewOf(policy: Policy, facts: LintFacts): LintView {
  const trusts = policy.statements
    .filter((one) => one.effect === 'Allow' && !one.principalsNegated)
    .filter((one) => actionCovers(one, 'sts:AssumeRoleWithWebIdentity'))
    .flatMap((statement) => trustsOf(statement, facts))
  return { policy, facts, trusts }
}

function trustsOf(statement: Statement, facts: LintFacts): Trust[] {
  return statement.principals.flatMap(({ kind, value }) => {
    const arn = parseProviderArn(value)
    if (kind !== 'Federated' || !isFederated(value)) return []
    if (arn === null && !builtInProviders.includes(value)) return []
    const issuer = arn?.issuer ?? value
    const environments = isOurs(statement, issuer, facts)
    return [
      {
        statement,
        issuer,
        account: arn?.account ?? null,
        partition: arn?.partition ?? 'aws',
        principalValue: value,
        shared: isSharedIssuer(issuer),
        environments,
        tenancy: tenancyOf(issuer, environments),
      },
    ]
  })
}

// Without a model, subjects of our form give the issuer away.
function isOurs(statement: Statement, issuer: string, { model }: LintFacts): boolean {
  if (model !== undefined) return issuerName(model.url) === issuer
  return statement.conditions.some(
    ({ key, values }) =>
      key.toLowerCase() === `${issuer}:sub`.toLowerCase() &&
      values.some(({ text }) => text.startsWith('pulumi:environments:')),
  )
}

/** The claim a key reads from this issuer, in lower case; `null` for keys of others and of AWS. */
export function claimOf(key: string, { issuer }: Pick<Trust, 'issuer'>): string | null {
  const prefix = `${issuer}:`.toLowerCase()
  return key.toLowerCase().startsWith(prefix) ? key.slice(prefix.length).toLowerCase() : null
}

/** The conditions on claims of the issuer, of those claims only when some are named. */
export function claimEntries(trust: Trust, claims?: readonly string[]): readonly ConditionEntry[] {
  return trust.statement.conditions.filter(({ key }) => {
    const claim = claimOf(key, trust)
    return claim !== null && (claims === undefined || claims.includes(claim))
  })
}

/** Conditions that tell tenants apart. */
export function scopingEntries(trust: Trust): readonly ConditionEntry[] {
  return claimEntries(trust, trust.tenancy.scopingClaims)
}

/** Whether AWS offers the claim of this issuer as a condition key. */
export function isSupplied(claim: string, { issuer }: Pick<Trust, 'issuer'>): boolean {
  return claimKeysOf(issuer).some((name) => name.toLowerCase() === claim)
}

/** Whether the operator demands a value that is there and equal: neither negated nor content with absence. */
export function isPositive({ operator, ifExists, set }: ConditionEntry): boolean {
  return operator.name !== 'Null' && !operator.negated && !ifExists && set !== 'ForAllValues'
}

/** Whether an absent key satisfies the entry. */
export function passesAbsent({ operator, ifExists, set }: ConditionEntry): boolean {
  return (
    set === 'ForAllValues' || (set === null && operator.name !== 'Null' && (operator.negated || ifExists))
  )
}

/** The values of positive text conditions on `sub`. */
export function subjectValues(trust: Trust): readonly {
  readonly entry: ConditionEntry
  readonly text: string
  readonly at: ConditionEntry['keyAt']
}[] {
  return claimEntries(trust, ['sub'])
    .filter(({ operator }) => operator.name.startsWith('String') && !operator.negated)
    .flatMap((entry) => entry.values.map(({ text, at }) => ({ entry, text, at })))
}

/** The patterns among them, each with the tenant it names; `null` = it has the form of no tenant. */
export function subjectPatterns(trust: Trust): readonly {
  readonly text: string
  readonly at: ConditionEntry['keyAt']
  readonly tenant: NamedTenant | null
}[] {
  return subjectValues(trust)
    .filter(({ entry }) => isPattern(entry))
    .map(({ text, at }) => ({ text, at, tenant: namedTenant(text, trust.tenancy) }))
}

/** Whether `*` and `?` in the values of an entry are wildcards. */
export function isPattern({ operator }: ConditionEntry): boolean {
  return operator.takesWildcards
}

/** The tenants a statement means: whole names, and the beginnings of names that were left open. */
export function meantTenants(trust: Trust, policy: Policy): readonly string[] {
  const named = [...subjectValues(trust).map(({ text }) => text), ...guardedSubjects(trust, policy)].flatMap(
    (text) => {
      const found = namedTenant(text, trust.tenancy)
      const stem = found === null ? '' : literalStem(found.tenant)
      return stem === '' ? [] : [stem]
    },
  )
  const others = claimEntries(trust, [
    ...trust.tenancy.nameClaims,
    ...trust.tenancy.idClaims,
    'actor',
  ]).flatMap(({ values }) =>
    values.map(({ text }) => literalStem(text).split('/')[0]!).filter((stem) => stem !== ''),
  )
  return [...new Set([...named, ...others])]
}

// A Deny of everybody who is not like these names the tenant as well.
function guardedSubjects(trust: Trust, { statements }: Policy): readonly string[] {
  return statements
    .filter(({ effect }) => effect === 'Deny')
    .flatMap(({ conditions }) => conditions)
    .filter(({ operator, key }) => operator.negated && claimOf(key, trust) === 'sub')
    .flatMap(({ values }) => values.map(({ text }) => text))
}

/** A token that gets in, or `null`; `undecided` when none was found and it is not proved that there is none. */
export interface Search {
  readonly witness: LintWitness | null
  readonly undecided: boolean
}

const closed: Search = { witness: null, undecided: false }

// Many rules ask the same of a statement.
function once(search: (view: LintView, trust: Trust) => Search): (view: LintView, trust: Trust) => Search {
  const known = new WeakMap<Trust, Search>()
  return (view, trust) => {
    const found = known.get(trust) ?? search(view, trust)
    known.set(trust, found)
    return found
  }
}

/** Looks for a stranger who gets in through the statement. */
export const searchStranger: (view: LintView, trust: Trust) => Search = once((view, trust) => {
  const url = `https://${trust.issuer}`
  return searched(() => {
    const model = strangersOf(url, meantTenants(trust, view.policy), trust.environments)
    return model === null ? closed : searchWitness(view, trust, model)
  })
})

const searchAnybody = once((view, trust) => {
  const ours = view.facts.model
  const model = trust.environments && ours !== undefined ? ours : unknownIssuer(`https://${trust.issuer}`)
  return searched(() => searchWitness(view, trust, model))
})

/** A token of a stranger that gets in through the statement, or `null` when none was found. */
export function strangerIn(view: LintView, trust: Trust): LintWitness | null {
  return searchStranger(view, trust).witness
}

/** Any token of the issuer that gets in through the statement. */
export function anybodyIn(view: LintView, trust: Trust): LintWitness | null {
  return searchAnybody(view, trust).witness
}

function searchWitness({ policy, facts }: LintView, trust: Trust, model: IssuerModel): Search {
  const provider = providerOf(policy, trust, facts)
  const only = {
    ...policy,
    statements: policy.statements.filter((one) => one.effect === 'Deny' || one === trust.statement),
  }
  const ways = everyWayIn(only, provider, model, trust.partition).filter((way) => hasSubject(way, trust))
  for (const way of ways) {
    const witness = walk(way, { policy: policy.source, provider, partition: trust.partition })
    if (witness !== null) return { witness, undecided: false }
  }
  return { witness: null, undecided: ways.length > 0 }
}

// What is too large to be compared is undecided.
function searched(search: () => Search): Search {
  try {
    return search()
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error
    return { witness: null, undecided: true }
  }
}

// Every token has a subject; where the model leaves none for an audience, there is no token.
function hasSubject({ domains, restrictions }: Way, { issuer }: Trust): boolean {
  const key = `${issuer.toLowerCase()}:sub`
  return isPossible(domains.get(key), restrictions.get(key) ?? unrestricted)
}

/** The provider the statement means: the known one, or one made up to fit the policy. */
export function providerOf(policy: Policy, trust: Trust, { provider }: LintFacts): IdentityProvider {
  if (provider !== undefined && issuerName(provider.url) === trust.issuer) return provider
  const audiences = policy.statements.flatMap(({ conditions }) =>
    conditions
      .filter((entry) => ['aud', 'oaud'].includes(claimOf(entry.key, trust) ?? ''))
      .flatMap(({ values }) => values.map(({ text }) => text)),
  )
  const unlisted = trust.tenancy.audienceScoped ? strangerAudience : 'sts.amazonaws.com'
  const clientIds = builtInProviders.includes(trust.issuer) ? [] : [...new Set([...audiences, unlisted])]
  return { url: `https://${trust.issuer}`, clientIds, account: trust.account ?? '123456789012' }
}

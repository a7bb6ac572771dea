import { decideWithoutAdvice, webIdentityAction } from '../decide.ts'
import { type Policy, wordingOf } from '../policy/document.ts'
import { parsePolicy } from '../policy/parse.ts'
import type { IdentityProvider } from '../request.ts'
import { type Ask, type Restrictions, type Way, waysIn, waysOut } from './admission.ts'
import { TooManyStates } from './automaton.ts'
import { type Domains, domainsFor, principalsOf } from './domains.ts'
import { type IssuerModel, unknownIssuer } from './issuer-model.ts'
import { usableModel } from './prove.ts'
import { both, isPossible, unrestricted } from './restriction.ts'
import { callOf, type Witness, walk } from './witness.ts'

/** Two policies of one role, and the tokens in question. */
export interface Comparison {
  /** The policy that is to admit nobody more. */
  readonly policy: unknown
  readonly than: unknown
  /** Without client ids: tokens of any audience. */
  readonly provider: IdentityProvider
  /** Which tokens exist; without it, any subject and any claim that AWS reads. */
  readonly model?: IssuerModel
  readonly partition?: string
}

/** `unknown` where the two differ in what patterns cannot settle, or are too large to be compared. */
export type Containment =
  | { readonly verdict: 'contained' }
  /** A token and call that `policy` admits and `than` does not; both were asked, and `refusal` is the reason that `than` gave. */
  | ({ readonly verdict: 'wider'; readonly refusal: string } & Witness)
  | { readonly verdict: 'unknown'; readonly why: string }

/**
 * Whether a policy admits no token and call that another one does not: proved over all there can be, session tags and source
 * identities among them, or disproved by one. A condition on times or addresses is taken as it stands in both.
 */
export function compareAdmission(comparison: Comparison): Containment {
  const policy = parsePolicy(comparison.policy).policy
  const than = parsePolicy(comparison.than).policy
  if (policy === null) return { verdict: 'contained' }
  if (than === null) return { verdict: 'unknown', why: 'the policy to compare with cannot be read' }
  try {
    return compareParsed(policy, than, comparison)
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error
    return { verdict: 'unknown', why: 'the patterns are too many or too entangled to compare' }
  }
}

function compareParsed(policy: Policy, than: Policy, comparison: Comparison): Containment {
  const { provider, partition = 'aws', model = unknownIssuer(provider.url) } = comparison
  const principals = principalsOf(provider, partition)
  const usable = usableModel(policy, principals, model)
  const changed = withoutTwins(policy, than)
  let open: Way | null = null
  for (const audience of provider.clientIds.length === 0 ? [null] : provider.clientIds) {
    const domains = domainsFor({ model: usable, provider, audience, partition })
    for (const way of waysBeyond(policy, changed, than, principals, domains)) {
      const trial = { policy: comparison.policy, provider, partition, notBy: comparison.than }
      const witness = walk(way, trial)
      const signed = model.signs?.(String(witness?.claims['sub'])) ?? true
      if (witness !== null && signed) {
        const call = callOf(witness, { provider, partition, policy: comparison.than })
        return { verdict: 'wider', ...witness, refusal: decideWithoutAdvice(call).reason }
      }
      open = way
    }
  }
  if (open === null) return { verdict: 'contained' }
  const why = `statement ${open.statement.index + 1} differs in variables, numbers, times or addresses that patterns cannot settle`
  return { verdict: 'unknown', why }
}

// An Allow that stands in both needs no comparison, as long as nothing that denies was lost.
function withoutTwins(policy: Policy, than: Policy): Policy {
  const here = new Set(policy.statements.map(wordingOf))
  const there = new Set(than.statements.map(wordingOf))
  const denies = than.statements.filter(({ effect }) => effect === 'Deny')
  if (!denies.every((one) => here.has(wordingOf(one)))) return policy
  const statements = policy.statements.filter((one) => one.effect === 'Deny' || !there.has(wordingOf(one)))
  return { ...policy, statements }
}

// What a token needs beside the exchange itself, and the key that tells it apart.
const extras = [
  ['sts:TagSession', 'aws:tagkeys'],
  ['sts:SetSourceIdentity', 'sts:sourceidentity'],
] as const

// Ways in that `than` does not know. What `changed` leaves out of the policy grants nothing that `than` does not grant.
function* waysBeyond(
  policy: Policy,
  changed: Policy,
  than: Policy,
  principals: readonly string[],
  domains: Domains,
): Generator<Way> {
  const ask = (action: string): Ask => ({ principals, action })
  const out = (action: string, way: Way): Way[] =>
    waysOut(than, ask(action), domains, way.restrictions).map((restrictions) => ({ ...way, restrictions }))
  for (const way of waysIn(changed, ask(webIdentityAction), domains)) yield* out(webIdentityAction, way)
  for (const [action, key] of extras) {
    if (waysIn(changed, ask(action), domains).length === 0) continue
    for (const way of waysIn(policy, ask(webIdentityAction), domains)) {
      const carrying = withKey(way.restrictions, key, domains)
      if (carrying === null) continue
      for (const both of waysIn(changed, ask(action), domains, carrying)) yield* out(action, both)
    }
  }
}

// `null` when no token carries the key.
function withKey(way: Restrictions, key: string, domains: Domains): Restrictions | null {
  const restriction = both(way.get(key) ?? unrestricted, { ...unrestricted, absent: false })
  return isPossible(domains.get(key), restriction) ? new Map(way).set(key, restriction) : null
}

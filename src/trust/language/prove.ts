import { decide, webIdentityAction } from '../decide.ts'
import type { Decision } from '../decision.ts'
import { builtInProviders, issuerName, strangerAudience } from '../issuers.ts'
import type { Policy } from '../policy/document.ts'
import { parsePolicy } from '../policy/parse.ts'
import type { IdentityProvider } from '../request.ts'
import { actionCovers, principalCovers } from '../statements.ts'
import { type Way, waysIn } from './admission.ts'
import { type Automaton, automatonOf, TooManyStates } from './automaton.ts'
import { domainsFor, principalsOf } from './domains.ts'
import { either } from './expression.ts'
import { type IssuerModel, unknownIssuer } from './issuer-model.ts'
import { intersect, isEmpty, unite } from './operations.ts'
import { both, isPossible, unrestricted } from './restriction.ts'
import { patternLanguage } from './value-language.ts'
import { callOf, type Witness, walk } from './witness.ts'

/** What is to be proved, and about whom. */
export interface Claim {
  readonly policy: unknown
  readonly provider: IdentityProvider
  /** Subjects that must never get in: patterns as in `StringLike`, or a language. */
  readonly never: string | readonly string[] | Automaton
  /** Which tokens exist; without it, any subject and any claim that AWS reads. */
  readonly model?: IssuerModel
  readonly partition?: string
}

/** `unknown` only when a policy goes beyond patterns (variables, numbers, addresses) or beyond the limits. */
export type Proof =
  | { readonly verdict: 'proved' }
  | ({
      readonly verdict: 'counter-example'
      /** What the engine says to the witness, a token the policy admits. */
      readonly decision: Decision
    } & Witness)
  | { readonly verdict: 'unknown'; readonly why: string }

/**
 * Proves that no token with a forbidden subject can assume a role, or finds one that can.
 *
 * Patterns are compared as languages, so the proof covers every text there is. A counter-example has been tried
 * with `decide`.
 */
export function prove(claim: Claim): Proof {
  const { policy } = parsePolicy(claim.policy)
  if (policy === null) return { verdict: 'unknown', why: 'the policy cannot be read' }
  try {
    return proveParsed(policy, claim)
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error
    return { verdict: 'unknown', why: 'the patterns are too many or too entangled to compare' }
  }
}

function proveParsed(policy: Policy, claim: Claim): Proof {
  const { provider, partition = 'aws' } = claim
  const forbidden = languageOf(claim.never)
  let open: Way | null = null
  for (const way of everyWayIn(policy, provider, claim.model, partition)) {
    const narrowed = forbid(way, provider, forbidden)
    if (narrowed === null) continue
    const trial = { policy: claim.policy, provider, partition }
    const witness = walk(narrowed, trial)
    const signed = claim.model?.signs?.(String(witness?.claims['sub'])) ?? true
    if (witness !== null && signed) {
      return { verdict: 'counter-example', ...witness, decision: decide(callOf(witness, trial)) }
    }
    open = narrowed
  }
  if (open === null) return { verdict: 'proved' }
  const why = `statement ${open.statement.index + 1} uses variables, numbers, times or addresses that patterns cannot settle`
  return { verdict: 'unknown', why }
}

function languageOf(never: Claim['never']): Automaton {
  if (typeof never === 'string') return patternLanguage(never)
  return 'edges' in never ? never : never.map(patternLanguage).reduce(unite, automatonOf(either()))
}

// The way with its subjects cut down to the forbidden ones; `null` when none is left.
function forbid(way: Way, provider: IdentityProvider, forbidden: Automaton): Way | null {
  const key = `${issuerName(provider.url).toLowerCase()}:sub`
  const restriction = both(way.restrictions.get(key) ?? unrestricted, { ...unrestricted, all: forbidden })
  if (!isPossible(way.domains.get(key), restriction)) return null
  return { ...way, restrictions: new Map(way.restrictions).set(key, restriction) }
}

/** Every way into the role for every audience the provider takes. @throws TooManyStates */
export function everyWayIn(
  policy: Policy,
  provider: IdentityProvider,
  model: IssuerModel = unknownIssuer(provider.url),
  partition = 'aws',
): readonly Way[] {
  const principals = principalsOf(provider, partition)
  const usable = usableModel(policy, principals, model)
  const ask = { principals, action: webIdentityAction }
  return audiencesOf(policy, provider).flatMap((audience) =>
    waysIn(policy, ask, domainsFor({ model: usable, provider, audience, partition })),
  )
}

/** The model without what the policy makes useless: a token with tags gets nowhere when no statement permits tags. */
export function usableModel(policy: Policy, principals: readonly string[], model: IssuerModel): IssuerModel {
  const permits = (action: string): boolean =>
    policy.statements.some(
      (one) => one.effect === 'Allow' && principalCovers(one, { principals }) && actionCovers(one, action),
    )
  return {
    ...model,
    sendsTags: model.sendsTags && permits('sts:TagSession'),
    sendsSourceIdentity: model.sendsSourceIdentity && permits('sts:SetSourceIdentity'),
  }
}

// A built-in provider lists no audiences: then those the policy names count, and one of a stranger.
function audiencesOf(policy: Policy, { clientIds, url }: IdentityProvider): readonly string[] {
  if (clientIds.length > 0 || !builtInProviders.includes(issuerName(url))) return clientIds
  const named = policy.statements.flatMap(({ conditions }) =>
    conditions
      .filter(({ key }) => /:o?aud$/i.test(key))
      .flatMap(({ values }) => values.map(({ text }) => text)),
  )
  return [...new Set([...named, strangerAudience])]
}

/** Whether two languages share a text. @throws TooManyStates */
export function overlap(a: Automaton, b: Automaton): boolean {
  return !isEmpty(intersect(a, b))
}

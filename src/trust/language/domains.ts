import { builtInProviders, issuerName } from '../issuers.ts'
import type { IdentityProvider } from '../request.ts'
import { automatonOf } from './automaton.ts'
import { anyText, either, oneOf, oneOrMore, repeat, sequence, text } from './expression.ts'
import type { IssuerModel } from './issuer-model.ts'
import { absentDomain, fixedDomain, type KeyDomain, openDomain } from './restriction.ts'

const any = automatonOf(anyText)
const sessionUnit = oneOf('A-Za-z0-9_+=,.@-')
const sessionNames = automatonOf(sequence(sessionUnit, oneOrMore(sessionUnit)))
// What AWS takes for keys and values of tags, and beyond ASCII everything.
const tagUnit = either(oneOf(' A-Za-z0-9_.:/=+@\x80-\uffff'), text('-'))
const tagKeys = automatonOf(oneOrMore(tagUnit))
const tagValues = automatonOf(repeat(tagUnit))

/** The condition keys of calls with tokens of one audience, by lower-case name. */
export interface Domains {
  /** `null`: tokens of any audience. */
  readonly audience: string | null
  readonly get: (key: string) => KeyDomain
  /** One name for keys that always hold the same value. */
  readonly canonical: (key: string) => string
}

/** What the calls have in common. */
export interface Calls {
  readonly model: IssuerModel
  readonly provider: IdentityProvider
  /** `null`: tokens of any audience. */
  readonly audience: string | null
  readonly partition: string
}

/**
 * What each condition key can be when the issuer's tokens are exchanged at `provider`. Never too little: what is not known can be
 * anything, also absent, so that a proof holds for every token and call there can be.
 */
export function domainsFor({ model, provider, audience, partition }: Calls): Domains {
  const issuer = issuerName(provider.url).toLowerCase()
  const aud = audience === null ? openDomain(any, false) : fixedDomain(audience)
  const fixed = new Map<string, () => KeyDomain>([
    [`${issuer}:sub`, () => openDomain(model.subjects(audience), false)],
    [`${issuer}:aud`, () => aud],
    ['sts:rolesessionname', () => openDomain(sessionNames, false)],
    ['sts:roleauthorizedbyidp', () => fixedDomain('false', ...(model.sendsRoles ? ['true'] : []))],
    ['aws:securetransport', () => fixedDomain('true')],
    ['aws:principaltype', () => fixedDomain('User')],
    ['aws:principalaccount', () => fixedDomain(provider.account)],
    ['aws:resourceaccount', () => fixedDomain(provider.account)],
    ['aws:currenttime', () => openDomain(any, false)],
    ['aws:epochtime', () => openDomain(any, false)],
    // A call through an endpoint of a VPC comes from no public address.
    ['aws:sourceip', () => openDomain(any, true)],
    ['aws:requestedregion', () => openDomain(any, true)],
    ['aws:useragent', () => openDomain(any, true)],
    ['aws:userid', () => fixedDomain(...principalsOf(provider, partition))],
  ])
  if (model.sendsAuthorizedParty) {
    fixed.set(`${issuer}:oaud`, () => ({ ...openDomain(any, false), mayBeSet: true }))
  }
  if (model.sendsSourceIdentity) fixed.set('sts:sourceidentity', () => openDomain(sessionNames, true))
  if (model.sendsTags) {
    fixed.set('aws:tagkeys', () => openDomain(tagKeys, true, true))
    fixed.set('sts:transitivetagkeys', () => openDomain(tagKeys, true, true))
  }
  for (const [claim, { values, optional, multivalued }] of model.claims) {
    fixed.set(`${issuer}:${claim.toLowerCase()}`, () => openDomain(values, optional, multivalued))
  }
  // Tags are the token's and the role's to choose.
  const tagged = (key: string): KeyDomain =>
    /^(aws|iam):resourcetag\/./.test(key) || (model.sendsTags && /^aws:requesttag\/./.test(key))
      ? openDomain(tagValues, true)
      : absentDomain
  // A policy asks for few of them, so each is built when it is first asked for.
  const known = new Map<string, KeyDomain>()
  const oaud = `${issuer}:oaud`
  return {
    audience,
    get: (key) => {
      const domain = known.get(key) ?? (fixed.get(key) ?? (() => tagged(key)))()
      known.set(key, domain)
      return domain
    },
    canonical: (key) => {
      const lower = key.toLowerCase()
      return lower === oaud && !model.sendsAuthorizedParty ? `${issuer}:aud` : lower
    },
  }
}

/** The provider's ARN; without a partition, in the commercial one. */
export function providerArnOf(provider: IdentityProvider, partition = 'aws'): string {
  return `arn:${partition}:iam::${provider.account}:oidc-provider/${issuerName(provider.url)}`
}

/** What a `Federated` entry may say to mean the provider: its ARN, and the bare domain of one that is built in. */
export function principalsOf(provider: IdentityProvider, partition: string): readonly string[] {
  const name = issuerName(provider.url)
  const arn = providerArnOf(provider, partition)
  return builtInProviders.includes(name) ? [arn, name] : [arn]
}

import { issuerName } from '../issuers.ts'
import type { IdentityProvider } from '../request.ts'
import { automatonOf } from './automaton.ts'
import { anyText, oneOf, oneOrMore, sequence } from './expression.ts'
import type { IssuerModel } from './issuer-model.ts'
import { absentDomain, fixedDomain, type KeyDomain, openDomain } from './restriction.ts'

const any = automatonOf(anyText)
const sessionUnit = oneOf('A-Za-z0-9_+=,.@-')
const sessionNames = automatonOf(sequence(sessionUnit, oneOrMore(sessionUnit)))

/** The condition keys of calls with tokens of one audience, by lower-case name. */
export interface Domains {
  readonly audience: string
  readonly get: (key: string) => KeyDomain
  /** One name for keys that always hold the same value. */
  readonly canonical: (key: string) => string
}

/** What each condition key can be when the issuer's tokens of `audience` are exchanged at `provider`. */
export function domainsFor(model: IssuerModel, provider: IdentityProvider, audience: string): Domains {
  const issuer = issuerName(provider.url).toLowerCase()
  const fixed = new Map<string, () => KeyDomain>([
    [`${issuer}:sub`, () => openDomain(model.subjects(audience), false)],
    [`${issuer}:aud`, () => fixedDomain(audience)],
    ['sts:rolesessionname', () => openDomain(sessionNames, false)],
    ['sts:roleauthorizedbyidp', () => fixedDomain('false', ...(model.sendsRoles ? ['true'] : []))],
    ['aws:securetransport', () => fixedDomain('true')],
    ['aws:principaltype', () => fixedDomain('User')],
    ['aws:principalaccount', () => fixedDomain(provider.account)],
    ['aws:resourceaccount', () => fixedDomain(provider.account)],
    ['aws:currenttime', () => openDomain(any, false)],
    ['aws:epochtime', () => openDomain(any, false)],
    ['aws:sourceip', () => openDomain(any, false)],
    ['aws:requestedregion', () => openDomain(any, false)],
    ['aws:useragent', () => openDomain(any, true)],
    ['aws:userid', () => fixedDomain(providerArnOf(provider))],
  ])
  if (model.sendsAuthorizedParty) fixed.set(`${issuer}:oaud`, () => openDomain(any, false))
  for (const [claim, { values, optional, multivalued }] of model.claims) {
    fixed.set(`${issuer}:${claim.toLowerCase()}`, () => openDomain(values, optional, multivalued))
  }
  // A policy asks for few of them, so each is built when it is first asked for.
  const known = new Map<string, KeyDomain>()
  const oaud = `${issuer}:oaud`
  return {
    audience,
    get: (key) => {
      const domain = known.get(key) ?? (fixed.get(key) ?? (() => absentDomain))()
      known.set(key, domain)
      return domain
    },
    canonical: (key) => {
      const lower = key.toLowerCase()
      return lower === oaud && !model.sendsAuthorizedParty ? `${issuer}:aud` : lower
    },
  }
}

/** The provider's ARN in the commercial partition. */
export function providerArnOf(provider: IdentityProvider, partition = 'aws'): string {
  return `arn:${partition}:iam::${provider.account}:oidc-provider/${issuerName(provider.url)}`
}

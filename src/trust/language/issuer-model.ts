import { claimKeysOf, familyOf, issuerName } from '../issuers.ts'
import { type Automaton, automatonOf, minimize } from './automaton.ts'
import { anyText, type Expression, either, oneOf, oneOrMore, repeat, sequence, text } from './expression.ts'

/** What a claim may hold in tokens of an issuer. */
export interface ClaimDomain {
  readonly values: Automaton
  /** Whether tokens exist without the claim. */
  readonly optional: boolean
  readonly multivalued: boolean
}

/** Which tokens an issuer can sign, as far as trust policies can see them. */
export interface IssuerModel {
  /** With its scheme, as in `iss`. */
  readonly url: string
  /** Every subject in tokens of this audience (`null`: of any), and perhaps some more that `signs` refuses. */
  readonly subjects: (audience: string | null) => Automaton
  /** False for a subject among `subjects` that no token has. Absent = all of them exist. */
  readonly signs?: (subject: string) => boolean
  /** The claims that become condition keys, beside `sub` and `aud`; a claim left out is in no token. */
  readonly claims: ReadonlyMap<string, ClaimDomain>
  /** Whether tokens may carry an `azp` that differs from `aud`. */
  readonly sendsAuthorizedParty: boolean
  /** Whether tokens may carry the roles claim. */
  readonly sendsRoles: boolean
  /** Whether tokens may carry session tags. */
  readonly sendsTags: boolean
  /** Whether tokens may carry a source identity. */
  readonly sendsSourceIdentity: boolean
}

const any = automatonOf(anyText)

// Of these CI systems it is known that their tokens have no `azp`.
const withoutAuthorizedParty = ['GitHub', 'GitLab', 'Buildkite', 'CircleCI']

/** An issuer of which nothing is known but its URL: any subject, and any claim that AWS reads from it. */
export function unknownIssuer(url: string): IssuerModel {
  const names = claimKeysOf(issuerName(url)).filter((name) => !['sub', 'aud', 'oaud'].includes(name))
  const domain = (name: string): ClaimDomain => ({ values: any, optional: true, multivalued: name === 'amr' })
  return {
    url,
    subjects: () => any,
    claims: new Map(names.map((name) => [name, domain(name)])),
    sendsAuthorizedParty: !withoutAuthorizedParty.includes(familyOf(issuerName(url))?.name ?? ''),
    sendsRoles: true,
    sendsTags: true,
    sendsSourceIdentity: true,
  }
}

// Names as the service accepts them (service specification, names).
const nameUnit = oneOf('A-Za-z0-9._-')
const name = oneOrMore(nameUnit)
const organizationName = oneOrMore(oneOf('A-Za-z0-9_-'))
const anonymous = text('<yaml>')

/**
 * Our own issuer: every subject of oidc specification §1.6 that an organization can be given, for the audiences
 * of §1.5. An audience that no organization has (`gcp:acme` is none of AWS) has no subject at all.
 */
export function environmentIssuer(url: string): IssuerModel {
  return {
    url,
    subjects: subjectsOf,
    // An automaton that counts attributes would be fifty times the size.
    signs: (subject) => !repeatsAttribute(subject),
    claims: new Map(),
    sendsAuthorizedParty: false,
    sendsRoles: false,
    sendsTags: false,
    sendsSourceIdentity: false,
  }
}

// The subjects follow from the audience alone, and every question about a policy asks for the same ones.
const knownSubjects = new Map<string, Automaton>()
const maxKnown = 100

function subjectsOf(audience: string | null): Automaton {
  if (audience === null) return everyEnvironmentSubject()
  const known = knownSubjects.get(audience) ?? buildSubjects(audience)
  if (knownSubjects.size >= maxKnown) knownSubjects.clear()
  knownSubjects.set(audience, known)
  return known
}

function buildSubjects(audience: string): Automaton {
  const found = /^(aws:)?([A-Za-z0-9_-]+)$/.exec(audience)
  if (found === null) return automatonOf(either())
  const named = found[1] !== undefined
  return environmentSubjects(text(found[2]!), named ? 'named' : 'default')
}

/** Every subject of any organization and audience; attributes may repeat here (`repeatsAttribute` tells). */
export function everyEnvironmentSubject(): Automaton {
  return (everySubject ??= environmentSubjects(organizationName, 'both'))
}

let everySubject: Automaton | null = null

type Projects = 'named' | 'default' | 'both'

function environmentSubjects(organization: Expression, projects: Projects): Automaton {
  const qualified = sequence(name, text('/'), name)
  const environment = {
    named: either(qualified, anonymous),
    default: name,
    both: either(qualified, name, anonymous),
  }[projects]
  const plain = sequence(text('pulumi:environments:org:'), organization, text(':env:'), environment)
  // The value names the environment in question; the audience follows the root alone, so the form is free.
  const place = either(qualified, name, anonymous)
  const attributes: readonly (readonly [string, Expression])[] = [
    ['pulumi.user.login', name],
    ['pulumi.token.type', either(text('personal'), text('team'), text('organization'))],
    ['pulumi.token.team', name],
    ['currentEnvironment.name', place],
    ['rootEnvironment.name', projects === 'both' ? place : environment],
  ]
  const pairs = repeat(
    either(...attributes.map(([attribute, value]) => sequence(text(`:${attribute}:`), value))),
  )
  const head = sequence(text('pulumi:environments:pulumi.organization.login:'), organization)
  return minimize(automatonOf(either(plain, sequence(head, pairs))))
}

/** Whether a subject of our form names an attribute twice, which the issuer refuses. */
export function repeatsAttribute(subject: string): boolean {
  const after = subject.replace(/^pulumi:environments:pulumi\.organization\.login:[^:]*/, '')
  if (after === subject) return false
  const attributes = after.split(':').filter((_, i) => i % 2 === 1)
  return new Set(attributes).size < attributes.length
}

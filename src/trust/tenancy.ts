import { isSharedIssuer, issuerName, strangerAudience } from './issuers.ts'
import { type Automaton, automatonOf, minimize } from './language/automaton.ts'
import {
  anyText,
  type Expression,
  either,
  oneOf,
  oneOrMore,
  repeat,
  sequence,
  text,
} from './language/expression.ts'
import {
  type ClaimDomain,
  environmentIssuer,
  type IssuerModel,
  unknownIssuer,
} from './language/issuer-model.ts'
import { subtract, unite } from './language/operations.ts'

/** How an issuer's subjects name the tenant they belong to: `prefix`, the tenant, `separator`, the rest. */
export interface TenantForm {
  readonly prefix: string
  readonly separator: string
}

/** What one shared issuer lets a tenant put into tokens, and which keys tell tenants apart. */
export interface Tenancy {
  readonly forms: readonly TenantForm[]
  /** Claims of which one fixes the tenant. */
  readonly scopingClaims: readonly string[]
  /** Claims whose values every tenant can produce. */
  readonly freeClaims: readonly string[]
  /** Claims that hold the tenant's name. */
  readonly nameClaims: readonly string[]
  /** Claims that hold an id of the tenant or of a thing of his. */
  readonly idClaims: readonly string[]
  /** The ids are UUIDs, otherwise whole numbers. */
  readonly hasUuids?: boolean
  /** The audience tells tenants apart: nobody can get a token for another tenant's. */
  readonly audienceScoped?: boolean
}

const none: Tenancy = { forms: [], scopingClaims: ['sub'], freeClaims: [], nameClaims: [], idClaims: [] }
const environmentForms: readonly TenantForm[] = [
  { prefix: 'pulumi:environments:org:', separator: ':' },
  { prefix: 'pulumi:environments:pulumi.organization.login:', separator: ':' },
]

const ours: Tenancy = {
  ...none,
  forms: environmentForms,
  scopingClaims: ['sub', 'aud'],
  audienceScoped: true,
}

const tenancies: readonly (readonly [RegExp, Tenancy])[] = [
  [
    /^(token\.actions\.|vstoken\.actions\.|github\.com\/)/,
    {
      forms: [
        { prefix: 'repo:', separator: '/' },
        { prefix: 'repository_owner:', separator: ':' },
      ],
      scopingClaims: [
        'sub',
        'repository',
        'repository_id',
        'repository_owner_id',
        'enterprise_id',
        'job_workflow_ref',
      ],
      freeClaims: ['ref', 'environment', 'workflow', 'actor'],
      nameClaims: ['repository', 'job_workflow_ref'],
      idClaims: ['repository_id', 'repository_owner_id', 'enterprise_id', 'actor_id'],
    },
  ],
  [
    /^gitlab\.com$/,
    {
      forms: [{ prefix: 'project_path:', separator: '/' }],
      scopingClaims: ['sub', 'namespace_id', 'project_id'],
      freeClaims: ['ref_protected', 'pipeline_source', 'runner_environment', 'user_access_level'],
      nameClaims: [],
      idClaims: ['namespace_id', 'project_id', 'user_id'],
    },
  ],
  [
    /^agent\.buildkite\.com$/,
    {
      forms: [{ prefix: 'organization:', separator: ':' }],
      scopingClaims: ['sub', 'organization_slug', 'organization_id', 'pipeline_id', 'cluster_id'],
      freeClaims: ['pipeline_slug', 'build_branch', 'cluster_name'],
      nameClaims: ['organization_slug'],
      idClaims: ['organization_id', 'pipeline_id', 'cluster_id'],
      hasUuids: true,
    },
  ],
  [/^app\.terraform\.io$/, { ...none, forms: [{ prefix: 'organization:', separator: ':' }] }],
  [/^api\.pulumi\.com\/oidc$/, ours],
  [
    /^(oidc\.vercel\.com|sandboxes\.cloud|cognito-identity\.amazonaws\.com)$/,
    { ...none, scopingClaims: ['sub', 'aud'], audienceScoped: true },
  ],
  [
    /^accounts\.google\.com$/,
    { ...none, scopingClaims: ['sub', 'aud', 'oaud', 'email'], audienceScoped: true },
  ],
  [
    /^(www\.amazon\.com|graph\.facebook\.com)$/,
    { ...none, scopingClaims: ['sub', 'app_id', 'user_id', 'id'], audienceScoped: true },
  ],
]

/** What is known of the tenants of an issuer; `environments` marks our own issuer. */
export function tenancyOf(issuer: string, environments = false): Tenancy {
  if (environments) return ours
  return tenancies.find(([pattern]) => pattern.test(issuer))?.[1] ?? none
}

/** The tenant part of a subject pattern, up to its separator. */
export interface NamedTenant {
  readonly form: TenantForm
  /** With the wildcards the policy wrote. */
  readonly tenant: string
  /** Whether the separator follows; without it the name goes on as anybody likes. */
  readonly closed: boolean
  readonly rest: string
}

/** Finds the tenant in a subject pattern; `null` when the pattern has the form of none. */
export function namedTenant(pattern: string, { forms }: Tenancy): NamedTenant | null {
  const form = forms.find(({ prefix }) => pattern.startsWith(prefix))
  if (form === undefined) return null
  const after = pattern.slice(form.prefix.length)
  const end = after.indexOf(form.separator)
  if (end === -1) return { form, tenant: after, closed: false, rest: '' }
  return { form, tenant: after.slice(0, end), closed: true, rest: after.slice(end + form.separator.length) }
}

/** The literal beginning of a pattern. */
export function literalStem(pattern: string): string {
  return /^[^*?]*/.exec(pattern)![0]
}

const lowerName = oneOrMore(oneOf('a-z0-9-'))
// Ids are whole numbers as issuers write them, without leading zeros.
const numbers = sequence(oneOf('1-9'), repeat(oneOf('0-9')))
const uuids = oneOrMore(oneOf('0-9a-f-'))

/**
 * The tokens of strangers: tenants of the same issuer with other names and ids than `trusted`, who put into their
 * tokens whatever a tenant can choose. `null` for an issuer that serves one organization only.
 */
export function strangersOf(
  url: string,
  trusted: readonly string[],
  environments = false,
): IssuerModel | null {
  const issuer = issuerName(url)
  if (!isSharedIssuer(issuer) && !environments) return null
  const tenancy = tenancyOf(issuer, environments)
  const base = unknownIssuer(url)
  const claims = new Map<string, ClaimDomain>(base.claims)
  const set = (claim: string, values: Automaton): void => {
    const known = claims.get(claim)
    if (known !== undefined) claims.set(claim, { ...known, values })
  }
  for (const claim of tenancy.nameClaims) {
    set(claim, claim === 'organization_slug' ? strangerNames(trusted) : strangerTexts('', '/', trusted))
  }
  const trustedIds = automatonOf(either(...trusted.map(text)))
  const strangerIds = subtract(automatonOf(tenancy.hasUuids === true ? uuids : numbers), trustedIds)
  for (const claim of tenancy.idClaims) set(claim, strangerIds)
  if (tenancy.freeClaims.includes('actor')) set('actor', strangerNames(trusted))
  if (tenancy.audienceScoped) return { ...base, claims, subjects: audienceScopedSubjects(url, tenancy) }
  const subjects = strangerSubjects(tenancy, trusted)
  return { ...base, claims, subjects: () => subjects }
}

function audienceScopedSubjects(url: string, tenancy: Tenancy): IssuerModel['subjects'] {
  const nobody = automatonOf(either())
  const strangers =
    tenancy === ours ? environmentIssuer(url).subjects(strangerAudience) : strangerSubjects(tenancy, [])
  return (audience) => (audience === null || audience === strangerAudience ? strangers : nobody)
}

function strangerNames(trusted: readonly string[]): Automaton {
  return subtract(automatonOf(lowerName), automatonOf(lowerCased(trusted)))
}

// Strangers take lower-case names; a trusted name in capitals is still not theirs.
function lowerCased(trusted: readonly string[]): Expression {
  return either(...trusted.map((tenant) => text(tenant.toLowerCase())))
}

function strangerTexts(prefix: string, separator: string, trusted: readonly string[]): Automaton {
  const after = sequence(text(separator), oneOrMore(oneOf(' -~')))
  const all = automatonOf(sequence(text(prefix), lowerName, after))
  return subtract(all, automatonOf(sequence(text(prefix), lowerCased(trusted), after)))
}

// One policy asks for the same strangers again and again, and most policies name one tenant.
const knownSubjects = new Map<string, Automaton>()
const maxKnown = 100

function strangerSubjects(tenancy: Tenancy, trusted: readonly string[]): Automaton {
  const key = JSON.stringify([tenancy.forms, trusted])
  const known = knownSubjects.get(key) ?? buildStrangerSubjects(tenancy, trusted)
  if (knownSubjects.size >= maxKnown) knownSubjects.clear()
  knownSubjects.set(key, known)
  return known
}

function buildStrangerSubjects({ forms, freeClaims }: Tenancy, trusted: readonly string[]): Automaton {
  if (forms.length === 0) return automatonOf(sequence(text('stranger:'), anyText))
  const own = forms.map(({ prefix, separator }) => strangerTexts(prefix, separator, trusted))
  // A tenant may tailor the subject to hold nothing but values that are free to all.
  const tailored = freeClaims
    .filter((claim) => claim !== 'actor')
    .map((claim) => automatonOf(sequence(text(`${claim}:`), anyText)))
  return minimize([...own, ...tailored].reduce(unite))
}

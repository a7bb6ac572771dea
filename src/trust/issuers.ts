/** What AWS knows about one family of issuers. Names are hosts with paths, without a scheme. */
export interface IssuerFamily {
  readonly name: string
  readonly matches: (issuer: string) => boolean
  /** Claims that become condition keys beside the default ones (aws specification §2.5). */
  readonly claims: readonly string[]
}

const is =
  (...names: readonly string[]) =>
  (issuer: string): boolean =>
    names.includes(issuer)

/** Providers that exist in every account; a policy names them by their bare domain. */
export const builtInProviders: readonly string[] = [
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'www.amazon.com',
  'graph.facebook.com',
]

const github = 'token.actions.githubusercontent.com'

/** Issuers with condition keys of their own. */
export const issuerFamilies: readonly IssuerFamily[] = [
  {
    name: 'GitHub',
    matches: (issuer) =>
      issuer === github ||
      issuer.startsWith(`${github}/`) ||
      /^token\.actions\.[A-Za-z0-9-]+\.ghe\.com$/.test(issuer) ||
      /^github\.com\/enterprises\/[^/]+$/.test(issuer),
    claims: [
      'actor',
      'actor_id',
      'job_workflow_ref',
      'repository',
      'repository_id',
      'repository_owner_id',
      'workflow',
      'ref',
      'environment',
      'enterprise_id',
    ],
  },
  {
    name: 'GitLab',
    matches: is('gitlab.com'),
    claims: [
      'namespace_id',
      'project_id',
      'user_id',
      'user_login',
      'user_email',
      'user_access_level',
      'ref_protected',
      'pipeline_source',
      'runner_environment',
    ],
  },
  {
    name: 'Buildkite',
    matches: is('agent.buildkite.com'),
    claims: [
      'organization_slug',
      'organization_id',
      'pipeline_slug',
      'pipeline_id',
      'cluster_name',
      'cluster_id',
      'build_branch',
    ],
  },
  {
    name: 'CircleCI',
    matches: (issuer) => /^oidc\.circleci\.com\/org\/[^/]+$/.test(issuer),
    claims: ['oidc.circleci.com/project-id'],
  },
  { name: 'Google', matches: is('accounts.google.com'), claims: ['google/organization_number'] },
  {
    name: 'Oracle',
    matches: (issuer) => /^idcs-[A-Za-z0-9-]+\.identity\.oraclecloud\.com$/.test(issuer),
    claims: ['rpst_id'],
  },
  { name: 'Amazon', matches: is('www.amazon.com'), claims: ['app_id', 'user_id'] },
  { name: 'Facebook', matches: is('graph.facebook.com'), claims: ['app_id', 'id'] },
]

/** Claims of every issuer that become condition keys. */
export const defaultClaimKeys: readonly string[] = ['aud', 'sub', 'amr', 'oaud', 'email']

/** The claim names that AWS offers as condition keys for this issuer. */
export function claimKeysOf(issuer: string): readonly string[] {
  return [...defaultClaimKeys, ...(familyOf(issuer)?.claims ?? [])]
}

/** The family the issuer belongs to, or `null` for an issuer AWS does not know by name. */
export function familyOf(issuer: string): IssuerFamily | null {
  return issuerFamilies.find((family) => family.matches(issuer)) ?? null
}

/** A condition that AWS demands before it stores a policy that trusts the issuer (§1.3). */
export interface IssuerControl {
  readonly issuer: string
  /** Full condition keys of which one must be scoped. */
  readonly keys: readonly string[]
  /** Values that are blank or start with `*` do not count either. */
  readonly strictStart: boolean
  /** `equality`: no `StringLike`, key in exactly this case, values not looked at. */
  readonly operators: 'any' | 'equality'
}

const subjectIssuers = new Set([
  'vstoken.actions.githubusercontent.com',
  'oidc-configuration.audit-log.githubusercontent.com',
  'gitlab.com',
  'agent.buildkite.com',
  'app.terraform.io',
  'oidc.codefresh.io',
  'scalr.io',
  'studio.datachain.ai/api',
  'tokens.cloud.shisho.dev',
  'proidc.upbound.io',
  // IBM Turbonomic SaaS, one issuer a location.
  'rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7',
  'rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr',
  'rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg',
  'rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26',
  'oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu',
  'oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb',
])
const audienceIssuers = new Set([
  'api.pulumi.com/oidc',
  'sandboxes.cloud',
  'oidc.vercel.com',
  'cognito-identity.amazonaws.com',
])
const sentinel = 'sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d'
const applicationKeys = new Map([
  ['accounts.google.com', ['aud', 'oaud', 'sub']],
  ['www.amazon.com', ['app_id', 'sub']],
  ['graph.facebook.com', ['app_id', 'sub']],
])

/** The control for an issuer, or `null` when AWS stores any policy that trusts it. */
export function controlOf(issuer: string): IssuerControl | null {
  const control = (claims: readonly string[], rest: Partial<IssuerControl> = {}): IssuerControl => ({
    issuer,
    keys: claims.map((claim) => `${issuer}:${claim}`),
    strictStart: false,
    operators: 'any',
    ...rest,
  })
  // Any string that begins with the host, as measured: a longer host name too.
  if (issuer.startsWith(github)) return control(['sub', 'job_workflow_ref'], { strictStart: true })
  if (subjectIssuers.has(issuer)) return control(['sub'])
  if (audienceIssuers.has(issuer)) return control(['aud'])
  if (issuer === sentinel || issuer === `${sentinel}/`) {
    return { ...control([]), keys: ['sts:RoleSessionName'] }
  }
  const application = applicationKeys.get(issuer)
  return application === undefined ? null : control(application, { operators: 'equality' })
}

/** Whether many unrelated tenants get tokens from this one issuer. */
export function isSharedIssuer(issuer: string): boolean {
  return controlOf(issuer) !== null
}

/** The issuer as condition keys and provider ARNs name it: the URL without its scheme. */
export function issuerName(url: string): string {
  return url.replace(/^https?:\/\//, '')
}

/** An audience that only strangers have, for issuers whose audience names the tenant. */
export const strangerAudience = 'aws:stranger'

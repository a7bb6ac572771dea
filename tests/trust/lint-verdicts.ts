// Trust policies with the verdict that a reviewer gives each, written down before the linter is asked: the rules that must speak,
// and no other. `!` marks a rule that speaks critically: it then has to show a token that gets in.
import type { LintFacts } from '../../src/trust/index.ts'
import { environmentIssuer } from '../../src/trust/index.ts'

/** One policy and its verdict. */
export interface Verdict {
  readonly name: string
  readonly policy: unknown
  /** `AWS003! AWS018`: every rule that speaks, sorted; `''` = nothing is wrong. */
  readonly wanted: string
  readonly facts: LintFacts
}

const account = '123456789012'
const web = 'sts:AssumeRoleWithWebIdentity'
const arn = (issuer: string, where = account): string => `arn:aws:iam::${where}:oidc-provider/${issuer}`

type Tests = { readonly [operatorAndClaim: string]: unknown }

// `{ 'StringEquals sub': 'x' }` for the issuer's `sub`; a key with a colon is a whole key.
function condition(issuer: string, tests: Tests): object {
  const block: Record<string, Record<string, unknown>> = {}
  for (const [name, value] of Object.entries(tests)) {
    const [operator = '', claim = ''] = name.split(' ')
    block[operator] = { ...block[operator], [claim.includes(':') ? claim : `${issuer}:${claim}`]: value }
  }
  return block
}

function statement(issuer: string, tests: Tests | null, rest: object = {}): object {
  return {
    Effect: 'Allow',
    Principal: { Federated: arn(issuer) },
    Action: web,
    ...(tests !== null && { Condition: condition(issuer, tests) }),
    ...rest,
  }
}

function document(...statements: readonly object[]): object {
  return { Version: '2012-10-17', Statement: statements }
}

const rows: Verdict[] = []
const row = (name: string, policy: unknown, wanted: string, facts: LintFacts = {}): void => {
  rows.push({ name, policy, wanted, facts })
}
const one = (
  name: string,
  issuer: string,
  tests: Tests | null,
  wanted: string,
  rest: object = {},
  facts: LintFacts = {},
): void => row(`${issuer}: ${name}`, document(statement(issuer, tests, rest)), wanted, facts)

const github = 'token.actions.githubusercontent.com'
const aud = { 'StringEquals aud': 'sts.amazonaws.com' }

// How each shared issuer names a tenant and a thing of his, an id that pins him, and what is said of a name without one.
const shared = [
  {
    issuer: github,
    head: 'repo:',
    end: '/',
    rest: 'app:ref:refs/heads/main',
    id: 'repository_id',
    named: 'AWS018',
  },
  {
    issuer: 'gitlab.com',
    head: 'project_path:',
    end: '/',
    rest: 'app:ref_type:branch:ref:main',
    id: 'project_id',
    named: 'AWS018',
  },
  {
    issuer: 'agent.buildkite.com',
    head: 'organization:',
    end: ':',
    rest: 'pipeline:app:ref:refs/heads/main:commit:a:step:b',
    id: 'organization_id',
    named: 'AWS018',
  },
  {
    issuer: 'app.terraform.io',
    head: 'organization:',
    end: ':',
    rest: 'project:a:workspace:b:run_phase:apply',
    id: null,
    named: '',
  },
] as const

const join = (...ids: readonly string[]): string =>
  ids
    .flatMap((id) => (id === '' ? [] : id.split(' ')))
    .sort()
    .join(' ')

for (const { issuer, head, end, rest, id, named } of shared) {
  const tight = `${head}acme${end}${rest}`
  const like = (sub: unknown): Tests => ({ ...aud, 'StringLike sub': sub })
  // Patterns of a subject, alone and behind a tight one: a guard that reads the first value only would miss the second.
  const patterns: readonly (readonly [string, string, string])[] = [
    ['*', 'AWS003!', ''],
    ['**', 'AWS003!', ''],
    ['?*', 'AWS003!', ''],
    [`${head}*`, 'AWS003!', ''],
    [`${head.slice(0, -1)}*`, 'AWS003!', ''],
    [`${head.slice(0, 3)}*`, 'AWS003!', ''],
    [`${head}*${end}*`, 'AWS003!', ''],
    [`${head}acme*`, 'AWS004!', named],
    [`${head}acme-*${end}${rest}`, 'AWS004!', named],
    [`${head}acm?${end}${rest}`, 'AWS004!', named],
    [`${head}*${end}${rest}`, 'AWS005!', ''],
    [`${head}?cme${end}${rest}`, 'AWS005!', ''],
    [`*${end}${rest}`, 'AWS005!', ''],
    [`${head}acme${end}*`, 'AWS013', named],
  ]
  for (const [pattern, said, byName] of patterns) {
    one(`StringLike sub ${pattern}`, issuer, like(pattern), join(said, byName))
    one(`StringLike sub [tight, ${pattern}]`, issuer, like([tight, pattern]), join(said, named))
  }
  one('StringEquals sub, whole', issuer, { ...aud, 'StringEquals sub': tight }, named)
  one('no condition', issuer, null, 'AWS002!')
  one('audience only', issuer, aud, 'AWS001!')
  one('subject without audience', issuer, { 'StringEquals sub': tight }, join('AWS011', named))
  one('StringLike without wildcard', issuer, like(tight), join('AWS044', named))
  one('any letter case', issuer, { ...aud, 'StringEqualsIgnoreCase sub': tight }, join('ESC003', named))
  one(
    'star under StringEquals',
    issuer,
    { ...aud, 'StringEquals sub': `${head}acme${end}*` },
    join('AWS025', named),
  )
  // The subject is in every token, so nobody passes by leaving it out; the operator is a trap all the same.
  one('IfExists on the subject', issuer, { ...aud, 'StringEqualsIfExists sub': tight }, join('AWS007', named))
  one(
    'ForAllValues on the subject',
    issuer,
    { ...aud, 'ForAllValues:StringEquals sub': tight },
    join('AWS006', named),
  )
  one(
    'ForAllValues on a misspelt subject',
    issuer,
    { ...aud, 'ForAllValues:StringLike subj': `${head}acme${end}*` },
    'AWS001! AWS006! AWS009!',
  )
  one(
    'IfExists on a misspelt subject',
    issuer,
    { ...aud, 'StringLikeIfExists subj': `${head}acme${end}*` },
    'AWS001! AWS009!',
  )
  one(
    'a subject that is not',
    issuer,
    { ...aud, 'StringNotEquals sub': `${head}evil${end}${rest}` },
    'AWS008!',
  )
  one('a subject that is not like', issuer, { ...aud, 'StringNotLike sub': `${head}evil${end}*` }, 'AWS008!')
  one('presence of the subject', issuer, { ...aud, 'Null sub': 'false' }, 'AWS001!')
  if (id !== null) {
    one('id alone', issuer, { ...aud, [`StringEquals ${id}`]: '2002' }, '')
    one('id and subject', issuer, { ...aud, [`StringEquals ${id}`]: '2002', 'StringEquals sub': tight }, '')
    one(
      'id as a number',
      issuer,
      { ...aud, [`NumericEquals ${id}`]: 2002 },
      id === 'organization_id' ? 'ESC004' : '',
    )
    one('id IfExists', issuer, { ...aud, [`StringEqualsIfExists ${id}`]: '2002' }, 'AWS007!')
    one('id that is not', issuer, { ...aud, [`StringNotEquals ${id}`]: '666' }, 'AWS008!')
    one('id by ForAllValues', issuer, { ...aud, [`ForAllValues:StringEquals ${id}`]: '2002' }, 'AWS006!')
    one(
      'id by ForAllValues, demanded',
      issuer,
      { ...aud, [`ForAllValues:StringEquals ${id}`]: '2002', [`Null ${id}`]: 'false' },
      '',
    )
  }
}

const main = 'repo:acme/app:ref:refs/heads/main'
const byId = { ...aud, 'StringEquals repository_id': '2002' }
const tight = { ...byId, 'StringEquals sub': main }
const git = (name: string, tests: Tests, wanted: string, rest: object = {}, facts: LintFacts = {}): void =>
  one(name, github, tests, wanted, rest, facts)

git('any ref of a repository', { ...byId, 'StringLike sub': 'repo:acme/app:*' }, 'AWS014')
git('any branch or tag', { ...byId, 'StringLike sub': 'repo:acme/app:ref:*' }, 'AWS014')
git('longer branch names', { ...byId, 'StringLike sub': 'repo:acme/app:ref:refs/heads/release*' }, 'AWS015')
git('a folder of branches', { ...byId, 'StringLike sub': 'repo:acme/app:ref:refs/heads/release/*' }, '')
git('an environment', { ...byId, 'StringEquals sub': 'repo:acme/app:environment:prod' }, '')
git('pull requests', { ...byId, 'StringEquals sub': 'repo:acme/app:pull_request' }, '')
git('a name with its ids', { ...aud, 'StringEquals sub': 'repo:acme@1001/app@2002:ref:refs/heads/main' }, '')
git('two organizations', { ...byId, 'StringEquals sub': [main, 'repo:other/app:pull_request'] }, 'AWS016')
git('two repositories of one', { ...byId, 'StringEquals sub': [main, 'repo:acme/web:pull_request'] }, '')
git('environment claim only', { ...aud, 'StringEquals environment': 'prod' }, 'AWS019')
git('branch claim only', { ...aud, 'StringEquals ref': 'refs/heads/main' }, 'AWS019')
git('workflow claim only', { ...aud, 'StringEquals workflow': 'deploy' }, 'AWS019')
git(
  'reusable workflow only',
  { ...aud, 'StringEquals job_workflow_ref': 'acme/ci/.github/workflows/d.yml@refs/heads/main' },
  'AWS018 AWS020',
)
git(
  'reusable workflow and owner',
  {
    ...aud,
    'StringEquals repository_owner_id': '1001',
    'StringEquals job_workflow_ref': 'acme/ci/.github/workflows/d.yml@refs/heads/main',
  },
  '',
)
git('repository by name', { ...aud, 'StringEquals repository': 'acme/app' }, 'AWS018')
git('owner by name, which AWS does not read', { ...tight, 'StringEquals repository_owner': 'acme' }, 'AWS030')
git('run id, which AWS does not read', { ...tight, 'StringEquals run_id': '1' }, 'AWS030')
git(
  'event name IfExists, which AWS does not read',
  { ...tight, 'StringEqualsIfExists event_name': 'push' },
  'AWS009',
)
git('address only', { ...aud, 'IpAddress aws:SourceIp': '203.0.113.0/24' }, 'AWS001! AWS039')
git('address beside a tight subject', { ...tight, 'IpAddress aws:SourceIp': '203.0.113.0/24' }, '')
git('session name only', { ...aud, 'StringLike sts:RoleSessionName': 'ci-*' }, 'AWS001! AWS021')
git(
  'session name tied to a claim',
  { ...tight, 'StringEquals sts:RoleSessionName': `\${${github}:actor}` },
  '',
)
git(
  'organization of a principal that is not there',
  { ...tight, 'StringEquals aws:PrincipalOrgID': 'o-1' },
  'AWS038',
)
git('external id', { ...tight, 'StringEquals sts:ExternalId': 'x' }, 'AWS038')
git('second factor', { ...tight, 'Bool aws:MultiFactorAuthPresent': 'true' }, 'AWS038')
git('tag keys by ForAllValues', { ...tight, 'ForAllValues:StringEquals aws:TagKeys': ['team'] }, 'AWS022')
git('a tag demanded without the action', { ...tight, 'StringEquals aws:RequestTag/team': 'core' }, 'AWS034')
git('a tag demanded with the action', { ...tight, 'StringEquals aws:RequestTag/team': 'core' }, '', {
  Action: [web, 'sts:TagSession'],
})
git('source identity without the action', { ...tight, 'StringEquals sts:SourceIdentity': 'alice' }, 'AWS034')
git('scalar operator on tag keys', { ...tight, 'StringEquals aws:TagKeys': 'team' }, 'AWS034 AWS036')
git('every action', tight, 'AWS048', { Action: 'sts:*' })
git('every assumption', tight, 'AWS048', { Action: 'sts:AssumeRole*' })
git('everything at all', tight, 'AWS000 AWS048', { Action: '*' })
git('another action', tight, 'AWS031', { Action: 'sts:AssumeRole' })
git('action of SAML', tight, 'AWS031', { Action: 'sts:AssumeRoleWithSAML' })
git('a long session', tight, 'AWS023', {}, { role: { maxSessionDurationSeconds: 43_200 } })
git('a session of an hour', tight, '', {}, { role: { maxSessionDurationSeconds: 3600 } })
git(
  'an administrator',
  tight,
  'AWS024',
  {},
  { attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
)
git('a reader', tight, '', {}, { attachedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] })
git('thumbprints', tight, 'AWS045', {}, { thumbprints: ['00'.repeat(20)] })
git('a job with an environment', tight, 'AWS040', {}, { sample: { sub: 'repo:acme/app:environment:prod' } })
git(
  'a subject made to measure',
  tight,
  'AWS041',
  {},
  { sample: { sub: 'repository_id:2002:environment:prod' } },
)
git(
  'an audience nobody registered',
  { ...tight, 'StringEquals aud': 'api' },
  'AWS012',
  {},
  { provider: { url: `https://${github}`, clientIds: ['sts.amazonaws.com'], account } },
)
git(
  'no audience but one client',
  { 'StringEquals sub': main, 'StringEquals repository_id': '2002' },
  '',
  {},
  { provider: { url: `https://${github}`, clientIds: ['sts.amazonaws.com'], account } },
)
git('a role of another account', tight, 'AWS033', {}, { role: { arn: 'arn:aws:iam::210987654321:role/x' } })
git(
  'a role of another partition',
  tight,
  'AWS033',
  {},
  { role: { arn: `arn:aws-cn:iam::${account}:role/x` } },
)
one(
  'retired issuer',
  'vstoken.actions.githubusercontent.com',
  { ...aud, 'StringEquals sub': main, 'StringEquals repository_id': '2' },
  'AWS030 AWS046',
)
row('two statements, the second open', document(statement(github, tight), statement(github, aud)), 'AWS001!')
row(
  'two statements, the second for the organization',
  document(statement(github, tight), statement(github, { ...byId, 'StringLike sub': 'repo:acme/*' })),
  'AWS013',
)
row(
  'two statements, the second without condition',
  document(statement(github, tight), statement(github, null)),
  'AWS002!',
)
row(
  'two statements, the second for another issuer',
  document(statement(github, tight), statement('gitlab.com', { ...aud, 'StringEquals project_id': '20' })),
  '',
)
row(
  'a fence closes an open statement',
  document(
    statement(github, aud),
    statement(github, { 'StringNotLike sub': 'repo:acme/*' }, { Effect: 'Deny' }),
  ),
  'AWS001',
)
row(
  'a fence with a hole',
  document(
    statement(github, aud),
    statement(github, { 'StringNotLike sub': 'repo:acme*' }, { Effect: 'Deny' }),
  ),
  'AWS001!',
)
row(
  'a fence around other actions',
  document(
    statement(github, aud),
    statement(github, { 'StringNotLike sub': 'repo:acme/*' }, { Effect: 'Deny', Action: 'sts:TagSession' }),
  ),
  'AWS001!',
)
row(
  'a fence on an optional claim',
  document(statement(github, tight), statement(github, { 'StringEquals actor': 'bot' }, { Effect: 'Deny' })),
  'AWS050',
)
row(
  'a deny of everybody',
  document(statement(github, aud), statement(github, null, { Effect: 'Deny' })),
  'AWS001',
)
row('an old version', { ...document(statement(github, tight)), Version: '2008-10-17' }, 'AWS047')
row('no version', { Statement: [statement(github, tight)] }, 'AWS047')
row(
  'no version, with a variable',
  { Statement: [statement(github, { ...tight, 'StringEquals sts:RoleSessionName': `\${${github}:actor}` })] },
  'AWS035 AWS047',
)
row('a policy that is not stored', { Version: '2012-10-17', Statement: { Effect: 'allow' } }, 'AWS000')
row(
  'a policy over the quota',
  document(
    statement(github, {
      ...byId,
      'StringEquals sub': Array.from({ length: 60 }, (_, i) => `repo:acme/app-${i}:ref:refs/heads/main`),
    }),
  ),
  'AWS042',
)

const login = 'login.example.com'
const user = { ...aud, 'StringEquals sub': 'u1' }
const own = (
  name: string,
  tests: Tests | null,
  wanted: string,
  rest: object = {},
  facts: LintFacts = {},
): void => one(name, login, tests, wanted, rest, facts)
const client = (...clientIds: readonly string[]): LintFacts => ({
  provider: { url: `https://${login}`, clientIds, account },
})

own('audience and subject', user, '')
own('no condition', null, 'AWS002!')
own('audience only', aud, 'AWS013')
own('subject only', { 'StringEquals sub': 'u1' }, 'AWS011')
own('subject only, one client', { 'StringEquals sub': 'u1' }, '', {}, client('sts.amazonaws.com'))
own(
  'subject only, two clients',
  { 'StringEquals sub': 'u1' },
  'AWS011',
  {},
  client('sts.amazonaws.com', 'web'),
)
own('any subject', { ...aud, 'StringLike sub': '*' }, 'AWS003!')
own('subjects by pattern', { ...aud, 'StringLike sub': 'svc-*' }, '')
own('a domain of addresses', { ...aud, 'StringLike email': '*@example.com' }, '')
own('an address IfExists', { ...aud, 'StringEqualsIfExists email': 'a@example.com' }, 'AWS013')
own('groups that are not', { ...aud, 'StringNotEquals groups': 'guests' }, 'AWS008 AWS009! AWS013')
own(
  'groups by ForAllValues',
  { ...aud, 'ForAllValues:StringEquals groups': 'admins' },
  'AWS006 AWS009! AWS013',
)
own('groups by ForAnyValue', { ...user, 'ForAnyValue:StringEquals groups': 'admins' }, 'AWS030')
own('groups', { ...aud, 'StringEquals groups': 'admins' }, 'AWS030')
own('a verified address, which AWS does not read', { ...user, 'Bool email_verified': 'true' }, 'AWS030')
own('one method of login', { ...user, 'StringEquals amr': 'mfa' }, 'AWS036')
own('some method of login', { ...user, 'ForAnyValue:StringEquals amr': 'mfa' }, '')
own('all methods of login', { ...user, 'ForAllValues:StringEquals amr': 'mfa' }, 'AWS006')
own(
  'all methods of login, some demanded',
  { ...user, 'ForAllValues:StringEquals amr': 'mfa', 'Null amr': 'false' },
  '',
)
own('key with a scheme', { ...aud, [`StringEquals https://${login}:sub`]: 'u1' }, 'AWS026')
own('key with the provider', { ...aud, [`StringEquals ${arn(login)}:sub`]: 'u1' }, 'AWS026')
own('key with a port', { ...aud, [`StringEquals ${login}:443:sub`]: 'u1' }, 'AWS026')
own('key with a path too many', { ...aud, [`StringEquals ${login}/oidc:sub`]: 'u1' }, 'AWS027')
own('key of another issuer', { ...aud, [`StringEquals ${github}:sub`]: 'u1' }, 'AWS027')
own('key with a slash', { ...aud, [`StringEquals ${login}/:sub`]: 'u1' }, 'AWS028')
own('key in capitals', { ...aud, 'StringEquals SUB': 'u1' }, '')
own('key in two spellings', { ...user, 'StringEquals SUB': 'u1' }, 'AWS043')
own('key misspelt', { ...aud, 'StringEquals subject': 'u1' }, 'AWS030')
own(
  'audience behind azp',
  { 'StringEquals aud': 'web', 'StringEquals sub': 'u1' },
  'AWS037',
  {},
  { sample: { aud: 'web', azp: 'cli', sub: 'u1' } },
)
own('everybody of AWS', user, 'AWS032', { Principal: { AWS: '*' } })
own('everybody', user, 'AWS000 AWS032', { Principal: '*' })
own('an account', user, 'AWS032', { Principal: { AWS: account } })
own('a service', user, 'AWS032', { Principal: { Service: 'ec2.amazonaws.com' } })
own('everybody but', user, 'AWS000 AWS010!', {
  Principal: undefined,
  NotPrincipal: { Federated: arn(github) },
})
own('a wildcard in the provider', user, 'AWS000 AWS027', { Principal: { Federated: arn('*') } })
own('a provider by its URL', user, 'AWS000', { Principal: { Federated: `https://${login}` } })
own('a provider with a slash', user, 'AWS028', { Principal: { Federated: arn(`${login}/`) } })
own('a provider in capitals', user, 'AWS029', { Principal: { Federated: arn('Login.example.com') } })
own('a provider of SAML', user, 'AWS027', {
  Principal: { Federated: `arn:aws:iam::${account}:saml-provider/x` },
})
own('two providers', user, 'AWS017', { Principal: { Federated: [arn(login), arn('idp.example.com')] } })
own(
  'two providers, both open by negation',
  { ...aud, 'StringNotEqualsIfExists sub': 'u2' },
  'AWS007 AWS008 AWS013 AWS017',
  { Principal: { Federated: [arn(login), arn('idp.example.com')] } },
)

const esc = 'esc.example.com/oidc'
const plain = 'pulumi:environments:org:acme:env:'
const listed = 'pulumi:environments:pulumi.organization.login:acme'
const acme = { 'StringEquals aud': 'aws:acme' }
const known: LintFacts = {
  model: environmentIssuer(`https://${esc}`),
  provider: { url: `https://${esc}`, clientIds: ['aws:acme'], account },
}
const env = (
  name: string,
  tests: Tests | null,
  wanted: string,
  rest: object = {},
  facts: LintFacts = known,
): void => one(name, esc, tests, wanted, rest, facts)

env('one environment', { ...acme, 'StringEquals sub': `${plain}app/prod` }, '')
env(
  'one environment and its user',
  { ...acme, 'StringEquals sub': `${listed}:currentEnvironment.name:app/prod:pulumi.user.login:ada` },
  '',
)
env(
  'attributes in another order',
  { ...acme, 'StringEquals sub': `${listed}:pulumi.user.login:ada:currentEnvironment.name:app/prod` },
  '',
)
env('a project', { ...acme, 'StringLike sub': `${plain}app/*` }, '')
env('every environment', { ...acme, 'StringLike sub': `${plain}*` }, 'AWS013')
env('every attribute', { ...acme, 'StringLike sub': `${listed}:*` }, 'AWS013')
env('no subject', acme, 'AWS013')
env('no condition', null, 'AWS002!')
env('any subject', { ...acme, 'StringLike sub': '*' }, 'AWS003!')
env('any organization', { ...acme, 'StringLike sub': 'pulumi:environments:org:*' }, 'AWS003!')
env('an organization left open', { ...acme, 'StringLike sub': 'pulumi:environments:org:acme*' }, 'AWS004')
env(
  'any organization, one environment',
  { ...acme, 'StringLike sub': 'pulumi:environments:org:*:env:app/prod' },
  'AWS005',
)
env('second of two values open', { ...acme, 'StringLike sub': [`${plain}app/*`, '*'] }, 'AWS003!')
env('unsaved text', { ...acme, 'StringEquals sub': `${plain}<yaml>` }, 'ESC001')
env('default project spelt out', { ...acme, 'StringEquals sub': `${plain}default/x` }, '')
env('a token name', { ...acme, 'StringEquals sub': `${listed}:pulumi.token.name:x` }, 'ESC002')
env(
  'an attribute twice',
  { ...acme, 'StringEquals sub': `${listed}:pulumi.user.login:a:pulumi.user.login:b` },
  'ESC002',
)
env('a slash too many', { ...acme, 'StringEquals sub': `${plain}app/prod/x` }, 'ESC002')
env(
  'another separator',
  { ...acme, 'StringEquals sub': 'pulumi:environments:org/acme/env/app/prod' },
  'ESC002',
)
env(
  'a stack, which is no environment',
  { ...acme, 'StringEquals sub': 'pulumi:deploy:org:acme:project:app:stack:prod' },
  'ESC002',
)
env('any letter case', { ...acme, 'StringEqualsIgnoreCase sub': `${plain}APP/prod` }, 'ESC003')
env(
  'another organization as audience',
  { 'StringEquals aud': 'aws:other', 'StringEquals sub': `${plain}app/prod` },
  'AWS012',
)
env('no audience, one client', { 'StringEquals sub': `${plain}app/prod` }, '')
env(
  'a claim of the environment, which AWS does not read',
  { ...acme, 'StringEquals sub': `${plain}app/prod`, 'StringEquals current_env': 'app/prod' },
  'AWS030',
)
env(
  'no audience, two clients',
  { 'StringEquals sub': `${plain}app/prod` },
  'AWS011',
  {},
  { ...known, provider: { ...known.provider!, clientIds: ['aws:acme', 'acme'] } },
)
env(
  'the role not demanded of an issuer that can name it',
  { ...acme, 'StringEquals sub': `${plain}app/prod` },
  'AWS049',
  {},
  { ...known, model: { ...known.model!, sendsRoles: true } },
)
env(
  'the role demanded',
  { ...acme, 'StringEquals sub': `${plain}app/prod`, 'Bool sts:RoleAuthorizedByIdp': 'true' },
  '',
  {},
  { ...known, model: { ...known.model!, sendsRoles: true } },
)

const google = { Principal: { Federated: 'accounts.google.com' } }
one(
  'client and user',
  'accounts.google.com',
  { 'StringEquals aud': 'c1', 'StringEquals sub': '1' },
  '',
  google,
)
one('client', 'accounts.google.com', { 'StringEquals aud': 'c1' }, '', google)
one('user', 'accounts.google.com', { 'StringEquals sub': '1' }, 'AWS011', google)
one('any client', 'accounts.google.com', { 'StringLike aud': '*' }, 'AWS003!', google)
one('no condition', 'accounts.google.com', null, 'AWS002!', google)
one(
  'a pool',
  'cognito-identity.amazonaws.com',
  { 'StringEquals aud': 'eu-west-1:1', 'ForAnyValue:StringLike amr': 'authenticated' },
  'AWS044',
  { Principal: { Federated: 'cognito-identity.amazonaws.com' } },
)
one(
  'no pool',
  'cognito-identity.amazonaws.com',
  { 'ForAnyValue:StringLike amr': 'authenticated' },
  'AWS001! AWS011 AWS044',
  { Principal: { Federated: 'cognito-identity.amazonaws.com' } },
)
one(
  'a team',
  'oidc.vercel.com',
  {
    'StringEquals aud': 'https://vercel.com/acme',
    'StringEquals sub': 'owner:acme:project:a:environment:production',
  },
  '',
)
one('no team', 'oidc.vercel.com', { 'Bool aws:SecureTransport': 'true' }, 'AWS001! AWS011')
one('a location', 'rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7', aud, 'AWS001!')
one(
  'a namespace',
  'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF',
  { ...aud, 'StringLike sub': 'system:serviceaccount:prod:*' },
  '',
)
one(
  'one service account',
  'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF',
  { ...aud, 'StringEquals sub': 'system:serviceaccount:prod:api' },
  '',
)
one(
  'a project of CircleCI',
  'oidc.circleci.com/org/1',
  { 'StringEquals aud': '1', 'StringEquals oidc.circleci.com/org/1:oidc.circleci.com/project-id': 'p' },
  '',
)
one(
  'organizations of the enterprise',
  `${github}/acme`,
  { ...aud, 'StringLike sub': 'repo:acme-*/app:environment:prod' },
  'AWS004! AWS018',
)

/** Every policy with its verdict. */
export const verdicts: readonly Verdict[] = rows

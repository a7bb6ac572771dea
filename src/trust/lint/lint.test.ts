// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../decide.ts'
import { environmentIssuer } from '../language/issuer-model.ts'
import { probeInput } from '../probe.ts'
import { checkWritable } from '../write-check.ts'
import type { LintFacts } from './finding.ts'
import { fix, mend } from './fix.ts'
import { lint, renderFindings, rules } from './lint.ts'
import { toSarif } from './sarif.ts'

const G = 'token.actions.githubusercontent.com'
const P = 'login.example.com'
const E = 'esc.example.com/oidc'
const web = 'sts:AssumeRoleWithWebIdentity'
const arnOf = (issuer: string): string => `arn:aws:iam::123456789012:oidc-provider/${issuer}`

function trust(issuer: string, condition?: object, rest: object = {}): object {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: arnOf(issuer) },
    Action: web,
    ...(condition && { Condition: condition }),
    ...rest,
  }
  return { Version: '2012-10-17', Statement: [statement] }
}

const eq = (issuer: string, claims: Record<string, unknown>): object => ({
  StringEquals: Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => [`${issuer}:${claim}`, value]),
  ),
})
const like = (issuer: string, sub: unknown): object => ({
  StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
  StringLike: { [`${issuer}:sub`]: sub },
})
const main = 'repo:acme/app:ref:refs/heads/main'
const tight = { aud: 'sts.amazonaws.com', sub: main, repository_id: '2002' }
const github = { url: `https://${G}`, clientIds: ['sts.amazonaws.com'], account: '123456789012' }
const ours: LintFacts = {
  model: environmentIssuer(`https://${E}`),
  provider: { url: `https://${E}`, clientIds: ['aws:acme'], account: '123456789012' },
}
const sample = { sub: 'repo:acme/app:environment:prod' }
const without = (issuer: string): object => ({ ...trust(issuer, eq(issuer, tight)), Version: undefined })

// Each row: the rule that must speak, a policy it speaks of, and what else is known.
const cases: readonly [string, unknown, LintFacts?][] = [
  ['AWS000', { Version: '2012-10-17', Statement: { Effect: 'allow' } }],
  ['AWS001', trust(G, eq(G, { aud: 'sts.amazonaws.com' }))],
  ['AWS001', trust('oidc.vercel.com', { StringEquals: { 'aws:SecureTransport': 'true' } })],
  ['AWS001', trust('app.terraform.io', eq('app.terraform.io', { aud: 'aws.workload.identity' }))],
  ['AWS002', trust(G)],
  ['AWS002', trust(P)],
  ['AWS002', trust(E), ours],
  ['AWS003', trust(G, like(G, '*'))],
  ['AWS003', trust(G, like(G, '?*'))],
  ['AWS003', trust(G, like(G, ['repo:acme/app:*', 'repo:*']))],
  ['AWS003', trust(G, like(G, 'repo:*/*'))],
  ['AWS003', trust('gitlab.com', like('gitlab.com', 'project_path:*'))],
  ['AWS003', trust(E, like(E, '*')), ours],
  ['AWS004', trust(G, like(G, 'repo:acme*'))],
  ['AWS004', trust(G, like(G, 'repo:acme-*/app:*'))],
  ['AWS004', trust('app.terraform.io', like('app.terraform.io', 'organization:acme*'))],
  ['AWS005', trust(G, like(G, 'repo:*/app:*'))],
  ['AWS005', trust(G, like(G, '*:ref:refs/heads/main'))],
  ['AWS006', trust(G, { 'ForAllValues:StringLike': { [`${G}:subj`]: 'repo:acme/*' } })],
  ['AWS007', trust(G, { StringEqualsIfExists: { [`${G}:repository_id`]: '2002' } })],
  ['AWS008', trust(G, { StringNotEquals: { [`${G}:actor`]: 'mallory' } })],
  ['AWS009', trust(G, { 'ForAllValues:StringEquals': { [`${G}:groups`]: 'admins' } })],
  ['AWS009', trust(P, { StringNotEquals: { [`${P}:groups`]: 'guests' } })],
  ['AWS010', trust(G, eq(G, tight), { Principal: undefined, NotPrincipal: { Federated: arnOf(P) } })],
  ['AWS011', trust(P, eq(P, { sub: 'u' }))],
  ['AWS012', trust(G, eq(G, { ...tight, aud: 'api' })), { provider: github }],
  ['AWS013', trust(G, like(G, 'repo:acme/*'))],
  ['AWS013', trust(E, like(E, 'pulumi:environments:org:acme:env:*')), ours],
  ['AWS014', trust(G, like(G, 'repo:acme/app:*'))],
  ['AWS015', trust(G, like(G, 'repo:acme/app:ref:refs/heads/release*'))],
  ['AWS016', trust(G, like(G, ['repo:acme/app:pull_request', 'repo:other/app:pull_request']))],
  ['AWS017', trust(G, eq(G, tight), { Principal: { Federated: [arnOf(G), arnOf(P)] } })],
  ['AWS018', trust(G, eq(G, { aud: 'sts.amazonaws.com', sub: main }))],
  ['AWS019', trust(G, eq(G, { aud: 'sts.amazonaws.com', environment: 'prod' }))],
  ['AWS020', trust(G, eq(G, { job_workflow_ref: 'acme/ci/.github/workflows/d.yml@refs/heads/main' }))],
  ['AWS021', trust(P, { StringEquals: { 'sts:RoleSessionName': 'deploy' } })],
  ['AWS022', trust(P, { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } })],
  ['AWS023', trust(G, eq(G, tight)), { role: { maxSessionDurationSeconds: 43_200 } }],
  ['AWS024', trust(G, eq(G, tight)), { attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
  ['AWS025', trust(G, eq(G, { sub: 'repo:acme/*' }))],
  ['AWS026', trust(P, { StringEquals: { [`https://${P}:sub`]: 'u' } })],
  ['AWS026', trust(P, { StringEquals: { [`${arnOf(P)}:sub`]: 'u' } })],
  ['AWS026', trust(P, { StringEquals: { [`${P}:443:sub`]: 'u' } })],
  ['AWS027', trust(P, { StringEquals: { [`${G}:sub`]: 'u' } })],
  ['AWS028', trust(`${P}/`, eq(P, { sub: 'u' }))],
  ['AWS028', trust(P, eq(P, { sub: 'u' })), { provider: { ...github, url: `https://${P}/` } }],
  ['AWS029', trust('Login.example.com', eq(P, { sub: 'u' }))],
  ['AWS030', trust(G, eq(G, { repository_owner: 'acme' }))],
  ['AWS031', trust(P, eq(P, { sub: 'u' }), { Action: 'sts:AssumeRole' })],
  ['AWS032', trust(P, eq(P, { sub: 'u' }), { Principal: { AWS: '*' } })],
  ['AWS033', trust(P, eq(P, { sub: 'u' })), { role: { arn: 'arn:aws:iam::210987654321:role/x' } }],
  ['AWS033', trust(P, eq(P, { sub: 'u' })), { role: { arn: 'arn:aws-cn:iam::123456789012:role/x' } }],
  ['AWS034', trust(P, { StringEquals: { 'aws:RequestTag/team': 'core' } })],
  [
    'AWS034',
    trust(P, eq(P, { sub: 'u' })),
    { sample: { 'https://aws.amazon.com/source_identity': 'alice' } },
  ],
  [
    'AWS035',
    { ...trust(P, { StringEquals: { 'sts:RoleSessionName': `\${${P}:sub}` } }), Version: '2008-10-17' },
  ],
  ['AWS036', trust(P, { StringEquals: { [`${P}:amr`]: 'mfa' } })],
  ['AWS037', trust(P, eq(P, { aud: 'web', sub: 'u' })), { sample: { aud: 'web', azp: 'cli', sub: 'u' } }],
  ['AWS038', trust(P, { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } })],
  ['AWS039', trust(G, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
  ['AWS040', trust(G, eq(G, tight)), { sample }],
  ['AWS041', trust(G, eq(G, tight)), { sample: { sub: 'repository_id:2002:environment:prod' } }],
  ['AWS042', trust(P, eq(P, { sub: 'x'.repeat(2048) }))],
  ['AWS043', trust(P, { StringEquals: { [`${P}:sub`]: 'u', [`${P}:SUB`]: 'u' } })],
  ['AWS044', trust(P, { StringLike: { [`${P}:sub`]: 'u' } })],
  ['AWS045', trust(G, eq(G, tight)), { thumbprints: ['00'.repeat(20)] }],
  [
    'AWS046',
    trust('vstoken.actions.githubusercontent.com', eq('vstoken.actions.githubusercontent.com', tight)),
  ],
  ['AWS047', without(G)],
  ['AWS048', trust(G, eq(G, tight), { Action: 'sts:*' })],
  ['AWS049', trust(E, eq(E, { sub: 'u' })), { ...ours, model: { ...ours.model!, sendsRoles: true } }],
  ['AWS050', trust(G, eq(G, { actor: 'bot' }), { Effect: 'Deny' })],
  ['ESC001', trust(E, eq(E, { sub: 'pulumi:environments:org:acme:env:<yaml>' })), ours],
  ['ESC002', trust(E, eq(E, { sub: 'pulumi:environments:org:acme:env:default/db/x' })), ours],
  [
    'ESC002',
    trust(E, eq(E, { sub: 'pulumi:environments:pulumi.organization.login:acme:pulumi.token.name:x' })),
    ours,
  ],
  ['ESC004', trust('agent.buildkite.com', { NumericEquals: { 'agent.buildkite.com:organization_id': '2' } })],
  ['ESC003', trust(G, { StringEqualsIgnoreCase: { [`${G}:sub`]: main } })],
]

for (const [index, [id, policy, facts]] of cases.entries()) {
  test(`${id} speaks in case ${index + 1}, and a critical finding has a token that gets in`, () => {
    const findings = lint(policy, facts)
    assert.ok(
      findings.some((finding) => finding.id === id),
      renderFindings(findings),
    )
    for (const finding of findings) {
      if (finding.severity !== 'critical' || finding.id === 'AWS010') continue
      assert.ok(finding.witness, `${finding.id} has no witness`)
      const issuer = String((finding.witness.claims['iss'] as string | undefined) ?? '')
      assert.equal(issuer, '', 'the issuer is that of the provider')
    }
  })
}

test('every rule of the catalogue has a case that makes it speak', () => {
  const spoken = new Set(cases.map(([id]) => id))
  const wanted = Array.from({ length: 50 }, (_, i) => `AWS${String(i + 1).padStart(3, '0')}`)
  assert.deepEqual(
    wanted.filter((id) => !spoken.has(id)),
    [],
  )
  assert.deepEqual(
    [...new Set(rules.map(({ id }) => id))].filter((id) => !spoken.has(id)),
    [],
  )
})

test('a tight policy has no findings', () => {
  const facts = { provider: github }
  assert.equal(renderFindings(lint(trust(G, eq(G, tight)), facts)), 'no findings\n')
  const sub = 'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:app/prod'
  assert.equal(renderFindings(lint(trust(E, eq(E, { aud: 'aws:acme', sub })), ours)), 'no findings\n')
})

test('a look-alike is shown as a token, with why and a fix', () => {
  const findings = lint(trust(G, like(G, 'repo:acme*')), { provider: github })
  const worst = findings[0]!
  assert.equal(worst.id, 'AWS004')
  const sub = String(worst.witness?.claims['sub'])
  assert.match(sub, /^repo:acme[a-z0-9-]+\//)
  assert.equal(worst.fix, 'write `repo:acme/*`')
  assert.equal(
    decide(probeInput(trust(G, like(G, 'repo:acme*')), github, worst.witness!.claims)).effect,
    'allow',
  )
})

test('a hole that a Deny closes is not critical', () => {
  const guard = {
    Effect: 'Deny',
    Principal: { Federated: arnOf(G) },
    Action: web,
    Condition: { StringNotLike: { [`${G}:sub`]: 'repo:acme/*' } },
  }
  const open = (trust(G, eq(G, { aud: 'sts.amazonaws.com' })) as { Statement: object[] }).Statement[0]
  const findings = lint({ Version: '2012-10-17', Statement: [open, guard] })
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'critical'),
    [],
  )
})

test('a finding points into the text that was given', () => {
  const text = JSON.stringify(trust(G, like(G, 'repo:acme*')), null, 4)
  const finding = lint(text).find(({ id }) => id === 'AWS004')!
  assert.equal(text.slice(finding.at.from, finding.at.to), '"repo:acme*"')
  assert.equal(
    text
      .split('\n')
      [finding.at.line - 1]!.slice(finding.at.column - 1)
      .replace(/\n.*/, ''),
    '"repo:acme*"',
  )
})

test('the safe fixes keep the layout and admit nobody new', () => {
  const before = `{"Statement": [{"Effect": "Allow",
    "Principal": {"Federated": "${arnOf(G)}"},  "Action": "${web}",
    "Condition": {"ForAllValues:StringLike": {"${G}:sub": "repo:acme*"}}}]}`
  const after = fix(before)
  assert.equal(
    after,
    before
      .replace('{"Statement"', '{ "Version": "2012-10-17","Statement"')
      .replace('ForAllValues:StringLike', 'StringLike')
      .replace('repo:acme*', 'repo:acme/*'),
  )
  assert.equal(decide(probeInput(after, github, { sub: 'repo:acme-evil/x:pull_request' })).effect, 'deny')
})

test('an edit is made only when it is proved that nobody more gets in', () => {
  const mixed = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: arnOf(G), AWS: 'arn:aws:iam::123456789012:root' },
        Action: [web, 'sts:AssumeRole'],
        Condition: { 'ForAllValues:StringLike': { [`${G}:sub`]: 'repo:acme*' } },
      },
    ],
  }
  const { text, made, refused } = mend(mixed)
  assert.deepEqual([text, made], [JSON.stringify(mixed, null, 2), []])
  assert.deepEqual(
    [...new Set(refused.map(({ why }) => why))],
    ['statement 1 trusts others than OIDC providers, of which nothing can be proved'],
  )
})

test('an edit that would make the policy too long for AWS is refused', () => {
  const subjects = Array.from({ length: 60 }, (_, i) => `repo:acme/app${i}:environment:prod`)
  const long = JSON.stringify(trust(G, { StringEquals: { [`${G}:sub`]: subjects } })).replace(
    '"Version":"2012-10-17",',
    '',
  )
  const quota = long.replace(/\s/g, '').length
  const { text, refused } = mend(long, { quota: quota + 5 })
  assert.equal(text, long)
  assert.match(refused.find(({ finding }) => finding.id === 'AWS047')!.why, /^AWS would not store it/)
  assert.notEqual(mend(long, { quota: quota + 50 }).text, long)
})

test('what passes the write check of AWS is not what passes the lint', () => {
  const policy = trust(G, { 'ForAllValues:StringLike': { [`${G}:sub`]: 'repo:*' } })
  assert.equal(checkWritable(policy), null)
  assert.equal(lint(policy)[0]?.severity, 'critical')
})

test('a SARIF log names rule, place and fix', () => {
  const log = toSarif([{ file: 'trust.json', findings: lint(trust(G, like(G, 'repo:acme*'))) }]) as {
    runs: {
      results: { ruleId: string; level: string; fixes?: unknown[] }[]
      tool: { driver: { rules: object[] } }
    }[]
  }
  const [run] = log.runs
  assert.equal(run?.results[0]?.ruleId, 'AWS004')
  assert.equal(run?.results[0]?.level, 'error')
  assert.equal(run?.results[0]?.fixes?.length, 1)
  assert.equal(run?.tool.driver.rules.length, new Set(run?.results.map(({ ruleId }) => ruleId)).size)
})

test('lint never throws, whatever the policy', () => {
  const text = fc.oneof(fc.constantFrom('*', 'repo:acme/*', G, arnOf(G), web, 'Allow'), fc.string())
  const entry = fc.dictionary(fc.constantFrom(`${G}:sub`, `${G}:actor`, 'aws:TagKeys', ':', ''), text)
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.record({ Federated: fc.oneof(fc.constantFrom(arnOf(G), arnOf(P)), text) }),
    Action: fc.oneof(fc.constant(web), text),
    Condition: fc.dictionary(
      fc.constantFrom('StringLike', 'Null', 'ForAllValues:StringNotEquals', 'Bool'),
      entry,
    ),
  })
  fc.assert(
    fc.property(fc.oneof(fc.array(statement, { maxLength: 3 }), fc.jsonValue()), (Statement) => {
      renderFindings(lint({ Version: '2012-10-17', Statement }))
    }),
    { numRuns: 300 },
  )
})

test('without a critical finding no stranger gets in', () => {
  const value = fc.constantFrom(
    '*',
    'repo:acme/*',
    'repo:acme*',
    'repo:*/app:*',
    main,
    'repo:acme/app:*',
    'repo:*',
  )
  const operator = fc.constantFrom(
    'StringLike',
    'StringEquals',
    'StringNotLike',
    'ForAllValues:StringLike',
    'StringLikeIfExists',
    'StringEqualsIgnoreCase',
  )
  const key = fc.constantFrom('sub', 'sub', 'subject', 'repository_owner_id', 'environment')
  const block = fc.array(fc.tuple(operator, key, fc.array(value, { minLength: 1, maxLength: 2 })), {
    maxLength: 2,
  })
  const statement = fc.tuple(fc.constantFrom('Allow', 'Allow', 'Deny'), block)
  const strangers = [
    { sub: 'repo:acmex/app:ref:refs/heads/main', repository_owner_id: '666', environment: 'prod' },
    { sub: 'repo:stranger/app:pull_request', repository_owner_id: '666' },
    { sub: 'repo:stranger/app:ref:refs/heads/main' },
  ]
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (statements) => {
      const Statement = statements.map(([effect, entries]) => {
        const condition: Record<string, Record<string, unknown>> = {}
        for (const [name, claim, values] of entries)
          condition[name] = { ...condition[name], [`${G}:${claim}`]: values }
        return (trust(G, condition, { Effect: effect }) as { Statement: object[] }).Statement[0]
      })
      const policy = { Version: '2012-10-17', Statement }
      const findings = lint(policy, { provider: github })
      if (findings.some(({ severity, witness }) => severity === 'critical' || witness !== null)) return
      for (const claims of strangers) assert.equal(decide(probeInput(policy, github, claims)).effect, 'deny')
    }),
    { numRuns: 120 },
  )
})

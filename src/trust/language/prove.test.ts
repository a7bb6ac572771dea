import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../decide.ts'
import { probeInput } from '../probe.ts'
import { environmentIssuer, everyEnvironmentSubject, repeatsAttribute } from './issuer-model.ts'
import { accepts } from './operations.ts'
import { type Claim, prove } from './prove.ts'

const github = {
  url: 'https://token.actions.githubusercontent.com',
  clientIds: ['sts.amazonaws.com'],
  account: '123456789012',
}
const host = 'token.actions.githubusercontent.com'
const own = { url: 'https://esc.example.com/oidc', clientIds: ['aws:acme'], account: '123456789012' }
const model = environmentIssuer(own.url)

function statement(provider: Claim['provider'], condition: object, effect = 'Allow'): object {
  const name = provider.url.slice('https://'.length)
  return {
    Effect: effect,
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${name}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
  }
}

function policy(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements }
}

test('a pattern with its separator keeps other organizations out, for every name there is', () => {
  const tight = policy(statement(github, { StringLike: { [`${host}:sub`]: 'repo:acme/app:*' } }))
  assert.equal(prove({ policy: tight, provider: github, never: 'repo:evil/*' }).verdict, 'proved')
  assert.equal(prove({ policy: tight, provider: github, never: 'repo:acme/app2:*' }).verdict, 'proved')
})

test('a pattern without its separator gives a token of a look-alike that the engine admits', () => {
  const loose = policy(statement(github, { StringLike: { [`${host}:sub`]: 'repo:acme*' } }))
  const proof = prove({ policy: loose, provider: github, never: 'repo:acme-*' })
  assert.ok(proof.verdict === 'counter-example')
  assert.match(String(proof.claims['sub']), /^repo:acme-/)
  assert.equal(decide(probeInput(loose, github, proof.claims)).effect, 'allow')
})

test('a deny guard is taken into account', () => {
  const open = statement(github, { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' } })
  const guard = statement(github, { StringNotLike: { [`${host}:sub`]: 'repo:acme/*' } }, 'Deny')
  assert.equal(
    prove({ policy: policy(open, guard), provider: github, never: 'repo:evil/*' }).verdict,
    'proved',
  )
  assert.equal(
    prove({ policy: policy(open), provider: github, never: 'repo:evil/*' }).verdict,
    'counter-example',
  )
})

test('a guard on an optional claim is escaped by leaving the claim out', () => {
  const open = statement(github, {})
  const guard = statement(github, { StringEquals: { [`${host}:actor`]: 'mallory' } }, 'Deny')
  const proof = prove({ policy: policy(open, guard), provider: github, never: 'repo:evil/*' })
  assert.ok(proof.verdict === 'counter-example')
  assert.equal(proof.claims['actor'], undefined)
})

test('a misspelt key under ForAllValues is walked through', () => {
  const hole = policy(statement(github, { 'ForAllValues:StringLike': { [`${host}:subj`]: 'repo:acme/*' } }))
  assert.equal(prove({ policy: hole, provider: github, never: 'repo:evil/*' }).verdict, 'counter-example')
})

test('a condition that no token of the issuer can meet proves everything', () => {
  const dead = policy(statement(own, { StringEquals: { 'esc.example.com/oidc:email': 'a@b.c' } }))
  assert.equal(prove({ policy: dead, provider: own, never: '*', model }).verdict, 'proved')
})

test('the audience fixes the organization of our subjects', () => {
  const all = policy(
    statement(own, { StringLike: { 'esc.example.com/oidc:sub': 'pulumi:environments:org:*' } }),
  )
  assert.equal(prove({ policy: all, provider: own, never: '*:org:evil:*', model }).verdict, 'proved')
  const proof = prove({ policy: all, provider: own, never: '*:org:acme:*', model })
  assert.ok(proof.verdict === 'counter-example')
  assert.equal(proof.claims['aud'], 'aws:acme')
})

test('a bare star admits the anonymous text', () => {
  const all = policy(statement(own, { StringLike: { 'esc.example.com/oidc:sub': '*' } }))
  const proof = prove({ policy: all, provider: own, never: '*<yaml>', model })
  assert.ok(proof.verdict === 'counter-example')
  assert.equal(proof.claims['sub'], 'pulumi:environments:org:acme:env:<yaml>')
})

test('times and addresses are tried, and admitted callers are found', () => {
  const office = policy(statement(github, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))
  const proof = prove({ policy: office, provider: github, never: '*' })
  assert.ok(proof.verdict === 'counter-example')
  assert.equal(proof.request.sourceIp, '203.0.113.0')
  const later = policy(statement(github, { DateGreaterThan: { 'aws:CurrentTime': '2031-01-01T00:00:00Z' } }))
  assert.equal(prove({ policy: later, provider: github, never: '*' }).verdict, 'counter-example')
})

test('a pattern that explodes is unknown, not endless', () => {
  const sub = `*a${'?'.repeat(40)}`
  const heavy = policy(statement(github, { StringLike: { [`${host}:sub`]: sub } }))
  assert.equal(prove({ policy: heavy, provider: github, never: 'repo:evil/*' }).verdict, 'unknown')
})

test('the subjects of our issuer are those of its specification', () => {
  const subjects = everyEnvironmentSubject()
  const head = 'pulumi:environments:pulumi.organization.login:contoso'
  for (const good of [
    'pulumi:environments:org:contoso:env:app/prod',
    'pulumi:environments:org:contoso:env:prod',
    'pulumi:environments:org:contoso:env:<yaml>',
    head,
    `${head}:currentEnvironment.name:project/development:pulumi.user.login:personA`,
    `${head}:pulumi.user.login:personA:currentEnvironment.name:project/development`,
    `${head}:pulumi.token.type:team:pulumi.token.team:core`,
  ]) {
    assert.ok(accepts(subjects, good) && !repeatsAttribute(good), good)
  }
  for (const bad of [
    'pulumi:environments:org:contoso:env:',
    'pulumi:environments:org:contoso:env:a/b/c',
    `${head}:pulumi.token.name:ci`,
    `${head}:pulumi.token.type:robot`,
    `${head}:pulumi.user.login:a:pulumi.user.login:b`,
    `${head}:currentEnvironment.name:`,
  ]) {
    assert.ok(!accepts(subjects, bad) || repeatsAttribute(bad), bad)
  }
})

test('a proof and the engine never disagree on a random subject', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '/'), maxLength: 6 })
  const operator = fc.constantFrom('StringLike', 'StringNotLike', 'StringEquals', 'StringEqualsIgnoreCase')
  const one = fc.tuple(
    operator,
    fc.array(pattern, { maxLength: 2 }),
    fc.constantFrom('Allow', 'Allow', 'Deny'),
  )
  const subject = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'A'), maxLength: 6 })
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 3 }), subject, (rows, sub) => {
      const document = policy(
        ...rows.map(([name, values, effect]) =>
          statement(github, { [name]: { [`${host}:sub`]: values } }, effect),
        ),
      )
      const proof = prove({ policy: document, provider: github, never: sub })
      const decision = decide(probeInput(document, github, { sub }))
      assert.equal(proof.verdict, decision.effect === 'allow' ? 'counter-example' : 'proved')
    }),
    { numRuns: 150 },
  )
})

const okta = { url: 'https://login.example.com', clientIds: ['aws'], account: '123456789012' }
const web = 'sts:AssumeRoleWithWebIdentity'
const H = 'login.example.com'

// A condition that a token, a role or a call of some kind meets is never said to keep everybody out.
const reachable: readonly (readonly [condition: object, actions?: readonly string[]])[] = [
  [{ StringEquals: { 'aws:RequestTag/team': 'ops' } }, [web, 'sts:TagSession']],
  [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'team' } }, [web, 'sts:TagSession']],
  [{ 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'team' } }, [web, 'sts:TagSession']],
  [{ StringLike: { 'sts:SourceIdentity': 'alice' } }, [web, 'sts:SetSourceIdentity']],
  [{ StringEquals: { 'aws:ResourceTag/stage': 'prod' } }],
  [{ StringEquals: { 'iam:ResourceTag/stage': 'prod' } }],
  [{ Null: { 'aws:SourceIp': 'true' } }],
  [{ StringEqualsIgnoreCase: { [`${H}:sub`]: 'ΑΣ' } }],
  [{ StringEqualsIgnoreCase: { [`${H}:sub`]: '\u{10428}' } }],
  [{ NumericEquals: { [`${H}:sub`]: '0' }, StringEquals: { [`${H}:sub`]: '.0' } }],
  [{ StringEquals: { [`${H}:oaud`]: 'x' } }],
  [
    {
      'ForAllValues:StringEquals': { [`${H}:oaud`]: ['x', 'y'] },
      'ForAnyValue:StringEquals': { [`${H}:oaud`]: 'x' },
      'ForAnyValue:StringLike': { [`${H}:oaud`]: 'y' },
    },
  ],
]

test('what tags, a source identity, a role tag or a letter of another case opens is never proved shut', () => {
  for (const [condition, actions = [web]] of reachable) {
    const open = policy({ ...statement(okta, condition), Action: actions })
    const proof = prove({ policy: open, provider: okta, never: '*' })
    assert.notEqual(proof.verdict, 'proved', JSON.stringify(condition))
    if (proof.verdict !== 'counter-example') continue
    const { claims, request, roleTags = {} } = proof
    assert.equal(decide(probeInput(open, okta, claims, { request, roleTags })).effect, 'allow')
  }
})

test('tags and a source identity that the policy does not permit open nothing', () => {
  for (const condition of [
    { StringEquals: { 'aws:RequestTag/team': 'ops' } },
    { StringLike: { 'sts:SourceIdentity': 'a*' } },
  ]) {
    const shut = policy(statement(okta, condition))
    assert.equal(prove({ policy: shut, provider: okta, never: '*' }).verdict, 'proved')
  }
})

test('the caller of another partition has an ARN of that partition', () => {
  const arn = `arn:aws-cn:iam::123456789012:oidc-provider/${H}`
  const condition = { StringEquals: { 'aws:userid': arn } }
  const open = policy({ ...statement(okta, condition), Principal: { Federated: arn } })
  const claim = { policy: open, provider: okta, never: '*', partition: 'aws-cn' }
  assert.equal(prove(claim).verdict, 'counter-example')
})

test('tokens of Google have an authorized party beside their audience', () => {
  const google = { url: 'https://accounts.google.com', clientIds: ['a'], account: '123456789012' }
  const pinned = { 'accounts.google.com:oaud': 'b', 'accounts.google.com:aud': 'a' }
  const open = policy({
    ...statement(google, { StringEquals: pinned }),
    Principal: { Federated: 'accounts.google.com' },
  })
  assert.equal(prove({ policy: open, provider: google, never: '*' }).verdict, 'counter-example')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkWritable, decide, explain } from './index.ts'
import { probeInput } from './probe.ts'
import type { Claims, IdentityProvider } from './request.ts'

const provider: IdentityProvider = {
  url: 'https://login.example.com',
  clientIds: ['web', 'cli'],
  account: '123456789012',
}
const arn = 'arn:aws:iam::123456789012:oidc-provider/login.example.com'
const action = 'sts:AssumeRoleWithWebIdentity'

function policyOf(condition: unknown, rest: object = {}): object {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: arn },
    Action: action,
    Condition: condition,
    ...rest,
  }
  return { Version: '2012-10-17', Statement: [statement] }
}

const pinned = policyOf({
  StringEquals: { 'login.example.com:aud': 'web', 'login.example.com:sub': 'alice' },
})

function ask(policy: unknown, claims: Claims = { sub: 'alice' }): ReturnType<typeof decide> {
  return decide(probeInput(policy, provider, claims))
}

test('a token that fits is allowed and the deciding statement is named', () => {
  const decision = ask(pinned)
  assert.equal(decision.effect, 'allow')
  assert.equal(decision.decidedBy, 0)
  assert.equal(decision.awsError, null)
  assert.equal(decision.trace[0]?.conditions.length, 2)
})

test('a refusal names the key, the value wanted and the value got', () => {
  const decision = ask(pinned, { sub: 'bob' })
  assert.equal(decision.reasonCode, 'CONDITION_FALSE')
  assert.equal(decision.reason, 'statement 1: StringEquals login.example.com:sub wants `alice`, got `bob`')
  assert.deepEqual(decision.awsError, {
    code: 'AccessDenied',
    status: 403,
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  })
})

test('a suggested policy allows the request that was refused', () => {
  const refusals: [unknown, Claims][] = [
    [pinned, { sub: 'bob' }],
    [policyOf({ StringEquals: { 'login.example.com:sub': 'team/*' } }), { sub: 'team/a' }],
    [policyOf({ StringEquals: { 'https://login.example.com:sub': 'alice' } }), { sub: 'alice' }],
    [policyOf({ StringEquals: { 'login.example.com:amr': 'mfa' } }), { sub: 'a', amr: ['mfa', 'pwd'] }],
    [policyOf({}, { Principal: { Federated: `${arn}/` } }), { sub: 'a' }],
    [policyOf({}, { Action: 'sts:AssumeRole' }), { sub: 'a' }],
    [policyOf({}), { sub: 'a', 'https://aws.amazon.com/source_identity': 'alice' }],
  ]
  for (const [policy, claims] of refusals) {
    const refused = ask(policy, claims)
    assert.equal(refused.effect, 'deny')
    assert.ok(refused.suggestion?.policy, refused.suggestion?.say)
    assert.equal(ask(refused.suggestion.policy, claims).effect, 'allow', refused.suggestion.say)
  }
})

test('a suggestion adds the subject as literal text, never as a wildcard', () => {
  const policy = policyOf({ StringLike: { 'login.example.com:sub': 'team/*' } })
  const patched = ask(policy, { sub: '*' }).suggestion?.policy
  assert.equal(ask(patched, { sub: '*' }).effect, 'allow')
  assert.equal(ask(patched, { sub: 'anybody' }).effect, 'deny')
})

test('a missing optional claim is not repaired by dropping its condition', () => {
  const policy = policyOf({ StringEquals: { 'login.example.com:email': 'a@example.com' } })
  const { suggestion } = ask(policy)
  assert.equal(suggestion?.policy, undefined)
  assert.match(suggestion!.say, /carries no `login\.example\.com:email`/)
})

test('one condition is repaired once although several permissions fail by it', () => {
  const policy = policyOf({ StringEquals: { 'aws:TagKeys': 'team' } }, { Action: [action, 'sts:TagSession'] })
  const claims = { sub: 'alice', 'https://aws.amazon.com/tags/principal_tags/team': 'core' }
  const { suggestion } = ask(policy, claims)
  assert.equal(suggestion?.say, 'in statement 1 use ForAnyValue:StringEquals for aws:TagKeys')
  assert.equal(ask(suggestion!.policy, claims).effect, 'allow')
})

test('an explicit deny suggests words, not a wider policy', () => {
  const deny = { Effect: 'Deny', Principal: { Federated: arn }, Action: 'sts:*' }
  const allow = { Effect: 'Allow', Principal: { Federated: arn }, Action: action }
  const decision = ask({ Version: '2012-10-17', Statement: [allow, deny] })
  assert.equal(decision.reasonCode, 'EXPLICIT_DENY')
  assert.equal(decision.decidedBy, 1)
  assert.equal(decision.suggestion?.policy, undefined)
})

test('a policy given as text is the same policy', () => {
  assert.equal(ask(JSON.stringify(pinned)).effect, 'allow')
  assert.equal(ask(JSON.stringify(pinned), { sub: 'bob' }).reasonCode, 'CONDITION_FALSE')
})

test('a policy that means nothing is refused as malformed', () => {
  assert.equal(ask('{').reasonCode, 'MALFORMED_POLICY')
  assert.equal(ask({ Version: '2012-10-17', Statement: { Effect: 'allow' } }).reasonCode, 'MALFORMED_POLICY')
})

test('a built-in provider needs no object and is named by its domain', () => {
  const policy = policyOf(
    { StringEquals: { 'accounts.google.com:aud': 'client' } },
    { Principal: { Federated: 'accounts.google.com' } },
  )
  const claims = { iss: 'https://accounts.google.com', aud: 'client', sub: '1' }
  assert.equal(decide(probeInput(policy, provider, claims)).effect, 'allow')
  assert.equal(decide(probeInput(policy, provider, { ...claims, aud: 'other' })).effect, 'deny')
})

test('a deny of NotPrincipal covers everyone it does not list', () => {
  const allow = { Effect: 'Allow', Principal: { Federated: arn }, Action: action }
  const deny = (listed: string): object => ({
    Effect: 'Deny',
    NotPrincipal: { Federated: listed },
    Action: action,
  })
  assert.equal(ask({ Version: '2012-10-17', Statement: [allow, deny(arn)] }).effect, 'allow')
  assert.equal(ask({ Version: '2012-10-17', Statement: [allow, deny('other.example.com')] }).effect, 'deny')
})

test('the role maximum is looked at after the policy', () => {
  const input = probeInput(pinned, provider, { sub: 'bob' }, { request: { durationSeconds: 7200 } })
  assert.equal(decide(input).reasonCode, 'CONDITION_FALSE')
  const allowed = probeInput(pinned, provider, { sub: 'alice' }, { request: { durationSeconds: 7200 } })
  assert.equal(decide(allowed).reasonCode, 'DURATION_EXCEEDS_ROLE_MAX')
})

test('a flattened tag named like a prototype member is an ordinary tag', () => {
  const claims = { sub: 'alice', 'https://aws.amazon.com/tags/principal_tags/__proto__': 'x' }
  const policy = policyOf(
    { StringEquals: { 'aws:RequestTag/__proto__': 'x' } },
    { Action: [action, 'sts:TagSession'] },
  )
  assert.equal(ask(policy, claims).effect, 'allow')
})

test('an explanation shows each condition with what was wanted and got, the answer of AWS and a next step', () => {
  assert.equal(
    explain(ask(pinned, { sub: 'bob' })),
    `denied (CONDITION_FALSE): statement 1: StringEquals login.example.com:sub wants \`alice\`, got \`bob\`

sts:AssumeRoleWithWebIdentity
  statement 1 Allow: does not apply
    yes  principal: a Federated entry equals the provider
    yes  action: Action covers sts:AssumeRoleWithWebIdentity
    yes  StringEquals login.example.com:aud: the value of the request matches one of the policy's
    NO   StringEquals login.example.com:sub: the value of the request matches none of the policy's
           wanted \`alice\`
           got    \`bob\`

AWS answers: AccessDenied (403) Not authorized to perform sts:AssumeRoleWithWebIdentity
next step: in statement 1 add \`bob\` to StringEquals login.example.com:sub

the policy with this change:
${JSON.stringify(
  policyOf({ StringEquals: { 'login.example.com:aud': 'web', 'login.example.com:sub': ['alice', 'bob'] } }),
  null,
  2,
)}
`,
  )
})

// JSON that looks like a policy reaches deeper than JSON at large.
const member = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string(), fc.constant(arn), fc.constant(action))
const policyLike = fc.record(
  {
    Version: fc.oneof(fc.constant('2012-10-17'), member),
    Statement: fc.array(
      fc.record(
        {
          Effect: fc.constantFrom('Allow', 'Deny', 'allow'),
          Principal: fc.oneof(fc.record({ Federated: member }), member),
          Action: member,
          Condition: fc.dictionary(
            fc.constantFrom(
              'StringLike',
              'ForAllValues:StringEquals',
              'Null',
              'NumericEquals',
              'IpAddress',
              'X',
            ),
            fc.dictionary(
              fc.constantFrom('login.example.com:sub', 'login.example.com:amr', 'aws:SourceIp', '__proto__'),
              member,
            ),
          ),
        },
        { requiredKeys: ['Effect'] },
      ),
    ),
  },
  { requiredKeys: [] },
)

test('decide, explain and the write check never throw, whatever the policy and the claims', () => {
  const claims = fc.dictionary(
    fc.oneof(fc.constantFrom('sub', 'aud', 'azp', 'exp', 'amr', 'https://aws.amazon.com/tags'), fc.string()),
    fc.jsonValue({ maxDepth: 3 }),
  )
  // Tags and a source identity need further permissions, which are repaired together.
  const special = fc.constantFrom(
    {},
    { 'https://aws.amazon.com/tags/principal_tags/a': 'b', amr: ['x'] },
    { 'https://aws.amazon.com/source_identity': 'alice', amr: ['x'] },
  )
  fc.assert(
    fc.property(fc.oneof(policyLike, fc.jsonValue(), fc.string()), claims, special, (policy, more, extra) => {
      const decision = ask(policy, { sub: 'alice', ...more, ...extra })
      assert.ok(explain(decision).length > 0)
      assert.notEqual(checkWritable(policy), undefined)
    }),
    { numRuns: 600 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkWritable } from './index.ts'

function stored(federated: string, condition?: object, rest: object = {}): string {
  const Federated =
    federated.includes('/') || !builtIn.includes(federated)
      ? `arn:aws:iam::123456789012:oidc-provider/${federated}`
      : federated
  const refusal = checkWritable({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
      ...(condition && { Condition: condition }),
      ...rest,
    },
  })
  return refusal?.reasonCode ?? 'stored'
}

const builtIn = ['accounts.google.com', 'cognito-identity.amazonaws.com']
const github = 'token.actions.githubusercontent.com'
const missing = 'IDP_CONTROL_MISSING'

const table: readonly [string, string, object | undefined, string][] = [
  ['a private issuer', 'login.example.com', undefined, 'stored'],
  ['a blank subject of GitHub', github, { StringEquals: { [`${github}:sub`]: ' ' } }, missing],
  ['an empty subject of GitLab', 'gitlab.com', { StringEquals: { 'gitlab.com:sub': '' } }, 'stored'],
  ['no value at all', github, { StringEquals: { [`${github}:sub`]: [] } }, 'stored'],
  [
    'one open value among good ones',
    github,
    { StringLike: { [`${github}:sub`]: ['repo:a/*', '*'] } },
    missing,
  ],
  [
    'a second operator that scopes',
    github,
    { StringLike: { [`${github}:sub`]: '*' }, StringEquals: { [`${github}:sub`]: 'repo:a/b:pull_request' } },
    'stored',
  ],
  ['an enterprise path', `${github}/acme`, { StringEquals: { [`${github}/acme:sub`]: 'x' } }, 'stored'],
  [
    'the key of the bare host under a path',
    `${github}/acme`,
    { StringEquals: { [`${github}:sub`]: 'x' } },
    missing,
  ],
  ['a host that begins like GitHub', `${github}.example.com`, undefined, missing],
  [
    'an audience of a hosted environment service',
    'api.pulumi.com/oidc',
    { StringEquals: { 'api.pulumi.com/oidc:aud': 'aws:acme' } },
    'stored',
  ],
  [
    'a subject where the audience is wanted',
    'api.pulumi.com/oidc',
    { StringEquals: { 'api.pulumi.com/oidc:sub': 'x' } },
    missing,
  ],
  [
    'Google with an audience',
    'accounts.google.com',
    { StringEquals: { 'accounts.google.com:aud': '*' } },
    'stored',
  ],
  [
    'Google with a pattern',
    'accounts.google.com',
    { StringLike: { 'accounts.google.com:aud': 'x' } },
    missing,
  ],
  [
    'Google with a key in another case',
    'accounts.google.com',
    { StringEquals: { 'accounts.google.com:AUD': 'x' } },
    missing,
  ],
  [
    'a Cognito pool',
    'cognito-identity.amazonaws.com',
    { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'p' } },
    'stored',
  ],
  [
    'a session name for Azure Sentinel',
    'sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d',
    { StringLike: { 'sts:RoleSessionName': 'MicrosoftSentinel_*' } },
    'stored',
  ],
]

for (const [what, issuer, condition, expected] of table) {
  test(`${what} is ${expected === 'stored' ? 'stored' : 'refused'}`, () =>
    assert.equal(stored(issuer, condition), expected))
}

test('an Allow that leaves the web identity action in through NotAction is checked', () => {
  const rest = { Action: undefined, NotAction: 'sts:TagSession' }
  assert.equal(stored(github, undefined, rest), missing)
})

test('white space does not count towards the quota, everything else does', () => {
  const policy = (length: number): object => ({
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/login.example.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'login.example.com:sub': 'a'.repeat(length) } },
    },
  })
  const rest = JSON.stringify(policy(0)).length
  assert.equal(checkWritable(JSON.stringify(policy(2048 - rest), null, 40)), null)
  assert.equal(checkWritable(policy(2049 - rest))?.reasonCode, 'POLICY_TOO_LONG')
  assert.equal(checkWritable(policy(4096 - rest), { quota: 4096 }), null)
})

test('the first departure from the grammar is told with its text and detail', () => {
  const refusal = checkWritable({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' } })
  assert.equal(refusal?.awsError.code, 'MalformedPolicyDocument')
  assert.match(refusal!.awsError.message, /"STAR":"\*"/)
  assert.match(refusal!.reason, /Federated/)
})

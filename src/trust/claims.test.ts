import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from './index.ts'
import { probeInput, probeTimeSeconds } from './probe.ts'

const provider = { url: 'https://login.example.com', clientIds: ['web'], account: '123456789012' }
const open = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/login.example.com' },
    Action: 'sts:*',
  },
}
const now = probeTimeSeconds
const tags = 'https://aws.amazon.com/tags'
const roles = 'https://aws.amazon.com/roles'
const role = 'arn:aws:iam::123456789012:role/probe'

const table: readonly [string, Record<string, unknown>, string][] = [
  ['a plain token', {}, 'ALLOWED'],
  ['a null issuer', { iss: null }, 'MISSING_CLAIM'],
  ['a subject that is a list', { sub: ['a'] }, 'INVALID_JWT'],
  ['an expiry exactly at the tolerance', { exp: now - 300 }, 'TOKEN_EXPIRED'],
  ['an expiry one second inside it', { exp: now - 299 }, 'ALLOWED'],
  ['a start one second beyond the tolerance', { nbf: now + 301 }, 'NOT_YET_VALID'],
  ['an issue time one second beyond the tolerance', { iat: now + 301 }, 'ISSUED_IN_FUTURE'],
  ['an issue time exactly at the tolerance', { iat: now + 300 }, 'ALLOWED'],
  ['an empty text as a time', { exp: '' }, 'BAD_TIMESTAMP'],
  ['a boolean as a time', { exp: true }, 'BAD_TIMESTAMP'],
  ['the same audience twice', { aud: ['web', 'web'] }, 'MULTIPLE_AUDIENCES_NO_AZP'],
  ['a null azp', { azp: null }, 'ALLOWED'],
  ['an azp that is a list', { azp: ['web'] }, 'AUDIENCE_NOT_REGISTERED'],
  ['tags without a value', { [tags]: { principal_tags: { a: [] } } }, 'TAGS_FORMAT'],
  ['a tag with an empty value', { [tags]: { principal_tags: { a: [''] } } }, 'ALLOWED'],
  ['a tag of AWS itself', { [tags]: { principal_tags: { 'AWS:x': ['1'] } } }, 'TAGS_FORMAT'],
  ['keys that differ only in case', { [tags]: { principal_tags: { a: ['1'], A: ['1'] } } }, 'TAGS_FORMAT'],
  ['a tag value of 257 characters', { [tags]: { principal_tags: { a: ['x'.repeat(257)] } } }, 'TAGS_FORMAT'],
  ['a forbidden character in a tag', { [`${tags}/principal_tags/a`]: 'x<y' }, 'TAGS_FORMAT'],
  [
    '51 tags',
    { [tags]: { principal_tags: Object.fromEntries([...Array(51).keys()].map((i) => [`t${i}`, ['v']])) } },
    'TAGS_FORMAT',
  ],
  ['tags that are a list', { [tags]: { principal_tags: ['a'] } }, 'TAGS_FORMAT'],
  [
    'a source identity of one character',
    { 'https://aws.amazon.com/source_identity': 'a' },
    'SOURCE_IDENTITY_FORMAT',
  ],
  ['roles with spaces around', { [roles]: ` ${role} ; x` }, 'ALLOWED'],
  ['roles with strangers in the list', { [roles]: [1, null, role] }, 'ALLOWED'],
  ['a role in another case', { [roles]: role.replace('probe', 'Probe') }, 'ROLE_NOT_IN_ROLES_CLAIM'],
  ['roles as a number', { [roles]: 7 }, 'ROLES_CLAIM_FORMAT'],
]

for (const [what, claims, reasonCode] of table) {
  test(`${what} gives ${reasonCode}`, () => {
    assert.equal(decide(probeInput(open, provider, { sub: 'a', ...claims })).reasonCode, reasonCode)
  })
}

test('a header with crit is no token for AWS', () => {
  const input = probeInput(open, provider, { sub: 'a' })
  const token = { ...input.token, header: { alg: 'RS256', crit: ['exp'] } }
  assert.equal(decide({ ...input, token }).reasonCode, 'INVALID_JWT')
})

test('a refusal fills the text of AWS with the moments it compared', () => {
  const { awsError } = decide(probeInput(open, provider, { sub: 'a', exp: now - 400 }))
  assert.deepEqual(awsError, {
    code: 'ExpiredTokenException',
    status: 400,
    message: `Token expired: current date/time ${now - 300} must be before the expiration date/time ${now - 400}`,
  })
})

test('a provider whose URL differs in a trailing slash is not found', () => {
  const slashed = { ...provider, url: 'https://login.example.com/' }
  const decision = decide(probeInput(open, slashed, { sub: 'a', iss: 'https://login.example.com' }))
  assert.equal(decision.reasonCode, 'PROVIDER_NOT_FOUND')
  assert.match(decision.reason, /not exactly/)
})

test('a loopback issuer works over http, as the local sandbox needs', () => {
  const local = { url: 'http://localhost:3720/oidc', clientIds: ['aws:acme'], account: '123456789012' }
  const policy = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/localhost:3720/oidc' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'localhost:3720/oidc:aud': 'aws:acme', 'localhost:3720/oidc:sub': 'x' } },
    },
  }
  assert.equal(decide(probeInput(policy, local, { sub: 'x' })).effect, 'allow')
})

test('a session policy that is no JSON is refused after the trust policy', () => {
  const input = probeInput(open, provider, { sub: 'a' }, { request: { sessionPolicy: '{"Version":' } })
  const { reasonCode, awsError } = decide(input)
  assert.equal(reasonCode, 'MALFORMED_POLICY')
  assert.equal(awsError?.code, 'MalformedPolicyDocument')
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { operators } from '../../src/trust/condition/registry.ts'
import { decide, webIdentityAction } from '../../src/trust/index.ts'
import { probeInput } from '../../src/trust/probe.ts'
import { type NaiveRequest, naiveGrants } from './naive.ts'

const host = 'token.actions.githubusercontent.com'
const url = `https://${host}`
const arn = `arn:aws:iam::123456789012:oidc-provider/${host}`
const account = '123456789012'

// Few values, so that policies and tokens meet often; each kind of text that an operator treats in its own way.
const strings = [
  'repo:acme/app:pull_request',
  'repo:Acme/app:pull_request',
  'repo:acme/*',
  'repo:*',
  '*',
  '?*',
  '',
  'a',
  'A',
  'ab',
  'a?',
  '😀',
  'a*b',
  'É',
  'é',
  'İ',
  'ß',
  'ﬀ\n',
]
const numbers = ['7', '07', '7.0', '7e0', '-7', '8', '1e2', '100', 'x']
const flags = ['true', 'TRUE', 'false', 'QUJD', 'QUI=', '!']
const dates = [
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-02-30',
  '1767225600',
  'soon',
]
const addresses = [
  ...[
    '203.0.113.9',
    '203.0.113.0/24',
    '203.0.113.77/24',
    '::ffff:203.0.113.9',
    '2001:db8::1',
    '2001:db8::/32',
  ],
  ...['2001:db8::1/32', '300.1.1.1', '0.0.0.0/0', '::/0'],
]
const arns = [
  arn,
  'arn:aws:iam::*:oidc-provider/*',
  'arn:*:oidc-provider/*',
  'arn:aws:iam::1:role/a:b',
  'arn:aws',
  '*',
]
const variables = [
  '${aws:SourceIp}',
  `\${${host}:actor}`,
  `\${${host}:actor, 'a'}`,
  '${*}',
  'a${?}',
  '${$}{x}',
  `\${${host}:actor}*`,
  `\${${host}:amr}`,
  '${',
]
const texts = [...strings, ...numbers, ...flags, ...dates, ...addresses, ...arns, ...variables]
const text = fc.constantFrom(...texts)
const claimNames = ['sub', 'aud', 'actor', 'environment', 'repository_id', 'amr', 'email', 'groups', 'oaud']
const keys = [
  ...claimNames.map((claim) => `${host}:${claim}`),
  `${host.toUpperCase()}:SUB`,
  `https://${host}:sub`,
  ...[
    'aws:SourceIp',
    'aws:CurrentTime',
    'aws:EpochTime',
    'aws:SecureTransport',
    'aws:userid',
    'aws:PrincipalArn',
  ],
  ...['sts:RoleSessionName', 'aws:TagKeys', 'sts:ExternalId'],
]

const named = (names: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom('', '', '', 'ForAllValues:', 'ForAnyValue:'),
      fc.constantFrom('', '', '', 'IfExists'),
    )
    .map(([name, set, suffix]) => (name === 'Null' ? name : `${set}${name}${suffix}`))
const all = [...operators.keys()]
const values = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.boolean(), fc.constantFrom(7, 100))

// Any operator on any key, and operators on keys and values of their own kind, where the fine rules are met.
const anything = fc.dictionary(named(all), fc.dictionary(fc.constantFrom(...keys), values, { maxKeys: 2 }), {
  maxKeys: 2,
})
const kind = (family: RegExp, own: readonly string[], pool: readonly string[]) =>
  fc
    .tuple(
      named(all.filter((name) => family.test(name))),
      fc.constantFrom(...own),
      fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 2 }),
    )
    .map(([name, key, wanted]) => ({ [name]: { [key]: wanted } }))
const condition = fc.oneof(
  { weight: 3, arbitrary: anything },
  kind(/IpAddress/, ['aws:SourceIp'], addresses),
  kind(/^Numeric/, [`${host}:repository_id`, 'sts:RoleSessionName'], numbers),
  kind(/^Date/, ['aws:CurrentTime', 'aws:EpochTime'], dates),
  kind(/^Arn/, ['aws:userid', `${host}:sub`], arns),
  kind(/^String/, [`${host}:sub`, `${host}:actor`, `${host}:amr`], [...strings, ...variables]),
  kind(/^(Bool|Binary)/, ['aws:SecureTransport', `${host}:environment`], flags),
)
const federated = fc.constantFrom(arn, arn, arn, [arn, 'accounts.google.com'], arn.toUpperCase(), `${arn}/`)
const principal = fc.oneof(
  { weight: 9, arbitrary: fc.record({ Federated: federated }) },
  fc.constant({ AWS: '*' }),
)
const action = fc.constantFrom(
  webIdentityAction,
  webIdentityAction,
  'sts:*',
  ['sts:TagSession', 'STS:assumerole*'],
  'sts:AssumeRole',
)
// The negated elements are rare, as they are in life; AWS stores neither, but a document that holds one has a meaning.
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    who: fc.constantFrom('Principal', 'Principal', 'Principal', 'Principal', 'NotPrincipal'),
    principal,
    what: fc.constantFrom('Action', 'Action', 'Action', 'Action', 'NotAction'),
    action,
    Condition: condition,
  })
  .map(({ Effect, who, principal, what, action, Condition }) => ({
    Effect,
    [who]: principal,
    [what]: action,
    Condition,
  }))
const policy = fc.record({
  Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
  Statement: fc.array(statement, { minLength: 1, maxLength: 3 }),
})
const optional = fc.option(text, { nil: undefined })
const token = fc.record({
  sub: text,
  actor: optional,
  environment: fc.option(fc.constantFrom(...flags, 'a'), { nil: undefined }),
  repository_id: fc.option(fc.constantFrom(...numbers), { nil: undefined }),
  email: optional,
  groups: optional,
  amr: fc.option(fc.array(text, { maxLength: 2 }), { nil: undefined }),
  azp: fc.option(fc.constantFrom('a', '7'), { nil: undefined }),
})
const call = fc.record({
  sourceIp: fc.option(fc.constantFrom(...addresses, 'a'), { nil: undefined }),
  roleSessionName: fc.constantFrom('ab', 'true', '100'),
})

const now = 1_767_225_600

// What the documentation says of keys, written out once more and by hand.
function requestOf(
  claims: Record<string, unknown>,
  request: { sourceIp?: string | undefined; roleSessionName: string },
): NaiveRequest {
  const found: Record<string, string | readonly string[]> = {
    [`${host}:aud`]: (claims['azp'] as string | undefined) ?? 'a',
    [`${host}:oaud`]: 'a',
    'sts:RoleSessionName': request.roleSessionName,
    'sts:RoleAuthorizedByIdp': 'false',
    'aws:CurrentTime': '2026-01-01T00:00:00Z',
    'aws:EpochTime': '1767225600',
    'aws:SecureTransport': 'true',
    'aws:userid': arn,
    'aws:PrincipalType': 'User',
    'aws:PrincipalAccount': account,
    'aws:ResourceAccount': account,
  }
  for (const claim of ['sub', 'actor', 'environment', 'repository_id', 'email', 'amr']) {
    const value = claims[claim] as string | readonly string[] | undefined
    if (value !== undefined) found[`${host}:${claim}`] = value
  }
  if (request.sourceIp !== undefined) found['aws:SourceIp'] = request.sourceIp
  return { provider: arn, keys: found }
}

// R-37; the full run sets the number of pairs to a million.
const pairs = Number(process.env['OPENESC_TRUST_PAIRS'] ?? 20_000)

test(`R-37 a second evaluator agrees on ${pairs} pairs of policy and token`, () => {
  const provider = { url, clientIds: ['a', '7'], account }
  const seen = { allow: 0, deny: 0, error: 0 }
  fc.assert(
    fc.property(policy, token, call, (document, claims, { sourceIp, roleSessionName }) => {
      const request = { roleSessionName, nowSeconds: now, ...(sourceIp !== undefined && { sourceIp }) }
      const decision = decide(
        probeInput(document, provider, { aud: 'a', ...withoutUndefined(claims) }, { request }),
      )
      seen[decision.effect] += 1
      const expected = naiveGrants(
        document,
        webIdentityAction,
        requestOf(claims, { sourceIp, roleSessionName }),
      )
      assert.equal(decision.effect, expected ? 'allow' : 'deny')
    }),
    { numRuns: pairs },
  )
  // Both answers must be common, or the comparison says little.
  assert.ok(seen.allow > pairs / 20 && seen.deny > pairs / 20, JSON.stringify(seen))
})

function withoutUndefined(claims: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareAdmission, decide, type Finding, fix, lint, prove } from '../../src/trust/index.ts'
import { probeInput, probeTimeSeconds } from '../../src/trust/probe.ts'

const host = 'token.actions.githubusercontent.com'
const arn = `arn:aws:iam::123456789012:oidc-provider/${host}`
const provider = { url: `https://${host}`, clientIds: ['sts.amazonaws.com'], account: '123456789012' }

// A finding that stops a pipeline: somebody else gets in, or it cannot be told.
const isError = ({ severity, witness, id }: Finding): boolean =>
  severity === 'critical' || witness !== null || id === 'ESC004'

const subjects = [
  '*',
  'repo:acme/*',
  'repo:acme*',
  'repo:*/app:*',
  'repo:acme/app:ref:refs/heads/main',
  'repo:*',
  '?*',
  'environment:*',
  '*main',
]
const values: { readonly [claim: string]: readonly unknown[] } = {
  sub: subjects,
  subject: subjects,
  repository: ['acme/app', 'acme/*', '*/app'],
  repository_id: ['2002', 2002, '*', '2*', '20??', 100],
  repository_owner_id: ['1001', 1001, '*', 1000],
  environment: ['prod', 'p*', '*'],
  ref: ['refs/heads/main', '*'],
  actor: ['alice', 'a*'],
  groups: ['admins'],
  'aws:SourceIp': ['203.0.113.0/24', '0.0.0.0/0'],
  'aws:CurrentTime': ['2026-01-01', '2030-01-01T00:00:00Z'],
  'sts:RoleSessionName': [`\${${host}:actor}`, 'ci-*'],
}
const operators = [
  'StringEquals',
  'StringLike',
  'StringNotEquals',
  'StringNotLike',
  'StringEqualsIgnoreCase',
  'NumericEquals',
  'NumericLessThan',
  'NumericNotEquals',
  'Null',
  'IpAddress',
  'NotIpAddress',
  'DateLessThan',
  'DateGreaterThan',
]

const oneTest = fc
  .constantFrom(...Object.keys(values))
  .chain((claim) =>
    fc.tuple(
      fc.constant(claim),
      fc.constantFrom(...operators.filter((name) => fits(name, claim))),
      fc.constantFrom('', '', '', 'ForAllValues:', 'ForAnyValue:'),
      fc.constantFrom('', '', '', 'IfExists'),
      fc.array(fc.constantFrom(...values[claim]!), { minLength: 1, maxLength: 2 }),
    ),
  )

function fits(operator: string, claim: string): boolean {
  if (operator === 'Null') return true
  if (claim === 'aws:SourceIp') return operator.includes('IpAddress')
  if (claim === 'aws:CurrentTime') return operator.startsWith('Date')
  return operator.startsWith('String') || (operator.startsWith('Numeric') && claim.endsWith('_id'))
}

const statement = fc
  .tuple(fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'), fc.array(oneTest, { maxLength: 3 }))
  .map(([Effect, tests]) => {
    const Condition: Record<string, Record<string, unknown>> = {}
    for (const [claim, name, set, suffix, list] of tests) {
      const operator = name === 'Null' ? name : `${set}${name}${suffix}`
      const wanted = name === 'Null' ? String(list.length === 1) : list
      Condition[operator] = {
        ...Condition[operator],
        [claim.includes(':') ? claim : `${host}:${claim}`]: wanted,
      }
    }
    return { Effect, Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity', Condition }
  })
const policy = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }))

const pick = <T>(...from: readonly T[]) => fc.constantFrom(...from)
const maybe = <T>(...from: readonly T[]) => fc.option(fc.constantFrom(...from), { nil: undefined })
// Another tenant, who puts into his tokens whatever a tenant can choose; his ids are his own.
const stranger = fc.record({
  sub: pick(
    'repo:stranger/app:ref:refs/heads/main',
    'repo:acmex/app:pull_request',
    'repo:acme-evil/app:environment:prod',
    'repo:s/x',
    'environment:prod',
    'repository_owner:stranger:x',
  ),
  repository: maybe('stranger/app', 'acme-evil/app'),
  repository_id: maybe('2', '2003', '20022', '99'),
  repository_owner_id: maybe('666', '7', '999'),
  environment: maybe('prod', 'dev'),
  ref: maybe('refs/heads/main', 'refs/tags/x'),
  actor: maybe('mallory', 'alicex'),
  groups: maybe('admins'),
})
const callParts = {
  sourceIp: pick('203.0.113.9', '198.51.100.1', '2001:db8::1'),
  roleSessionName: pick('ci-1', 'mallory', 'alicex'),
  nowSeconds: pick(probeTimeSeconds, probeTimeSeconds + 200_000_000),
}
const call = fc.record(callParts)

function effect(document: unknown, claims: object, request: { readonly nowSeconds: number }): string {
  const times = { iat: request.nowSeconds - 30, exp: request.nowSeconds + 570 }
  const given = Object.fromEntries(
    Object.entries({ ...claims, ...times }).filter(([, value]) => value !== undefined),
  )
  return decide(probeInput(document, provider, given, { request })).effect
}

const runs = Number(process.env['OPENESC_TRUST_POLICIES'] ?? 60)

test(`R-37: of ${runs} policies none that lints without an error admits a token of another organization`, () => {
  let clean = 0
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.tuple(stranger, call), { minLength: 40, maxLength: 40 }),
      (document, tokens) => {
        const findings = lint(document, { provider })
        const admitted = tokens.filter(([claims, request]) => effect(document, claims, request) === 'allow')
        if (findings.some(isError)) return
        clean += 1
        assert.deepEqual(admitted, [])
      },
    ),
    { numRuns: runs },
  )
  assert.ok(clean > runs / 10, `${clean} of ${runs} policies were without an error`)
})

test(`R-37: of ${runs} policies none admits more after --fix, and what is shown as a token gets in`, () => {
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.tuple(stranger, call), { minLength: 10, maxLength: 10 }),
      (document, tokens) => {
        for (const { witness } of lint(document, { provider })) {
          if (witness === null) continue
          const { claims, request } = witness
          assert.equal(decide(probeInput(document, provider, claims, { request })).effect, 'allow')
        }
        const mended = fix(document, { provider })
        for (const [claims, request] of tokens) {
          if (effect(mended, claims, request) === 'allow')
            assert.equal(effect(document, claims, request), 'allow')
        }
      },
    ),
    { numRuns: runs },
  )
})

const special = 'https://aws.amazon.com'
const anybody = fc.record({
  sub: pick('repo:acme/app:ref:refs/heads/main', 'repo:acme/x:pull_request', 'environment:prod', '', 'main'),
  repository: maybe('acme/app', 'stranger/app'),
  repository_id: maybe<unknown>('2002', 2002, '2.002e3', '020'),
  repository_owner_id: maybe<unknown>('1001', 1001),
  environment: maybe('prod', 'PROD', 'p'),
  ref: maybe('refs/heads/main'),
  actor: maybe('alice', 'ALICE'),
  [`${special}/source_identity`]: maybe('alice', 'bob'),
  [`${special}/tags/principal_tags/team`]: maybe('ops', 'dev'),
  [`${special}/tags/principal_tags/Cost`]: maybe('1'),
})
const moreTests: readonly object[] = [
  {},
  {},
  { StringEquals: { 'aws:RequestTag/team': 'ops' } },
  { StringNotEquals: { 'aws:RequestTag/Team': 'ops' } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
  { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['c*', 'C*'] } },
  { Null: { 'aws:TagKeys': 'true' } },
  { StringLike: { 'sts:SourceIdentity': 'a*' } },
  { Null: { 'sts:SourceIdentity': 'false' } },
  { StringEquals: { 'aws:ResourceTag/stage': 'dev' } },
  { StringEqualsIgnoreCase: { [`${host}:actor`]: 'Alice' } },
]
const actions = pick<readonly string[]>(
  ['sts:AssumeRoleWithWebIdentity'],
  ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
  ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
  ['sts:*'],
)
const fullStatement = fc.tuple(statement, pick(...moreTests), actions).map(([one, more, Action]) => ({
  ...one,
  Action,
  Condition: { ...one.Condition, ...more },
}))
const fullPolicy = fc
  .array(fullStatement, { minLength: 1, maxLength: 3 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }))
const everyCall = fc.record({ ...callParts, sourceIp: maybe('203.0.113.9', '198.51.100.1') })
const everyTry = fc.array(fc.tuple(anybody, everyCall, maybe({ stage: 'dev' }, { Stage: 'prod' })), {
  minLength: 40,
  maxLength: 40,
})

type Try = readonly [object, { readonly nowSeconds: number }, Readonly<Record<string, string>> | undefined]

function admits(document: unknown, [claims, { nowSeconds, ...rest }, roleTags]: Try): boolean {
  const given = defined({ ...claims, iat: nowSeconds - 30, exp: nowSeconds + 570 })
  const request = { nowSeconds, ...defined(rest) }
  const options = { request, ...(roleTags !== undefined && { roleTags }) }
  return decide(probeInput(document, provider, given, options)).effect === 'allow'
}

function defined(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

test(`of ${runs * 4} policies none admits a token that it was proved never to admit`, () => {
  let proved = 0
  const never = ['*pull*', 'repo:*', '*', 'environment:*', 'main']
  fc.assert(
    fc.property(fullPolicy, pick(...never), everyTry, (document, pattern, tries) => {
      const proof = prove({ policy: document, provider, never: pattern })
      if (proof.verdict === 'counter-example') {
        const { claims, request, roleTags = {} } = proof
        assert.equal(decide(probeInput(document, provider, claims, { request, roleTags })).effect, 'allow')
      }
      if (proof.verdict !== 'proved') return
      proved += 1
      const matches = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      for (const one of tries) if (matches.test(one[0].sub)) assert.ok(!admits(document, one))
    }),
    { numRuns: runs * 4 },
  )
  assert.ok(proved > runs / 10, `${proved} were proved`)
})

test(`of ${runs * 4} pairs of policies none that is proved to be contained admits a token that the other does not`, () => {
  const seen = { contained: 0, wider: 0, unknown: 0 }
  const pair = fc.tuple(fullPolicy, fullPolicy, pick(0, 1, 2)).map(([a, b, kind]) => {
    // Half of the pairs are near each other: one statement more, or one less.
    if (kind === 0) return [a, b] as const
    const both = { ...a, Statement: [...a.Statement, ...b.Statement.slice(0, 1)] }
    return kind === 1 ? ([a, both] as const) : ([both, a] as const)
  })
  fc.assert(
    fc.property(pair, everyTry, ([policy, than], tries) => {
      const compared = compareAdmission({ policy, than, provider })
      seen[compared.verdict] += 1
      if (compared.verdict === 'wider') {
        const { claims, request, roleTags = {} } = compared
        const effectOf = (document: unknown) =>
          decide(probeInput(document, provider, claims, { request, roleTags })).effect
        assert.deepEqual([effectOf(policy), effectOf(than)], ['allow', 'deny'])
      }
      if (compared.verdict !== 'contained') return
      for (const one of tries) if (admits(policy, one)) assert.ok(admits(than, one))
    }),
    { numRuns: runs * 4 },
  )
  assert.ok(Math.min(seen.contained, seen.wider) > runs / 10, JSON.stringify(seen))
})

function* texts(alphabet: string, longest: number): Generator<string> {
  for (let length = 1; length <= longest; length += 1) {
    for (let index = 0; index < alphabet.length ** length; index += 1) {
      let text = ''
      for (let rest = index, i = 0; i < length; i += 1) {
        text += alphabet[rest % alphabet.length]
        rest = Math.floor(rest / alphabet.length)
      }
      yield text
    }
  }
}

test('R-37: for every pattern of up to four characters the linter speaks exactly when a stranger gets in', () => {
  const rests = [...texts('a/', 4), 'b']
  const tenants = [...texts('ab', 4)]
  for (const pattern of texts('a*?/', 4)) {
    const document = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { [`${host}:sub`]: `repo:${pattern}` } },
        },
      ],
    }
    // The tenant that is meant is what stands before the first wildcard or separator. Regular expressions, which the linter knows
    // nothing of, say whether a stranger fits.
    const meant = /^a*/.exec(pattern)![0]
    const fits = new RegExp(`^repo:${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`)
    const admitted = tenants.some(
      (tenant) => tenant !== meant && rests.some((rest) => fits.test(`repo:${tenant}/${rest}`)),
    )
    const spoken = lint(document, { provider }).some(isError)
    assert.equal(spoken, admitted, pattern)
  }
})

test('a policy that is too large to be compared is told as undecided, and nothing throws', () => {
  for (const sub of [['*a'.repeat(40), '*b'.repeat(40)], `repo:${'a'.repeat(5000)}/*`, '?'.repeat(5000)]) {
    const document = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { [`${host}:sub`]: sub } },
        },
      ],
    }
    assert.ok(lint(document, { provider }).some(({ id }) => id === 'ESC004'))
  }
})

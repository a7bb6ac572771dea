import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkWritable } from '../write-check.ts'
import { plainJson, readJson } from './json.ts'
import { parsePolicy } from './parse.ts'

const arn = 'arn:aws:iam::123456789012:oidc-provider/login.example.com'
const good = { Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity' }

function faultsOf(statement: unknown): readonly string[] {
  return parsePolicy({ Version: '2012-10-17', Statement: statement }).faults.map(({ message }) => message)
}

const refused: readonly [string, unknown, string][] = [
  ['an unknown member', { ...good, Effects: 'Allow' }, 'Syntax errors in policy.'],
  ['an effect in another case', { ...good, Effect: 'ALLOW' }, 'Syntax errors in policy.'],
  ['Action beside NotAction', { ...good, NotAction: 'sts:*' }, 'Syntax errors in policy.'],
  ['a null condition value', { ...good, Condition: { Bool: { 'a:b': null } } }, 'Syntax errors in policy.'],
  ['an unknown operator', { ...good, Condition: { StringIs: {} } }, 'Syntax errors in policy.'],
  ['a resource', { ...good, Resource: '*' }, 'Has prohibited field Resource'],
  ['no action', { Effect: 'Allow', Principal: { Federated: arn } }, 'Missing required field Action'],
  ['an empty principal', { ...good, Principal: {} }, 'Missing required field Principal'],
  [
    'an action of another service',
    { ...good, Action: 'iam:PassRole' },
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    'a bare star',
    { ...good, Principal: '*' },
    'AssumeRolepolicy contained an invalid principal: "STAR":"*".',
  ],
  [
    'an unknown principal',
    { ...good, Principal: { AWS: 'bob' } },
    'Invalid principal in policy: "AWS":"bob"',
  ],
  [
    'a wildcard provider',
    { ...good, Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/*' } },
    'Federated principals must be valid domain names or SAML metadata ARNs',
  ],
  [
    'a Sid twice',
    [
      { ...good, Sid: 'A' },
      { ...good, Sid: 'A' },
    ],
    'Statement IDs (SID) in a single policy must be unique.',
  ],
]

for (const [what, statement, message] of refused) {
  test(`${what} is refused with the text of AWS`, () => assert.deepEqual(faultsOf(statement), [message]))
}

test('every kind of principal that AWS knows is taken', () => {
  const principals = [
    { AWS: ['*', '123456789012', 'arn:aws:iam::123456789012:root', 'arn:aws-cn:iam::123456789012:role/a/b'] },
    { Service: 'ec2.amazonaws.com' },
    { Federated: [arn, 'accounts.google.com', 'arn:aws:iam::123456789012:saml-provider/Corp'] },
    { Federated: 'arn:aws:iam::123456789012:oidc-provider/localhost:3720/oidc' },
  ]
  for (const Principal of principals) assert.deepEqual(faultsOf({ ...good, Principal }), [])
})

test('a repeated member is refused at its place', () => {
  const source = '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}'
  const [fault] = parsePolicy(source).faults
  assert.equal(fault?.message, 'Syntax errors in policy.')
  assert.equal(source.slice(fault!.at.from, fault!.at.to), '"Version"')
  assert.equal(fault?.at.from, 24)
})

test('every part knows its place in the given text', () => {
  const source = `{ "Statement": ${JSON.stringify({ ...good, Condition: { StringLike: { 'a:sub': ['x', 'y*'] } } })} }`
  const { policy } = parsePolicy(source)
  const entry = policy!.statements[0]!.conditions[0]!
  const cut = ({ from, to }: { from: number; to: number }): string => source.slice(from, to)
  assert.equal(cut(entry.operatorAt), '"StringLike"')
  assert.equal(cut(entry.keyAt), '"a:sub"')
  assert.equal(cut(entry.values[1]!.at), '"y*"')
  assert.equal(cut(policy!.statements[0]!.principals[0]!.at), `"${arn}"`)
})

test('text that is no JSON is refused, however it breaks', () => {
  for (const text of ['', '{', '{"a":1,}', '[1 2]', '"\u0001"', '01', '{"a":1}x', '['.repeat(100_000)]) {
    const { policy, faults } = parsePolicy(text)
    assert.equal(policy, null)
    assert.equal(faults[0]?.message, 'This policy contains invalid Json', text.slice(0, 20))
  }
})

test('a value that cannot be written as JSON is refused', () => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  for (const given of [loop, undefined, () => 1]) assert.equal(parsePolicy(given).policy, null)
})

test('the reader agrees with JSON.parse', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const node = readJson(text)
      assert.ok(!('problem' in node))
      assert.equal(JSON.stringify(plainJson(node)), JSON.stringify(JSON.parse(text)))
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[],:"\\u01e.- \ntrue') }), (text) => {
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      assert.equal(!('problem' in readJson(text)), valid)
    }),
    { numRuns: 3000 },
  )
})

test('a text far longer than AWS stores is not read, and is told by its length', () => {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/login.example.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
  }
  const long = JSON.stringify({ Version: '2012-10-17', Statement: Array(100_000).fill(statement) })
  for (const text of [long, `{"Version":"${'x'.repeat(20_000_000)}"}`]) {
    const { policy, faults } = parsePolicy(text)
    assert.equal(policy, null)
    assert.match(faults[0]!.detail, /^the text has \d+ characters, of which AWS stores/)
    assert.equal(checkWritable(text)?.reasonCode, 'POLICY_TOO_LONG')
  }
  const { policy } = parsePolicy(`{"Version": "2012-10-17",${' '.repeat(100_000)}"Statement": []}`)
  assert.notEqual(policy, null)
})

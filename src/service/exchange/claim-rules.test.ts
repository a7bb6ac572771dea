import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  claimMatches,
  claimPath,
  decideExchange,
  type ExchangePolicy,
  matchesPattern,
} from './claim-rules.ts'

const rows: readonly [string, string, boolean][] = [
  ['repo:acme/*', 'repo:acme/web:ref:refs/heads/main', true],
  ['repo:acme/web', 'repo:acme/web2', false],
  ['repo:acme/web', 'xrepo:acme/web', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a?b', 'ab', true],
  ['a?b', 'axb', true],
  ['a?b', 'axxb', false],
  ['github.com', 'githubXcom', true],
  ['github.com', 'githubcom', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['[a]+', '[a]+', true],
  ['😀.', '😀😀', true],
]
for (const [pattern, text, matches] of rows) {
  test(`\`${pattern}\` ${matches ? 'matches' : 'does not match'} \`${text}\``, () => {
    assert.equal(matchesPattern(pattern, text), matches)
  })
}

test('a pattern of many stars is decided in bounded time', () => {
  assert.equal(matchesPattern(`${'*a'.repeat(50)}b`, 'a'.repeat(2_000)), false)
})

test('a pattern without signs matches itself and nothing else', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      fc.pre(!/[*?.]/.test(a))
      assert.equal(matchesPattern(a, b), a === b)
    }),
  )
})

test('claim paths are dotted, names with dots are quoted', () => {
  assert.deepEqual(claimPath('"kubernetes.io".serviceaccount.name'), [
    'kubernetes.io',
    'serviceaccount',
    'name',
  ])
  assert.deepEqual(claimPath('sub'), ['sub'])
  for (const none of ['', '.', 'a.', '.a', 'a..b', '"a', 'a"b']) assert.equal(claimPath(none), null, none)
})

test('an absent claim never matches, numbers are compared by their text, of a list any element counts', () => {
  const claims = { n: 1, list: ['a', 'b'], deep: { x: true }, none: null }
  assert.ok(claimMatches(claims, 'n', '1'))
  assert.ok(claimMatches(claims, 'list', 'b'))
  assert.ok(claimMatches(claims, 'deep.x', 'true'))
  for (const path of ['absent', 'none', 'deep', 'n.x', '__proto__', 'constructor']) {
    assert.ok(!claimMatches(claims, path, '*'), path)
  }
})

const allow = (rules: Record<string, string>, more: Partial<ExchangePolicy> = {}): ExchangePolicy => ({
  decision: 'allow',
  tokenType: 'organization',
  authorizedPermissions: [],
  rules,
  ...more,
})
const wanted = { type: 'organization', team: null, login: null, runner: null, admin: false } as const

test('nothing is allowed until a policy allows it, and a deny outranks every allow', () => {
  const claims = { sub: 'repo:acme/web' }
  assert.equal(decideExchange([], wanted, claims).allowed, false)
  assert.equal(decideExchange([allow({ sub: 'repo:acme/*' })], wanted, claims).allowed, true)
  const deny = allow({ sub: '*web' }, { decision: 'deny' })
  assert.equal(decideExchange([allow({ sub: 'repo:acme/*' }), deny], wanted, claims).allowed, false)
})

test('all rules of a policy must hold, policies are alternatives', () => {
  const claims = { sub: 's', env: 'prod' }
  assert.equal(decideExchange([allow({ sub: 's', env: 'dev' })], wanted, claims).allowed, false)
  assert.equal(
    decideExchange([allow({ sub: 's', env: 'dev' }), allow({ sub: 's' })], wanted, claims).allowed,
    true,
  )
})

test('a policy is asked only about its own kind of token and name, and admin must be given', () => {
  const claims = { sub: 's' }
  const policies = [
    allow({ sub: 's' }, { tokenType: 'personal', userLogin: 'ada' }),
    allow({ sub: 's' }, { tokenType: 'team', teamName: 'core*' }),
    allow({ sub: 's' }),
  ]
  const decide = (change: object) => decideExchange(policies, { ...wanted, ...change }, claims).allowed
  assert.ok(decide({ type: 'personal', login: 'ada' }))
  assert.ok(!decide({ type: 'personal', login: 'eve' }))
  assert.ok(decide({ type: 'team', team: 'core-web' }))
  assert.ok(!decide({ type: 'team', team: 'web' }))
  assert.ok(!decide({ admin: true }))
  const given = [allow({ sub: 's' }, { authorizedPermissions: ['admin'] })]
  assert.ok(decideExchange(given, { ...wanted, admin: true }, claims).allowed)
})

test('a refusal names rule and pattern, never the claim', () => {
  const { why } = decideExchange([allow({ sub: 'repo:acme/*' })], wanted, { sub: 'repo:evil/secret' })
  assert.match(why, /`sub` is not `repo:acme\/\*`/)
  assert.ok(!why.includes('evil'))
})

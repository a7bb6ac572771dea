import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../decide.ts'
import { probeInput } from '../probe.ts'
import { diffReach } from './diff.ts'
import { reach, reachAll, rolesFor } from './reach.ts'
import { renderDiff, renderReach, renderRoles } from './render.ts'
import { compileRole, type Role } from './role.ts'
import type { Universe } from './universe.ts'

const issuer = 'esc.example.com/oidc'
const provider = { url: `https://${issuer}`, clientIds: ['aws:acme', 'acme'], account: '123456789012' }
const universe: Universe = {
  organization: 'acme',
  environments: ['app/dev', 'app/prod', 'net/prod', 'legacy'],
  users: ['alice', 'bob'],
  teams: ['core'],
  attributeLists: [
    ['currentEnvironment.name'],
    ['pulumi.token.type', 'pulumi.user.login'],
    ['pulumi.token.team'],
  ],
}

function role(condition: object, more: readonly object[] = []): Role {
  const statement = (Condition: object, Effect = 'Allow'): object => ({
    Effect,
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition,
  })
  const denies = more.map((one) => statement(one, 'Deny'))
  return {
    name: 'deploy',
    policy: { Version: '2012-10-17', Statement: [statement(condition), ...denies] },
    provider,
  }
}

const subject = (value: unknown, operator = 'StringLike'): object => ({
  [operator]: { [`${issuer}:sub`]: value },
})
const names = (one: Role): string[] =>
  reach(one, universe)
    .admitted.map((row) => row.subject)
    .sort()
const plain = 'pulumi:environments:org:acme:env:'
const head = 'pulumi:environments:pulumi.organization.login:acme'

test('an exact subject reaches exactly one environment and leaves nothing open', () => {
  const found = reach(role(subject(`${plain}app/prod`, 'StringEquals')), universe)
  assert.deepEqual(
    found.admitted.map(({ names: who }) => who.environment),
    ['app/prod'],
  )
  assert.deepEqual(found.open, { isOpen: false, example: null, statements: [], examples: [] })
})

test('a subject of an environment that does not exist is the open part', () => {
  const found = reach(role(subject(`${plain}app/later`, 'StringEquals')), universe)
  assert.deepEqual(found.admitted, [])
  const example = `${plain}app/later`
  assert.deepEqual(found.open, { isOpen: true, example, statements: [0], examples: [example] })
})

test('a pattern reaches every environment of a project, and those to come', () => {
  const found = reach(role(subject(`${plain}app/*`)), universe)
  assert.deepEqual(found.admitted.map(({ names: who }) => who.environment).sort(), ['app/dev', 'app/prod'])
  assert.equal(found.open.isOpen, true)
  assert.match(found.open.example!, /^pulumi:environments:org:acme:env:app\/.*new/)
})

test('the default project comes with the bare audience alone', () => {
  assert.deepEqual(names(role(subject(`${plain}legacy`))), [`${plain}legacy`])
  const pinned = { ...subject(`${plain}legacy`), StringEquals: { [`${issuer}:aud`]: 'aws:acme' } }
  assert.deepEqual(names(role(pinned)), [])
})

test('attributes of one caller stay together', () => {
  assert.deepEqual(names(role(subject(`${head}:pulumi.token.type:*`))), [
    `${head}:pulumi.token.type:organization:pulumi.user.login:acme`,
    `${head}:pulumi.token.type:personal:pulumi.user.login:alice`,
    `${head}:pulumi.token.type:personal:pulumi.user.login:bob`,
    `${head}:pulumi.token.type:team:pulumi.user.login:acme`,
  ])
  assert.deepEqual(names(role(subject(`${head}:pulumi.token.team:*`))), [`${head}:pulumi.token.team:core`])
})

test('a deny takes its subjects away', () => {
  const guarded = role(subject(`${plain}*`), [subject('*<yaml>')])
  assert.deepEqual(names(guarded), [
    `${plain}app/dev`,
    `${plain}app/prod`,
    `${plain}legacy`,
    `${plain}net/prod`,
  ])
})

test('a condition that a subject does not tell is told beside it', () => {
  const office = { ...subject(`${plain}app/dev`), IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }
  assert.deepEqual(reach(role(office), universe).admitted[0]?.depends, ['aws:SourceIp'])
})

test('reach says who decide would let in, for every subject there is', () => {
  const values = [
    `${plain}*`,
    `${plain}app/*`,
    '*prod',
    `${head}*`,
    `${head}:currentEnvironment.name:app/?*`,
    'x',
  ]
  const value = fc.constantFrom(...values)
  const operator = fc.constantFrom('StringLike', 'StringNotLike', 'StringEquals', 'StringLikeIfExists')
  const one = fc.tuple(operator, fc.array(value, { minLength: 1, maxLength: 2 }))
  const everybody = reach(role({}), universe).admitted
  assert.equal(everybody.length, 15)
  fc.assert(
    fc.property(one, fc.option(one), ([name, list], deny) => {
      const some = role(subject(list, name), deny === null ? [] : [subject(deny[1], deny[0])])
      const expected = everybody
        .filter(
          ({ subject: sub, audience }) =>
            decide(probeInput(some.policy, provider, { sub, aud: audience })).effect === 'allow',
        )
        .map(({ subject: sub }) => sub)
      assert.deepEqual(names(some), expected.sort())
    }),
    { numRuns: 60 },
  )
})

test('the reverse names the roles of an environment and the subjects that open them', () => {
  const roles = [
    role(subject(`${plain}app/*`)),
    { ...role(subject(`${head}:currentEnvironment.name:*`)), name: 'all' },
  ]
  const found = rolesFor('app/prod', roles.map(compileRole), universe)
  assert.equal(
    renderRoles('app/prod', found),
    `app/prod can become
  deploy
    as ${plain}app/prod (statement 1)
  all
    as ${head}:currentEnvironment.name:app/prod (statement 1)
`,
  )
  assert.equal(
    renderRoles('net/prod', rolesFor('net/prod', roles.slice(0, 1).map(compileRole), universe)),
    'net/prod can become no role\n',
  )
})

test('a change of policy is told by who gains and who loses', () => {
  const diff = diffReach(role(subject(`${plain}app/dev`)), role(subject(`${plain}app/*`)), universe)
  assert.deepEqual(
    diff.gained.map(({ names: who }) => who.environment),
    ['app/prod'],
  )
  assert.deepEqual(diff.lost, [])
  assert.match(diff.widened!, /^pulumi:environments:org:acme:env:app\//)
  assert.equal(diff.narrowed, null)
  assert.match(renderDiff(diff), /^\+ pulumi:environments:org:acme:env:app\/prod \(statement 1\)\n/)
})

test('a change that only matters for names to come is told too', () => {
  const diff = diffReach(role(subject(`${plain}app/prod`)), role(subject(`${plain}app/prod*`)), universe)
  assert.deepEqual([diff.gained, diff.lost], [[], []])
  assert.match(
    renderDiff(diff),
    /^the new policy admits more, for example .*app\/prod.\n {2}the old one refuses that: statement 1: .*\n$/,
  )
})

test('a list that is too long says so', () => {
  const found = reach(role(subject('*')), universe, { limit: 3 })
  assert.equal(found.admitted.length, 3)
  assert.match(renderReach(found), /^deploy: 3 or more can become/)
})

test('ten thousand environments and a thousand roles take seconds', () => {
  const environments = Array.from({ length: 10_000 }, (_, i) => `team-${i % 100}/service-${i}`)
  const large = { ...universe, environments, attributeLists: [['currentEnvironment.name' as const]] }
  const roles = Array.from({ length: 1000 }, (_, i) =>
    role(
      subject(
        i % 2 === 0
          ? `${plain}team-${i % 100}/service-${i}*`
          : `${head}:currentEnvironment.name:${environments[i]}`,
      ),
    ),
  )
  const started = process.cpuUsage()
  const found = reachAll(roles, large)
  assert.ok(found.every(({ admitted }) => admitted.length > 0))
  const compiled = roles.map(compileRole)
  assert.ok(rolesFor(environments[2]!, compiled, large).length > 0)
  // Time of this process, however busy the machine is.
  const { user, system } = process.cpuUsage(started)
  assert.ok(user + system < 20e6, `${(user + system) / 1e6} s`)
})

test('what a caller needs besides its subject is told: a session name, a tag of the role', () => {
  const pinned = subject(`${plain}app/dev`)
  const dependsOf = (condition: object) =>
    reach(role({ ...pinned, ...condition }), universe).admitted[0]?.depends
  assert.deepEqual(dependsOf({ StringEquals: { 'sts:RoleSessionName': 'ci' } }), ['sts:RoleSessionName'])
  assert.deepEqual(dependsOf({ StringEquals: { 'aws:ResourceTag/stage': 'dev' } }), ['aws:ResourceTag/stage'])
  assert.deepEqual(dependsOf({ StringLike: { 'sts:RoleSessionName': '*' } }), [])
  assert.deepEqual(dependsOf({ Null: { 'sts:RoleSessionName': 'false' } }), [])
  assert.deepEqual(dependsOf({ Bool: { 'aws:SecureTransport': 'true' } }), [])
})

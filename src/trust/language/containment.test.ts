import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareAdmission } from './containment.ts'
import { prove } from './prove.ts'

const H = 'login.example.com'
const provider = { url: `https://${H}`, clientIds: ['aws'], account: '123456789012' }
const web = 'sts:AssumeRoleWithWebIdentity'

function statement(condition: object, actions: readonly string[] = [web], effect = 'Allow'): object {
  return {
    Effect: effect,
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${H}` },
    Action: actions,
    Condition: condition,
  }
}

function policy(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements }
}

const like = (sub: string | string[]) => ({ StringLike: { [`${H}:sub`]: sub } })
const verdict = (now: object, before: object, clientIds = provider.clientIds) =>
  compareAdmission({ policy: now, than: before, provider: { ...provider, clientIds } }).verdict

test('a narrower pattern is contained, a wider one is shown by a token', () => {
  const wide = policy(statement(like('team-*')))
  const narrow = policy(statement(like('team-a:*')))
  assert.equal(verdict(narrow, wide), 'contained')
  const wider = compareAdmission({ policy: wide, than: narrow, provider })
  assert.ok(wider.verdict === 'wider')
  assert.match(String(wider.claims['sub']), /^team-(?!a:)/)
})

test('a policy is contained in itself whatever its conditions compare', () => {
  for (const condition of [
    { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    { DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' }, Bool: { 'aws:SecureTransport': true } },
    { StringEquals: { 'sts:RoleSessionName': `\${${H}:sub}` } },
    { StringEqualsIgnoreCase: { [`${H}:sub`]: 'ΑΣ' } },
    { ArnLike: { 'aws:userid': 'arn:aws:iam::123456789012:oidc-provider/*' } },
    { 'ForAllValues:StringLike': { [`${H}:amr`]: ['mfa', 'p*'] }, Null: { [`${H}:amr`]: 'false' } },
  ]) {
    const one = policy(
      statement(condition),
      statement({ StringEquals: { [`${H}:sub`]: 'mallory' } }, [web], 'Deny'),
    )
    assert.equal(verdict(one, one), 'contained', JSON.stringify(condition))
  }
})

test('dropping a condition that patterns cannot settle is wider', () => {
  const anywhere = policy(statement(like('a')))
  const office = policy(statement({ ...like('a'), IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))
  assert.equal(verdict(office, anywhere), 'contained')
  assert.equal(verdict(anywhere, office), 'wider')
})

test('what cannot be settled is unknown, never contained', () => {
  const small = policy(statement({ ...like('a'), IpAddress: { 'aws:SourceIp': '203.0.113.0/25' } }))
  const large = policy(statement({ ...like('a'), IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))
  assert.equal(verdict(small, large), 'unknown')
  assert.notEqual(verdict(large, small), 'contained')
})

test('a statement more, a deny less and a permission more are wider', () => {
  const one = statement(like('a'))
  const guard = statement({ StringEquals: { 'sts:RoleSessionName': 'ci' } }, [web], 'Deny')
  assert.equal(verdict(policy(one, statement(like('b'))), policy(one)), 'wider')
  assert.equal(verdict(policy(one), policy(one, guard)), 'wider')
  assert.equal(verdict(policy(one, guard), policy(one)), 'contained')
  const tagging = policy(statement(like('a'), [web, 'sts:TagSession']))
  const tagged = compareAdmission({ policy: tagging, than: policy(one), provider })
  assert.ok(tagged.verdict === 'wider')
  assert.ok(Object.keys(tagged.claims).some((claim) => claim.includes('/tags/')))
  assert.equal(verdict(policy(one), tagging), 'contained')
  assert.equal(verdict(policy(statement(like('a'), [web, 'sts:SetSourceIdentity'])), policy(one)), 'wider')
})

test('a permission in a statement of its own counts, beside an Allow that stands in both', () => {
  const web1 = statement(like('a'))
  const tags = statement(like('a'), ['sts:TagSession'])
  assert.equal(verdict(policy(web1, tags), policy(web1)), 'wider')
  assert.equal(verdict(policy(web1, statement(like('b'), ['sts:TagSession'])), policy(web1)), 'contained')
})

test('a long policy and one that was changed in a single place are compared at once', () => {
  const many = Array.from({ length: 300 }, (_, i) => statement(like(`repo:acme/app${i}:*`)))
  assert.equal(verdict(policy(...many), policy(...many)), 'contained')
  assert.equal(verdict(policy(...many, statement(like('mallory'))), policy(...many)), 'wider')
  assert.equal(verdict(policy(...many.slice(1)), policy(...many)), 'contained')
})

test('more denials than there is room for leave a proof sound and what they do not touch proved', () => {
  const denies = Array.from({ length: 40 }, (_, i) =>
    statement({ StringEquals: { [`${H}:email`]: `e${i}`, 'sts:RoleSessionName': `s${i}` } }, [web], 'Deny'),
  )
  const guarded = policy(statement(like('team-a:*')), ...denies)
  assert.equal(verdict(guarded, policy(statement(like('team-*')))), 'contained')
  assert.equal(verdict(guarded, guarded), 'contained')
  assert.equal(prove({ policy: guarded, provider, never: 'team-b:*' }).verdict, 'proved')
  assert.notEqual(verdict(policy(statement(like('team-a:*'))), guarded), 'contained')
})

test('one pattern may be covered by several statements together', () => {
  const parts = policy(
    statement({ StringLike: { [`${H}:sub`]: 'a*' } }),
    statement({ StringNotLike: { [`${H}:sub`]: 'a*' } }),
  )
  assert.equal(verdict(policy(statement(like('*'))), parts), 'contained')
})

test('without client ids the audience is free', () => {
  const pinned = policy(statement({ StringEquals: { [`${H}:aud`]: 'aws' } }))
  const free = policy(statement({}))
  assert.equal(verdict(free, pinned, []), 'wider')
  assert.equal(verdict(free, pinned, ['aws']), 'contained')
  assert.equal(verdict(pinned, free, []), 'contained')
})

test('a role tag that is no longer asked for is wider, and the witness names the tag', () => {
  const asks = policy(statement({ StringEquals: { 'aws:ResourceTag/stage': 'dev' } }))
  const open = compareAdmission({ policy: policy(statement({})), than: asks, provider })
  assert.equal(open.verdict, 'wider')
  const other = policy(statement({ StringEquals: { 'aws:ResourceTag/stage': 'prod' } }))
  const back = compareAdmission({ policy: other, than: asks, provider })
  assert.ok(back.verdict === 'wider')
  assert.deepEqual(back.roleTags, { stage: 'prod' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChainedEntry, checkpointKey, hashAuditEntry, signCheckpoint } from '../../crypto/index.ts'
import { cloudLoginsIn, ledgerOf, reconcile } from './reconcile.ts'
import { verifyTrail } from './verify.ts'

const issuer = 'https://issuer.test/oidc'
const provider = 'arn:aws:iam::123456789012:oidc-provider/issuer.test/oidc'
const role = 'arn:aws:iam::123456789012:role/deployer'
const subject = 'pulumi:environments:org:acme:env:web/dev'

function chain(facts: readonly object[]): ChainedEntry[] {
  let previousHash = ''
  return facts.map((fact, index) => {
    const sequence = index + 1
    const body = JSON.stringify({ sequence, organizationId: 'o1', ...fact })
    const entry = { sequence, previousHash, hash: hashAuditEntry(previousHash, body), body }
    previousHash = entry.hash
    return entry
  })
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

const issued = (jti: string, at = '2026-01-02T03:04:05.000Z') => ({
  at,
  event: 'environment-oidc-token-issued',
  actorLogin: 'ada',
  environment: 'web/dev',
  issuer,
  audience: 'aws:acme',
  subject,
  jti,
  kid: 'k',
  seconds: 3600,
})
const exchanged = (jti: string, stsRequestId: string | undefined, outcome = 'succeeded') => ({
  at: '2026-01-02T03:04:06.000Z',
  event: 'environment-oidc-token-exchanged',
  jti,
  roleArn: role,
  sessionName: 's1',
  outcome,
  ...(stsRequestId === undefined ? {} : { stsRequestId }),
})
const record = (requestID: string, change: object = {}) => ({
  eventName: 'AssumeRoleWithWebIdentity',
  eventTime: '2026-01-02T03:04:06Z',
  requestID,
  userIdentity: {
    type: 'WebIdentityUser',
    principalId: `${provider}:aws:acme:${subject}`,
    userName: subject,
    identityProvider: provider,
  },
  requestParameters: { roleArn: role, roleSessionName: 's1', durationSeconds: 3600 },
  responseElements: { subjectFromWebIdentityToken: subject, audience: 'aws:acme', provider },
  ...change,
})
const lines = (...records: readonly object[]) => records.map((each) => JSON.stringify(each)).join('\n')

test('S-27: a chain of 20,000 entries holds, and any altered one is named', async () => {
  const entries = chain(Array.from({ length: 20_000 }, (_, index) => ({ event: 'environment-read', index })))
  assert.equal((await verifyTrail(each(entries), [])).broken, null)
  const altered = entries.with(12_344, {
    ...entries[12_344]!,
    body: entries[12_344]!.body.replace('o1', 'o2'),
  })
  assert.match(
    (await verifyTrail(each(altered), [])).broken ?? '',
    /^chain broken at #12345: .* stored hash .* computed /,
  )
})

test('S-30: a checkpoint shows a shorter trail, another trail, and a forged signature', async () => {
  const key = checkpointKey(new Uint8Array(32).fill(7))
  const entries = chain([{ event: 'a' }, { event: 'b' }, { event: 'c' }])
  const at = '2026-01-02T03:04:05.000Z'
  const head = { organizationId: 'o1', sequence: 3, hash: entries[2]!.hash, at }
  const good = signCheckpoint(key, head)
  const all = await verifyTrail(each(entries), [good])
  assert.deepEqual([all.broken, all.checkpoints], [null, 1])
  const shorter = await verifyTrail(each(entries.slice(0, 1)), [good])
  assert.match(shorter.broken ?? '', /2 entries shorter than a checkpoint/)
  const empty = await verifyTrail(each([]), [good])
  assert.match(empty.broken ?? '', /3 entries shorter/)
  const rewritten = await verifyTrail(each(chain([{ event: 'a' }, { event: 'x' }, { event: 'c' }])), [good])
  assert.match(rewritten.broken ?? '', /entry #3 is another/)
  const forged = await verifyTrail(each(entries), [{ ...good, at: '2026-01-03T00:00:00.000Z' }])
  assert.match(forged.broken ?? '', /signature .* does not hold/)
  const foreign = signCheckpoint(key, { ...head, organizationId: 'o2' })
  assert.match(
    (await verifyTrail(each(entries), [foreign])).broken ?? '',
    /no checkpoint .* is of this trail/,
  )
})

test('a login is matched by the request id of STS', async () => {
  const ledger = await ledgerOf(each(chain([issued('j1'), exchanged('j1', 'r1')])))
  const found = reconcile(ledger, cloudLoginsIn(lines(record('r1')), 'f'), [])
  assert.deepEqual(
    found.matched.map(({ token, by }) => [token?.jti, token?.actor, by]),
    [['j1', 'ada', 'request id']],
  )
  assert.deepEqual([found.unknown.length, found.unseen.length, found.others], [0, 0, 0])
})

test('without a request id the claims, the time, the role and the session name decide', async () => {
  const ledger = await ledgerOf(each(chain([issued('j1'), exchanged('j1', undefined)])))
  const by = (change: object) =>
    reconcile(ledger, cloudLoginsIn(lines(record('r9', change)), 'f'), []).matched[0]?.by
  assert.equal(by({}), 'claims')
  assert.equal(by({ responseElements: null }), 'claims', 'a refused call has no response elements')
  assert.equal(by({ eventTime: '2026-01-02T05:04:06Z' }), undefined)
  assert.equal(by({ eventTime: '2026-01-02T03:02:00Z' }), undefined)
  assert.equal(by({ requestParameters: { roleArn: `${role}2`, roleSessionName: 's1' } }), undefined)
})

test('a login with a token that was never signed here is unknown, also when its request id is borrowed', async () => {
  const ledger = await ledgerOf(each(chain([issued('j1'), exchanged('j1', 'r1')])))
  const forged = record('r1', {
    responseElements: { subjectFromWebIdentityToken: `${subject}x`, audience: 'aws:acme', provider },
  })
  assert.equal(reconcile(ledger, cloudLoginsIn(lines(forged), 'f'), []).unknown.length, 1)
})

test('one token stands for one login', async () => {
  const ledger = await ledgerOf(each(chain([issued('j1'), exchanged('j1', 'r1')])))
  const found = reconcile(ledger, cloudLoginsIn(lines(record('r1'), record('r2')), 'f'), [])
  assert.deepEqual([found.matched.length, found.unknown.map(({ requestId }) => requestId)], [1, ['r2']])
})

test('other issuers and other events are not ours; a document with records reads like lines', async () => {
  const ledger = await ledgerOf(
    each(chain([issued('j1'), exchanged('j1', 'r1'), issued('j2'), exchanged('j2', 'r2')])),
  )
  const other = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
  const records = [
    record('r1'),
    record('r5', {
      responseElements: { subjectFromWebIdentityToken: subject, audience: 'x', provider: other },
    }),
    { eventName: 'GetObject' },
  ]
  for (const text of [
    lines(...records),
    JSON.stringify({ Records: records }),
    JSON.stringify(records, null, 2),
  ]) {
    const found = reconcile(ledger, cloudLoginsIn(text, 'f'), [issuer])
    assert.deepEqual([found.matched.length, found.unknown.length, found.others], [1, 0, 1])
    assert.deepEqual(
      found.unseen.map(({ jti }) => jti),
      ['j2'],
    )
  }
})

test('a file that is none is refused by place, and never quoted', async () => {
  assert.throws(() => cloudLoginsIn('{"a":1}\nsecret-text', 'f'), /^Failure: f line 2 is not JSON$/)
})

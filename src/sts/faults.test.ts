import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { AppError } from '../diag/index.ts'
import { faultKinds, parseFaults } from './faults.ts'
import { type Issuer, type Stage, startIssuer, startStage, trustPolicy } from './stage.test.ts'

const noKey = /^Couldn't retrieve verification key from your identity provider, {2}please/

describe('faults', () => {
  let issuer: Issuer
  let stage: Stage
  before(async () => {
    issuer = await startIssuer()
    stage = await startStage()
    await stage
      .iam()
      .send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['acme'] }))
    await stage
      .iam()
      .send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trustPolicy(issuer.url) }))
  })
  afterEach(() => fetch(`${stage.url}/_sandbox/faults`, { method: 'DELETE' }))
  after(async () => {
    await stage.close()
    await issuer.close()
  })

  const put = (body: string) => fetch(`${stage.url}/_sandbox/faults`, { method: 'PUT', body })
  const assume = async (RoleArn = 'arn:aws:iam::123456789012:role/deploy') =>
    stage.sts().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn,
        RoleSessionName: 'one',
        WebIdentityToken: await issuer.mint(),
      }),
    )

  for (const [fault, name, status, message] of [
    ['throttle', 'Throttling', 400, /^Rate exceeded$/],
    ['internal-failure', 'InternalFailure', 500, /unknown error/],
    ['unavailable', 'ServiceUnavailable', 503, /temporary failure/],
    [
      'region-disabled',
      'RegionDisabled',
      403,
      /^STS is not activated in this region for account:123456789012\./,
    ],
    ['idp-communication', 'IDPCommunicationError', 400, /identity provider/],
    ['issuer-timeout', 'InvalidIdentityToken', 400, noKey],
    ['issuer-unreachable', 'InvalidIdentityToken', 400, noKey],
    ['clock-skew=-400', 'InvalidIdentityToken', 400, /^Token issued in the future: \d+$/],
    ['clock-skew=901', 'ExpiredToken', 400, /^Token expired/],
  ] as const) {
    test(`${fault} is answered ${name} ${status}, and is over when taken away`, async () => {
      assert.equal((await put(fault)).status, 200)
      await assert.rejects(assume(), (error: Error) => {
        assert.equal(error.name.replace(/Exception$/, ''), name)
        assert.match(error.message, message)
        assert.equal((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode, status)
        return true
      })
      await fetch(`${stage.url}/_sandbox/faults`, { method: 'DELETE' })
      await assume()
    })
  }

  test('every fault has a test', () => {
    const tested = ['clock-skew', 'consistency-delay', 'idp-communication', 'internal-failure']
    tested.push(
      'issuer-timeout',
      'issuer-unreachable',
      'latency',
      'region-disabled',
      'throttle',
      'unavailable',
    )
    assert.deepEqual(Object.keys(faultKinds).sort(), tested)
  })

  test('a disabled region is a matter of STS only', async () => {
    await put('region-disabled')
    await stage.iam().send(new ListRolesCommand({}))
  })

  test('a fault with a count is over by itself, which a client that retries does not notice', async () => {
    await put('throttle*2')
    const patient = new STSClient({
      endpoint: stage.url,
      region: 'us-east-1',
      credentials: stage.sandbox.administrator,
      maxAttempts: 3,
    })
    const who = await patient.send(new GetCallerIdentityCommand({}))
    assert.equal(who.$metadata.attempts, 3)
    patient.destroy()
  })

  test('a client that corrects its clock gets through a skew of an hour', async () => {
    await put('clock-skew=3600')
    const client = new STSClient({
      endpoint: stage.url,
      region: 'us-east-1',
      credentials: stage.sandbox.administrator,
      maxAttempts: 3,
    })
    await assert.rejects(stage.sts().send(new GetCallerIdentityCommand({})), {
      message: /^Signature expired/,
    })
    assert.equal((await client.send(new GetCallerIdentityCommand({}))).Account, '123456789012')
    client.destroy()
  })

  test('latency delays every call', async () => {
    await put('latency=60')
    const start = performance.now()
    await assume()
    assert.ok(performance.now() - start >= 59)
  })

  test('STS sees a new role only after the consistency delay, IAM at once', async () => {
    await put('consistency-delay=8')
    stage.clock.offsetMs = 100_000
    const document = trustPolicy(issuer.url)
    await stage.iam().send(new CreateRoleCommand({ RoleName: 'fresh', AssumeRolePolicyDocument: document }))
    const { Roles } = await stage.iam().send(new ListRolesCommand({}))
    assert.ok(Roles?.some((role) => role.RoleName === 'fresh'))
    const fresh = 'arn:aws:iam::123456789012:role/fresh'
    await assert.rejects(assume(fresh), {
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    })
    stage.clock.offsetMs = 107_000
    await assert.rejects(assume(fresh), { name: /^AccessDenied/ })
    stage.clock.offsetMs = 109_000
    await assume(fresh)
    stage.clock.offsetMs = 0
  })

  test('faults of the start are in force, several at once', async () => {
    const other = await startStage({ faults: parseFaults('clock-skew=60,throttle*1') })
    await assert.rejects(other.sts().send(new GetCallerIdentityCommand({})), { name: /^Throttling/ })
    await other.sts().send(new GetCallerIdentityCommand({}))
    const { faults } = (await (await fetch(`${other.url}/_sandbox/faults`)).json()) as { faults: unknown }
    assert.deepEqual(faults, [{ name: 'clock-skew', value: 60, times: null }])
    await other.close()
  })

  for (const text of [
    'nonsense',
    'throttle=3',
    'clock-skew',
    'clock-skew=1.5',
    'throttle*x',
    'constructor',
    '__proto__',
  ]) {
    test(`the fault \`${text}\` is refused with the known ones`, async () => {
      assert.throws(
        () => parseFaults(text),
        (error: unknown) => {
          assert.ok(error instanceof AppError)
          assert.ok(error.message.includes(text.split('=')[0] ?? ''))
          assert.match(error.hint, /clock-skew=seconds/)
          return true
        },
      )
      assert.equal((await put(text)).status, 400)
    })
  }
})

import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetRoleCommand,
  ListRolesCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts'
import { SignatureV4 } from '@smithy/signature-v4'
import { administratorKeyId } from './index.ts'
import { type Issuer, type Keys, type Stage, startIssuer, startStage, trustPolicy } from './stage.test.ts'

const account = 'arn:aws:iam::123456789012'
const administratorPolicy = 'arn:aws:iam::aws:policy/AdministratorAccess'

class Sha256 {
  private readonly hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array)
  }
  update(data: Uint8Array | string): void {
    this.hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest()
  }
  reset(): void {}
}

function keysOf(credentials: Credentials | undefined): Keys {
  return {
    accessKeyId: credentials?.AccessKeyId ?? '',
    secretAccessKey: credentials?.SecretAccessKey ?? '',
    sessionToken: credentials?.SessionToken ?? '',
  }
}

function trusting(
  principal: string,
  extra: Record<string, unknown> = {},
  Action: unknown = 'sts:AssumeRole',
): string {
  const Statement = [{ Effect: 'Allow', Principal: { AWS: principal }, Action, ...extra }]
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

describe('signed calls', () => {
  let issuer: Issuer
  let stage: Stage
  before(async () => {
    issuer = await startIssuer()
    stage = await startStage()
  })
  beforeEach(async () => {
    stage.clock.offsetMs = 0
    await stage.sandbox.reset()
    await stage
      .iam()
      .send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['acme'] }))
    await createRole('first', trustPolicy(issuer.url))
  })
  after(async () => {
    await stage.close()
    await issuer.close()
  })

  const createRole = (RoleName: string, AssumeRolePolicyDocument: string, iam = stage.iam()) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, MaxSessionDuration: 43_200 }))
  const first = async (): Promise<Keys> => {
    const { Credentials } = await stage.sts().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: `${account}:role/first`,
        RoleSessionName: 'one',
        WebIdentityToken: await issuer.mint(),
      }),
    )
    return keysOf(Credentials)
  }
  const assume = (keys: Keys | undefined, input: Partial<AssumeRoleCommandInput> = {}) =>
    stage
      .sts(keys)
      .send(new AssumeRoleCommand({ RoleArn: `${account}:role/second`, RoleSessionName: 'two', ...input }))
  const reasonCode = () => stage.sandbox.decisions()[0]?.reasonCode

  test('the administrator is a user of the account', async () => {
    const who = await stage.sts().send(new GetCallerIdentityCommand({}))
    assert.equal(who.Arn, `${account}:user/sandbox-administrator`)
    assert.match(who.UserId ?? '', /^AIDA[A-Z0-9]{17}$/)
  })

  const administrator = () => {
    const { accessKeyId, secretAccessKey } = stage.sandbox.administrator
    return { accessKeyId, secretAccessKey }
  }
  for (const [what, keys, name, status] of [
    [
      'a wrong secret',
      () => ({ ...administrator(), secretAccessKey: 'x'.repeat(40) }),
      'SignatureDoesNotMatch',
      403,
    ],
    [
      'an unknown key id',
      () => ({ ...administrator(), accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
      'InvalidClientTokenId',
      403,
    ],
    [
      'a key of temporary credentials without its token',
      async () => ({ ...(await first()), sessionToken: undefined }),
      'InvalidClientTokenId',
      403,
    ],
    [
      'a token of another key',
      async () => ({ ...(await first()), sessionToken: (await first()).sessionToken }),
      'InvalidClientTokenId',
      403,
    ],
    [
      'the administrator key with a session token',
      async () => ({ ...administrator(), sessionToken: (await first()).sessionToken }),
      'InvalidClientTokenId',
      403,
    ],
  ] as const) {
    test(`${what} is refused`, async () => {
      const { sessionToken, ...pair } = { sessionToken: undefined, ...(await keys()) }
      const client = stage.sts(sessionToken === undefined ? pair : { ...pair, sessionToken })
      await assert.rejects(client.send(new GetCallerIdentityCommand({})), (error: Error) => {
        assert.equal(error.name.replace(/Exception$/, ''), name)
        assert.equal((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode, status)
        return true
      })
    })
  }

  test('a session token with one changed character is refused', async () => {
    const keys = await first()
    const token = keys.sessionToken ?? ''
    for (const place of [8, 40, 200, token.length - 10]) {
      const other = token[place] === 'A' ? 'B' : 'A'
      const forged = { ...keys, sessionToken: token.slice(0, place) + other + token.slice(place + 1) }
      await assert.rejects(stage.sts(forged).send(new GetCallerIdentityCommand({})), {
        message: 'The security token included in the request is invalid.',
      })
    }
  })

  test('credentials of one sandbox open no other', async () => {
    const other = await startStage()
    await assert.rejects(other.sts(await first()).send(new GetCallerIdentityCommand({})), {
      message: 'The security token included in the request is invalid.',
    })
    await other.close()
  })

  test('a clock more than 15 minutes off is refused, one less is not', async () => {
    stage.clock.offsetMs = 14 * 60_000
    await stage.sts().send(new GetCallerIdentityCommand({}))
    stage.clock.offsetMs = 16 * 60_000
    await assert.rejects(stage.sts().send(new GetCallerIdentityCommand({})), {
      message:
        /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    })
    stage.clock.offsetMs = -16 * 60_000
    await assert.rejects(stage.sts().send(new GetCallerIdentityCommand({})), {
      message: /^Signature not yet current/,
    })
  })

  test('an unsigned call is told so, and a half signature what it lacks', async () => {
    const url = `${stage.url}/?Action=GetCallerIdentity&Version=2011-06-15`
    const plain = await fetch(url)
    assert.equal(plain.status, 403)
    assert.match(await plain.text(), /<Code>MissingAuthenticationToken<\/Code>/)
    const half = await fetch(url, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request' },
    })
    assert.equal(half.status, 400)
    assert.match(await half.text(), /<Code>IncompleteSignature<\/Code>/)
    const bearer = await fetch(url, { headers: { authorization: 'Bearer x' } })
    assert.equal(bearer.status, 400)
  })

  const presign = async (keys: Keys, options: { expiresIn?: number; service?: string } = {}) => {
    const { host, hostname, port } = new URL(stage.url)
    const signer = new SignatureV4({
      service: options.service ?? 'sts',
      region: 'eu-west-1',
      credentials: keys,
      sha256: Sha256,
    })
    const signed = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname,
        port: Number(port),
        path: '/',
        query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        headers: { host, 'x-k8s-aws-id': 'my cluster' },
      },
      { expiresIn: options.expiresIn ?? 60 },
    )
    return `${stage.url}/?${new URLSearchParams(signed.query as Record<string, string>)}`
  }
  const ask = async (url: string, cluster = 'my cluster') => {
    const response = await fetch(url, { headers: { 'x-k8s-aws-id': cluster } })
    return /<(?:Arn|Code)>([^<]+)</.exec(await response.text())?.[1]
  }

  test('a pre-signed query tells who signed it, until its time is over', async () => {
    const url = await presign(await first())
    assert.equal(await ask(url), 'arn:aws:sts::123456789012:assumed-role/first/one')
    assert.equal(await ask(url, 'other cluster'), 'SignatureDoesNotMatch')
    assert.equal(
      await ask(url.replace('Version=2011-06-15', 'Version=2011-06-15&x=1')),
      'SignatureDoesNotMatch',
    )
    assert.equal(await ask(await presign(await first(), { service: 'iam' })), 'SignatureDoesNotMatch')
    stage.clock.offsetMs = 61_000
    assert.equal(await ask(url), 'RequestExpired')
  })

  test('a role without policies may do nothing in IAM, one with them what they say', async () => {
    const keys = await first()
    await assert.rejects(stage.iam(keys).send(new GetRoleCommand({ RoleName: 'first' })), {
      name: /^AccessDenied/,
      message:
        'User: arn:aws:sts::123456789012:assumed-role/first/one is not authorized to perform: iam:GetRole on resource: role first because no identity-based policy allows the iam:GetRole action',
    })
    const attach = (name: string) =>
      stage
        .iam()
        .send(
          new AttachRolePolicyCommand({ RoleName: 'first', PolicyArn: `arn:aws:iam::aws:policy/${name}` }),
        )
    await attach('IAMReadOnlyAccess')
    await stage.iam(keys).send(new ListRolesCommand({}))
    const update = new UpdateRoleCommand({ RoleName: 'first', Description: 'x' })
    await assert.rejects(stage.iam(keys).send(update), { name: /^AccessDenied/ })
    await attach('IAMFullAccess')
    await stage.iam(keys).send(update)
  })

  test('a session policy narrows what a role may do', async () => {
    await stage.iam().send(new AttachRolePolicyCommand({ RoleName: 'first', PolicyArn: administratorPolicy }))
    const narrowed = async (input: object) => {
      const { Credentials } = await stage.sts().send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: `${account}:role/first`,
          RoleSessionName: 'one',
          WebIdentityToken: await issuer.mint(),
          ...input,
        }),
      )
      return stage.iam(keysOf(Credentials)).send(new ListRolesCommand({}))
    }
    await narrowed({})
    await narrowed({ PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/SecurityAudit' }] })
    await assert.rejects(narrowed({ PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' }] }))
  })

  test('a role named in a trust policy of its account becomes the other role, for one hour at most', async () => {
    await createRole('second', trusting(`${account}:role/first`))
    const keys = await first()
    const got = await assume(keys, { DurationSeconds: 3600 })
    assert.equal(got.AssumedRoleUser?.Arn, 'arn:aws:sts::123456789012:assumed-role/second/two')
    assert.match(got.Credentials?.AccessKeyId ?? '', /^ASIASANDBOX/)
    assert.equal(got.PackedPolicySize, undefined)
    const who = await stage.sts(keysOf(got.Credentials)).send(new GetCallerIdentityCommand({}))
    assert.equal(who.Arn, 'arn:aws:sts::123456789012:assumed-role/second/two')
    await assert.rejects(assume(keys, { DurationSeconds: 3601 }), {
      message:
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    })
  })

  test('the administrator is no role, so its session may be as long as the role allows', async () => {
    await createRole('second', trusting(`${account}:root`))
    await assume(undefined, { DurationSeconds: 43_200 })
    await stage.iam().send(new UpdateRoleCommand({ RoleName: 'second', MaxSessionDuration: 3600 }))
    await assert.rejects(assume(undefined, { DurationSeconds: 3601 }), {
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    })
  })

  test('a trust policy that names only the account leaves the rest to policies of the caller', async () => {
    await createRole('second', trusting(`${account}:root`))
    const keys = await first()
    await assert.rejects(assume(keys), {
      name: /^AccessDenied/,
      message:
        'User: arn:aws:sts::123456789012:assumed-role/first/one is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/second',
    })
    assert.equal(reasonCode(), 'IDENTITY_POLICY')
    await stage.iam().send(new AttachRolePolicyCommand({ RoleName: 'first', PolicyArn: administratorPolicy }))
    await assume(keys)
  })

  test('across accounts both sides must allow', async () => {
    const { secretAccessKey } = stage.sandbox.administrator
    const other = stage.iam({ accessKeyId: administratorKeyId('210987654321'), secretAccessKey })
    await createRole('far', trusting(`${account}:role/first`), other)
    const RoleArn = 'arn:aws:iam::210987654321:role/far'
    const keys = await first()
    await assert.rejects(assume(keys, { RoleArn }), { name: /^AccessDenied/ })
    await stage.iam().send(new AttachRolePolicyCommand({ RoleName: 'first', PolicyArn: administratorPolicy }))
    const got = await assume(keys, { RoleArn })
    assert.equal(got.AssumedRoleUser?.Arn, 'arn:aws:sts::210987654321:assumed-role/far/two')
  })

  for (const [what, document, reason] of [
    ['another role', trusting(`${account}:role/other`), 'NO_PRINCIPAL_MATCH'],
    [
      'the role with another action',
      trusting(`${account}:role/first`, {}, 'sts:TagSession'),
      'NO_ACTION_MATCH',
    ],
    [
      'the role under an external id',
      trusting(`${account}:role/first`, { Condition: { StringEquals: { 'sts:ExternalId': 'id' } } }),
      'CONDITION_FALSE',
    ],
    [
      'the role, and denies it',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: ['Allow', 'Deny'].map((Effect) => ({
          Effect,
          Principal: { AWS: `${account}:role/first` },
          Action: 'sts:AssumeRole',
        })),
      }),
      'EXPLICIT_DENY',
    ],
  ] as const) {
    test(`a trust policy that names ${what} refuses`, async () => {
      await createRole('second', document)
      const keys = await first()
      await assert.rejects(assume(keys), { name: /^AccessDenied/ })
      assert.equal(reasonCode(), reason)
    })
  }

  test('the external id and claims of the first session can be conditions of the second role', async () => {
    const host = issuer.url.slice('http://'.length)
    const Condition = { StringEquals: { 'sts:ExternalId': 'id', [`${host}:sub`]: 'env:acme/app' } }
    await createRole('second', trusting(`${account}:role/first`, { Condition }))
    const keys = await first()
    await assume(keys, { ExternalId: 'id' })
    await assert.rejects(assume(keys, { ExternalId: 'other' }), { name: /^AccessDenied/ })
  })

  test('transitive tags and the source identity stick to the chain', async () => {
    const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
    await createRole('second', trusting(`${account}:role/first`, {}, all))
    const keys = await first()
    const Tags = [
      { Key: 'team', Value: 'core' },
      { Key: 'step', Value: 'one' },
    ]
    const second = await assume(keys, { Tags, TransitiveTagKeys: ['team'], SourceIdentity: 'alice' })
    assert.equal(second.SourceIdentity, 'alice')
    const equal = { 'aws:PrincipalTag/team': 'core', 'sts:SourceIdentity': 'alice' }
    await createRole('third', trusting(`${account}:role/second`, { Condition: { StringEquals: equal } }, all))
    const RoleArn = `${account}:role/third`
    const third = await assume(keysOf(second.Credentials), { RoleArn })
    assert.equal(third.SourceIdentity, 'alice')
    const step = { StringEquals: { 'aws:PrincipalTag/step': 'one' } }
    await createRole('fourth', trusting(`${account}:role/third`, { Condition: step }, all))
    await assert.rejects(assume(keysOf(third.Credentials), { RoleArn: `${account}:role/fourth` }), {
      name: /^AccessDenied/,
    })
    await assert.rejects(assume(keysOf(second.Credentials), { RoleArn, SourceIdentity: 'mallory' }))
    await assert.rejects(assume(keysOf(second.Credentials), { RoleArn, Tags: [{ Key: 'TEAM', Value: 'x' }] }))
    await assert.rejects(assume(keys, { Tags, TransitiveTagKeys: ['none'] }))
  })

  test('tags and a source identity need permissions of their own', async () => {
    await createRole('second', trusting(`${account}:role/first`))
    const keys = await first()
    await assert.rejects(assume(keys, { Tags: [{ Key: 'team', Value: 'core' }] }), {
      message: /perform: sts:TagSession/,
    })
    await assert.rejects(assume(keys, { SourceIdentity: 'alice' }), {
      message: /perform: sts:SetSourceIdentity/,
    })
  })

  test('a changed trust policy counts from the next call on', async () => {
    await createRole('second', trusting(`${account}:role/first`))
    const keys = await first()
    await assume(keys)
    const PolicyDocument = trusting(`${account}:role/other`)
    await stage.iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'second', PolicyDocument }))
    await assert.rejects(assume(keys), { name: /^AccessDenied/ })
  })
})

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts'
import { fromTokenFile } from '@aws-sdk/credential-providers'
import { type Issuer, type Keys, type Stage, startIssuer, startStage, trustPolicy } from './stage.test.ts'

const roleArn = 'arn:aws:iam::123456789012:role/ci/deploy'
const noKey =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"

describe('AssumeRoleWithWebIdentity', () => {
  let issuer: Issuer
  let stage: Stage

  before(async () => {
    issuer = await startIssuer()
    stage = await startStage()
  })
  beforeEach(async () => {
    issuer.answer = null
    stage.clock.offsetMs = 0
    await stage.sandbox.reset()
    await stage
      .iam()
      .send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['acme'] }))
    await stage.iam().send(
      new CreateRoleCommand({
        RoleName: 'deploy',
        Path: '/ci/',
        AssumeRolePolicyDocument: trustPolicy(issuer.url),
      }),
    )
  })
  after(async () => {
    await stage.close()
    await issuer.close()
  })

  const assume = async (input: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) =>
    stage.sts().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'environments',
        WebIdentityToken: input.WebIdentityToken ?? (await issuer.mint()),
        ...input,
      }),
    )
  const refusal = async (input: Partial<AssumeRoleWithWebIdentityCommandInput>) => {
    try {
      await assume(input)
    } catch (error) {
      const { name, message } = error as Error
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
      return { name, status, message, reasonCode: stage.sandbox.decisions()[0]?.reasonCode }
    }
    throw new assert.AssertionError({ message: 'the call was allowed' })
  }

  test('a fitting token becomes credentials in the shapes of AWS, marked as sandbox', async () => {
    const got = await assume()
    assert.equal(got.SubjectFromWebIdentityToken, 'env:acme/app')
    assert.equal(got.Audience, 'acme')
    assert.equal(got.AssumedRoleUser?.Arn, 'arn:aws:sts::123456789012:assumed-role/deploy/environments')
    assert.match(got.AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z0-9]{17}:environments$/)
    assert.match(got.Credentials?.AccessKeyId ?? '', /^ASIASANDBOX[A-Z2-7]{9}$/)
    assert.match(got.Credentials?.SecretAccessKey ?? '', /^[A-Za-z0-9/+]{40}$/)
    assert.match(got.Credentials?.SessionToken ?? '', /^SANDBOX\/[A-Za-z0-9/+=]{200,}$/)
    const life = (got.Credentials?.Expiration?.getTime() ?? 0) - Date.now()
    assert.ok(life > 3_590_000 && life <= 3_600_000, `${life}`)
    const host = issuer.url.slice('http://'.length)
    assert.equal(got.Provider, `arn:aws:iam::123456789012:oidc-provider/${host}`)
    assert.ok((got.PackedPolicySize ?? 0) > 10 && (got.PackedPolicySize ?? 0) < 50, `${got.PackedPolicySize}`)
    assert.equal(stage.sandbox.decisions()[0]?.effect, 'allow')
  })

  test('the credentials sign GetCallerIdentity, and end with their time', async () => {
    const { Credentials } = await assume({ DurationSeconds: 900 })
    const keys: Keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    const who = await stage.sts(keys).send(new GetCallerIdentityCommand({}))
    assert.equal(who.Arn, 'arn:aws:sts::123456789012:assumed-role/deploy/environments')
    assert.equal(who.Account, '123456789012')
    assert.match(who.UserId ?? '', /^AROA[A-Z0-9]{17}:environments$/)
    stage.clock.offsetMs = 901_000
    await assert.rejects(stage.sts(keys).send(new GetCallerIdentityCommand({})), {
      name: /^ExpiredToken/,
      message: 'The security token included in the request is expired',
    })
  })

  test("the SDK's token file provider gets credentials, and GetRole shows the use", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    const file = join(folder, 'token')
    await writeFile(file, await issuer.mint())
    const provide = fromTokenFile({
      webIdentityTokenFile: file,
      roleArn,
      roleSessionName: 'from-file',
      clientConfig: { endpoint: stage.url, region: 'us-east-1' },
    })
    const who = await stage.sts(await provide()).send(new GetCallerIdentityCommand({}))
    assert.equal(who.Arn, 'arn:aws:sts::123456789012:assumed-role/deploy/from-file')
    const { Role } = await stage.iam().send(new GetRoleCommand({ RoleName: 'deploy' }))
    assert.ok(Role?.RoleLastUsed?.LastUsedDate)
    await rm(folder, { recursive: true })
  })

  test('another subject is refused without a hint, and explained at the id in the header', async () => {
    const token = await issuer.mint({ sub: 'env:acme/other' })
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'environments',
      WebIdentityToken: token,
    })
    const response = await fetch(stage.url, { method: 'POST', body })
    const requestId = response.headers.get('x-amzn-requestid')
    assert.equal(response.status, 403)
    assert.equal(response.headers.get('content-type'), 'text/xml')
    assert.equal(response.headers.get('x-openesc-sandbox'), 'aws')
    assert.equal(
      await response.text(),
      '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
        '<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>' +
        `</Error><RequestId>${requestId}</RequestId></ErrorResponse>\n`,
    )
    const id = response.headers.get('x-sandbox-decision')
    const page = await fetch(`${stage.url}/_sandbox/decisions/${id}`)
    const entry = (await page.json()) as { reasonCode: string; claims: { sub: string }; decision: unknown }
    assert.equal(entry.reasonCode, 'CONDITION_FALSE')
    assert.equal(entry.claims.sub, 'env:acme/other')
    const text = await (await fetch(`${stage.url}/_sandbox/decisions/${id}?format=text`)).text()
    assert.match(text, /fails {2}StringEquals 127\.0\.0\.1:\d+\/oidc:sub: wanted \["env:acme\/app"\], got/)
    // Neither page holds the token, nor any part that would let somebody use it.
    const signature = token.split('.')[2] ?? ''
    assert.ok(!text.includes(signature) && !JSON.stringify(entry).includes(signature))
  })

  const now = () => Math.floor(Date.now() / 1000)
  const rejected: readonly [string, () => Promise<string>, string, number, RegExp | string, string][] = [
    [
      'a token for another audience',
      () => issuer.mint({ aud: 'other' }),
      'InvalidIdentityToken',
      400,
      /could not be validated/,
      'AUDIENCE_NOT_REGISTERED',
    ],
    [
      'a token of an issuer nobody registered',
      () => issuer.mint({ iss: 'https://login.example.com' }),
      'InvalidIdentityToken',
      400,
      'No OpenIDConnect provider found in your account for https://login.example.com',
      'PROVIDER_NOT_FOUND',
    ],
    [
      'a token whose issuer differs by a trailing slash',
      () => issuer.mint({ iss: `${issuer.url}/` }),
      'InvalidIdentityToken',
      400,
      /^No OpenIDConnect provider found/,
      'PROVIDER_NOT_FOUND',
    ],
    [
      'a token whose issuer differs by its scheme',
      () => issuer.mint({ iss: issuer.url.replace('http:', 'https:') }),
      'InvalidIdentityToken',
      400,
      /^No OpenIDConnect provider found/,
      'PROVIDER_NOT_FOUND',
    ],
    [
      'a token that ended more than 300 s ago',
      () => issuer.mint({ iat: now() - 1000, exp: now() - 301 }),
      'ExpiredTokenException',
      400,
      /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
      'TOKEN_EXPIRED',
    ],
    [
      'a token signed with a key the issuer does not publish',
      () => issuer.mint({}, { foreignKey: true }),
      'InvalidIdentityToken',
      400,
      /could not be validated/,
      'BAD_SIGNATURE',
    ],
    [
      'a token that names an unknown key',
      () => issuer.mint({}, { kid: 'key-2' }),
      'InvalidIdentityToken',
      400,
      noKey,
      'NO_VERIFICATION_KEY',
    ],
    [
      'a text that is no token',
      async () => 'not-a-token',
      'InvalidIdentityToken',
      400,
      /not a valid JWT/,
      'INVALID_JWT',
    ],
  ]
  for (const [what, mint, name, status, message, reasonCode] of rejected) {
    test(`${what} is refused`, async () => {
      const got = await refusal({ WebIdentityToken: await mint() })
      assert.equal(got.name.replace(/Exception$/, ''), name.replace(/Exception$/, ''))
      assert.equal(got.status, status)
      if (typeof message === 'string') assert.equal(got.message, message)
      else assert.match(got.message, message)
      assert.equal(got.reasonCode, reasonCode)
    })
  }

  test('a token that ended 290 s ago is still taken', async () => {
    await assume({ WebIdentityToken: await issuer.mint({ iat: now() - 1000, exp: now() - 290 }) })
  })

  test('white space around a token does not matter', async () => {
    await assume({ WebIdentityToken: `${await issuer.mint()}\n` })
  })

  test('an issuer that was never registered is never read', async () => {
    const reads = issuer.reads.discovery
    const { name } = await refusal({ RoleArn: 'arn:aws:iam::999999999999:role/ci/deploy' })
    assert.equal(name.replace(/Exception$/, ''), 'InvalidIdentityToken')
    assert.equal(issuer.reads.discovery, reads)
  })

  test('a role that does not exist is refused with the very same words as a wrong condition', async () => {
    const missing = await refusal({ RoleArn: 'arn:aws:iam::123456789012:role/deploy' })
    assert.equal(missing.message, 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
    assert.equal(missing.reasonCode, 'ROLE_NOT_FOUND')
  })

  test('a bad token for a role that does not exist is told about the token', async () => {
    const got = await refusal({
      RoleArn: 'arn:aws:iam::123456789012:role/none',
      WebIdentityToken: await issuer.mint({}, { foreignKey: true }),
    })
    assert.equal(got.reasonCode, 'BAD_SIGNATURE')
  })

  test('an unreachable issuer leaves no verification key', async () => {
    issuer.answer = (_, response) => response.socket?.destroy() !== undefined
    const got = await refusal({})
    assert.deepEqual([got.status, got.message, got.reasonCode], [400, noKey, 'NO_VERIFICATION_KEY'])
  })

  test('parameters outside their bounds are listed together', async () => {
    const got = await refusal({ RoleSessionName: 'a b', DurationSeconds: 899 })
    assert.equal(got.status, 400)
    assert.equal(
      got.message,
      "2 validation errors detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    )
  })

  const invalid: readonly [string, Partial<AssumeRoleWithWebIdentityCommandInput>, string, RegExp][] = [
    [
      'a provider ARN as role',
      { RoleArn: 'arn:aws:iam::123456789012:oidc-provider/x.example' },
      'ValidationError',
      /^Request ARN is invalid$/,
    ],
    [
      'more time than the role allows',
      { DurationSeconds: 3601 },
      'ValidationError',
      /exceeds the MaxSessionDuration/,
    ],
    [
      'a foreign ProviderId',
      { ProviderId: 'login.example.com' },
      'AccessDenied',
      /^Unrecognized OAuth provider/,
    ],
    ['an OAuth ProviderId', { ProviderId: 'www.amazon.com' }, 'InvalidIdentityToken', /Login With Amazon/],
    ['a session policy that is not JSON', { Policy: '{' }, 'MalformedPolicyDocument', /invalid Json/],
    ['a session policy without a statement', { Policy: '{}' }, 'MalformedPolicyDocument', /Syntax errors/],
    [
      'a session policy of 2,049 characters',
      { Policy: ' '.repeat(2049) },
      'ValidationError',
      /length less than or equal to 2048/,
    ],
    [
      'eleven session policy ARNs',
      { PolicyArns: Array(11).fill({ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }) },
      'ValidationError',
      /'policyArns'/,
    ],
    [
      'a session policy ARN that is none',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:role/ReadOnlyAccess' }] },
      'ValidationError',
      /is not valid/,
    ],
  ]
  for (const [what, input, name, message] of invalid) {
    test(`${what} is refused`, async () => {
      const got = await refusal(input)
      assert.equal(got.name.replace(/Exception$/, ''), name)
      assert.match(got.message, message)
    })
  }

  test('session policies within their bounds are taken and counted', async () => {
    const plain = await assume()
    const got = await assume({
      Policy: '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    })
    assert.ok((got.PackedPolicySize ?? 0) > (plain.PackedPolicySize ?? 0))
  })

  test('session tags need sts:TagSession, and pack', async () => {
    const claims = { 'https://aws.amazon.com/tags': { principal_tags: { team: ['core'] } } }
    const got = await refusal({ WebIdentityToken: await issuer.mint(claims) })
    assert.equal(got.message, 'Not authorized to perform sts:TagSession')
    await stage.iam().send(
      new CreateRoleCommand({
        RoleName: 'tagged',
        AssumeRolePolicyDocument: trustPolicy(issuer.url, 'env:acme/app', [
          'sts:AssumeRoleWithWebIdentity',
          'sts:TagSession',
          'sts:SetSourceIdentity',
        ]),
      }),
    )
    const RoleArn = 'arn:aws:iam::123456789012:role/tagged'
    const both = { ...claims, 'https://aws.amazon.com/source_identity': 'alice' }
    const allowed = await assume({ RoleArn, WebIdentityToken: await issuer.mint(both) })
    assert.equal(allowed.SourceIdentity, 'alice')
    const random = 'abcdefghijklmnopqrstuvwxyz0123456789'
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, tag) => [
        `tag-${tag}`,
        [Array.from({ length: 60 }, (_, place) => random[(tag * 31 + place * place * 7) % 36]).join('')],
      ]),
    )
    const heavy = await refusal({
      RoleArn,
      WebIdentityToken: await issuer.mint({ 'https://aws.amazon.com/tags': { principal_tags: many } }),
    })
    assert.match(
      heavy.message,
      /^Packed size of session tags and policies consumes \d+% of allotted space\.$/,
    )
  })

  test('an Authorization header is ignored, a stale session token header is not', async () => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'environments',
      WebIdentityToken: await issuer.mint(),
    })
    const call = (headers: Record<string, string>) => fetch(stage.url, { method: 'POST', body, headers })
    assert.equal((await call({ authorization: 'Bearer nonsense' })).status, 200)
    const stale = await call({ 'x-amz-security-token': 'of-last-week' })
    assert.equal(stale.status, 403)
    assert.match(await stale.text(), /<Code>InvalidClientTokenId<\/Code>/)
  })

  test('durations are integers of the wire: sign and zeros are taken, white space is not', async () => {
    const call = async (duration: string) => {
      const query = new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: 'environments',
        WebIdentityToken: await issuer.mint(),
      })
      const response = await fetch(`${stage.url}/?${query}&DurationSeconds=${duration}`)
      return /<Code>(\w+)</.exec(await response.text())?.[1] ?? response.status
    }
    assert.equal(await call('%2B900'), 200)
    assert.equal(await call('0900'), 200)
    for (const bad of ['+900', '900.0', '9e2', '99999999999', ''])
      assert.equal(await call(bad), 'MalformedInput')
  })
})

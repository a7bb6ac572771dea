import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import type { AccountOptions } from '../../src/setup/index.ts'
import { account, baseUrl, loginDefinition, type Scene, startScene } from './scene.ts'

const host = 'esc.example.com/oidc'
const roleArn = `arn:aws:iam::${account}:role/deployer`
const subjectOf = (name: string) => `pulumi:environments:org:acme:env:${name}`

const policyFor = (subject: string, audience = 'aws:acme', operator = 'StringEquals') => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${host}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { [operator]: { [`${host}:aud`]: audience, [`${host}:sub`]: subject } },
    },
  ],
})

interface Checked {
  readonly login: { readonly path: string; readonly environment: string; readonly line: number } | null
  readonly role: {
    readonly arn: string
    readonly maxSessionDurationSeconds: number | null
    readonly readFrom: string
  }
  readonly provider: { readonly clientIds: readonly string[] } | null
  readonly claims: Readonly<Record<string, unknown>>
  readonly decision: { readonly effect: string; readonly reasonCode: string; readonly reason: string }
  readonly diff: string | null
}

describe('esc aws trust check', () => {
  let scene: Scene
  before(async () => {
    scene = await startScene()
    await scene.define('web/prod', loginDefinition(roleArn))
  })
  beforeEach(async () => await scene.stage.sandbox.reset())
  after(async () => await scene.close())

  const makeProvider = async (clientId = 'aws:acme', url = `${baseUrl}/oidc`) =>
    await scene.stage
      .iam()
      // With a thumbprint IAM does not connect to the issuer.
      .send(
        new CreateOpenIDConnectProviderCommand({
          Url: url,
          ClientIDList: [clientId],
          ThumbprintList: ['a'.repeat(40)],
        }),
      )
  const makeRole = async (policy: object, { seconds = 7200, name = 'deployer', path = '/' } = {}) =>
    await scene.stage.iam().send(
      new CreateRoleCommand({
        RoleName: name,
        Path: path,
        MaxSessionDuration: seconds,
        AssumeRolePolicyDocument: JSON.stringify(policy),
      }),
    )

  test('a policy in a file is decided for the claims of the environment, and a refusal brings a diff that mends it', async () => {
    scene.write('trust.json', policyFor(subjectOf('web/staging')))
    const refused = await scene.esc('aws trust check acme/web/prod --role-policy trust.json')
    assert.deepEqual([refused.code, refused.stderr], [3, ''])
    assert.match(
      refused.stdout,
      /^login aws\.login: arn:aws:iam::123456789012:role\/deployer\nclaims \{"iss"/,
    )
    assert.match(refused.stdout, /^\+ +"pulumi:environments:org:acme:env:web\/prod"$/m)
    scene.write('mended.json', policyFor(subjectOf('web/prod')))
    const allowed = await scene.esc('aws trust check acme/web/prod --role-policy mended.json --output json')
    const { decision, login, role } = allowed.json<Checked>()
    assert.deepEqual([allowed.code, decision.effect], [0, 'allow'])
    assert.deepEqual(login, { path: 'aws.login', environment: 'web/prod', line: 6 })
    assert.deepEqual(role, { arn: roleArn, maxSessionDurationSeconds: null, readFrom: 'mended.json' })
  })

  test('the role that the block names is read through IAM', async () => {
    await makeProvider()
    await makeRole(policyFor(subjectOf('web/prod')))
    const read = await scene.esc('aws trust check acme/web/prod --output json')
    const { decision, role, provider } = read.json<Checked>()
    assert.deepEqual([read.code, decision.effect], [0, 'allow'])
    assert.deepEqual(role, { arn: roleArn, maxSessionDurationSeconds: 7200, readFrom: 'iam' })
    assert.deepEqual(provider?.clientIds, ['aws:acme'])
  })

  test('what IAM says is what STS does: the same environment opens, or fails, with the same reason', async () => {
    await makeProvider()
    await makeRole(policyFor(subjectOf('web/staging')))
    const check = (await scene.esc('aws trust check acme/web/prod --output json')).json<Checked>()
    const opened = await scene.esc('open acme/web/prod')
    assert.match(opened.stderr, /does not let this environment in/)
    const [first] = scene.stage.sandbox.decisions()
    assert.equal(first?.decision?.reasonCode, check.decision.reasonCode)
    assert.equal(first?.decision?.reason, check.decision.reason)
  })

  test('no provider for the issuer is a refusal, and one that differs by a slash is named', async () => {
    await makeRole(policyFor(subjectOf('web/prod')))
    await makeProvider('aws:acme', `${baseUrl}/oidc/`)
    const { code, stdout, stderr } = await scene.esc('aws trust check acme/web/prod')
    assert.equal(code, 3)
    assert.match(stdout, /refused \(PROVIDER_NOT_FOUND\)/)
    assert.match(stderr, /the account has arn:\S+\/oidc\/, which is another provider than/)
  })

  test('an audience that the provider does not register is a refusal, and registering it mends that', async () => {
    await makeRole(policyFor(subjectOf('web/prod')))
    const { OpenIDConnectProviderArn } = await makeProvider('aws:other')
    const refused = await scene.esc('aws trust check acme/web/prod --output json')
    assert.equal(refused.json<Checked>().decision.reasonCode, 'AUDIENCE_NOT_REGISTERED')
    await scene.stage
      .iam()
      .send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'aws:acme' }))
    assert.equal((await scene.esc('aws trust check acme/web/prod')).code, 0)
  })

  test('a duration above the longest session is a refusal; the default falls back to an hour and says so', async () => {
    await makeProvider()
    await makeRole(policyFor(subjectOf('web/prod')), { seconds: 3600 })
    const shorter = await scene.esc('aws trust check acme/web/prod')
    assert.equal(shorter.code, 0)
    assert.match(shorter.stderr, /write `duration: 1h`/)
    await scene.define('web/long', loginDefinition(roleArn, '          duration: 3h\n'))
    await scene.stage.sandbox.reset()
    await makeProvider()
    await makeRole(policyFor(subjectOf('web/long')), { seconds: 3600 })
    const longer = await scene.esc('aws trust check acme/web/long --output json')
    assert.equal(longer.code, 3)
    assert.equal(longer.json<Checked>().decision.reasonCode, 'DURATION_EXCEEDS_ROLE_MAX')
  })

  test('a role that does not exist is an error that says how to make it', async () => {
    const { code, stderr, stdout } = await scene.esc('aws trust check acme/web/prod')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(
      stderr,
      /account 123456789012 has no role named deployer; .*esc aws setup <environment>.*--apply/,
    )
  })

  test('a role of another path and a role of another account are told apart', async () => {
    await makeRole(policyFor(subjectOf('web/prod')), { path: '/ci/' })
    const path = await scene.esc('aws trust check acme/web/prod')
    assert.match(path.stderr, /the role of this name is arn:aws:iam::123456789012:role\/ci\/deployer/)
    const other = await scene.esc(
      'aws trust check acme/web/prod --role arn:aws:iam::999999999999:role/deployer',
    )
    assert.equal(other.code, 1)
    assert.match(other.stderr, /is of account 999999999999, the AWS credentials are of account 123456789012/)
    const bad = await scene.esc('aws trust check acme/web/prod --role deployer')
    assert.match(bad.stderr, /"deployer" is not the ARN of a role/)
  })

  test('credentials that AWS does not know and an endpoint that does not answer are errors with a next step', async () => {
    const { openAccount } = await import('../../src/aws/account.ts')
    const run = async (change: object) =>
      await scene.esc('aws trust check acme/web/prod', {
        change: {
          programs: {
            startServer: async () => 1,
            startSandbox: async () => 1,
            awsAccount: async (options) =>
              openAccount({
                ...options,
                endpoint: scene.stage.url,
                credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) },
                ...change,
              }),
          },
        },
      })
    const unknown = await run({})
    assert.equal(unknown.code, 1)
    assert.match(
      unknown.stderr,
      /iam:GetRole: InvalidClientTokenId: .*; the AWS credentials are not valid there/,
    )
    assert.doesNotMatch(unknown.stderr, /x{20}/)
    const silent = await run({ endpoint: 'http://127.0.0.1:1' })
    assert.match(silent.stderr, /iam:GetRole: .*AWS cannot be reached: check the network, --endpoint-url/)
    const typo = await scene.esc('aws trust check acme/web/prod --endpoint-url localhost:3721')
    assert.match(typo.stderr, /--endpoint-url: wanted an http or https URL, got "localhost:3721"/)
  })

  test('credentials that may not read the role are an error that names the permission', async () => {
    const { openAccount } = await import('../../src/aws/account.ts')
    await makeProvider()
    await makeRole(policyFor(subjectOf('web/prod')))
    await makeRole(
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
      },
      { name: 'visitor' },
    )
    const { Credentials } = await scene.stage.sts().send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/visitor`,
        RoleSessionName: 'visitor',
      }),
    )
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    const programs = {
      startServer: async () => 1,
      startSandbox: async () => 1,
      awsAccount: async (options: AccountOptions) =>
        openAccount({ ...options, endpoint: scene.stage.url, credentials }),
    }
    const check = await scene.esc('aws trust check acme/web/prod', { change: { programs } })
    assert.equal(check.code, 1)
    assert.match(
      check.stderr,
      /iam:GetRole: AccessDenied: .*; these credentials need `iam:GetRole`: let an administrator/,
    )
    const apply = await scene.esc('aws setup acme/web/prod --apply --yes', { change: { programs } })
    assert.match(apply.stderr, /iam:Get\w+: AccessDenied: .*; these credentials need/)
    assert.doesNotMatch(check.stderr + apply.stderr, new RegExp(credentials.sessionToken.slice(0, 40)))
  })

  test('the login of an import is decided: the root names the default subject, the holder `currentEnvironment.name`', async () => {
    await scene.define(
      'cloud/aws',
      loginDefinition('arn:aws:iam::${account}:role/deployer', `  account: "${account}"\n`),
    )
    await scene.define('app/prod', 'imports:\n  - cloud/aws\nvalues:\n  x: 1\n')
    scene.write('root.json', policyFor(subjectOf('app/prod')))
    const root = await scene.esc('aws trust check acme/app/prod --role-policy root.json --output json')
    const { login, role, claims } = root.json<Checked>()
    assert.equal(root.code, 0, root.stderr)
    assert.deepEqual(login, { path: 'aws.login', environment: 'cloud/aws', line: 6 })
    assert.equal(role.arn, roleArn, 'an interpolated ARN is evaluated')
    assert.equal(claims['current_env'], 'cloud/aws')
    assert.equal(claims['root_env'], 'app/prod')

    const listed = '          subjectAttributes: [currentEnvironment.name, pulumi.user.login]\n'
    await scene.define('cloud/aws', loginDefinition(roleArn, listed))
    const subject =
      'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:cloud/aws:pulumi.user.login:ada'
    scene.write('current.json', policyFor(subject))
    const current = await scene.esc('aws trust check acme/app/prod --role-policy current.json --output json')
    assert.equal(current.json<Checked>().claims['sub'], subject)
    assert.equal(current.code, 0)
  })

  test('the subject computed for an import is the one that the server signs', async () => {
    const listed = '          subjectAttributes: [currentEnvironment.name, rootEnvironment.name]\n'
    await scene.define('cloud/shared', loginDefinition(roleArn, listed))
    await scene.define('app/live', 'imports:\n  - cloud/shared\nvalues: {}\n')
    await makeProvider()
    await makeRole(policyFor('nobody'))
    const check = (await scene.esc('aws trust check acme/app/live --output json')).json<Checked>()
    await scene.esc('open acme/app/live')
    const [first] = scene.stage.sandbox.decisions()
    assert.equal(first?.claims?.['sub'], check.claims['sub'])
  })

  test('every login of an environment is decided, imports first, and one is chosen by its path', async () => {
    await scene.define('cloud/reader', loginDefinition(`arn:aws:iam::${account}:role/reader`))
    await scene.define(
      'app/two',
      `imports: [cloud/reader]\n${loginDefinition(roleArn).replace('aws:\n    login', 'own:\n    login')}`,
    )
    await makeProvider()
    await makeRole(policyFor(subjectOf('app/two')))
    await makeRole(policyFor(subjectOf('web/prod')), { name: 'reader' })
    const both = await scene.esc('aws trust check acme/app/two --output json')
    assert.equal(both.code, 3)
    assert.deepEqual(
      both.json<Checked[]>().map(({ login, decision }) => [login?.environment, login?.path, decision.effect]),
      [
        ['cloud/reader', 'aws.login', 'deny'],
        ['app/two', 'own.login', 'allow'],
      ],
    )
    assert.equal((await scene.esc('aws trust check acme/app/two --login own.login')).code, 0)
    assert.equal((await scene.esc(`aws trust check acme/app/two --role ${roleArn}`)).code, 0)
    const none = await scene.esc('aws trust check acme/app/two --login nope')
    assert.match(
      none.stderr,
      /no aws-login block at "nope"; there is `aws\.login of cloud\/reader`, `own\.login`/,
    )
  })

  test('--as decides for another user', async () => {
    await scene.define(
      'web/mine',
      loginDefinition(roleArn, '          subjectAttributes: [pulumi.user.login]\n'),
    )
    scene.write(
      'mine.json',
      policyFor('pulumi:environments:pulumi.organization.login:acme:pulumi.user.login:ada'),
    )
    assert.equal((await scene.esc('aws trust check acme/web/mine --role-policy mine.json')).code, 0)
    assert.equal((await scene.esc('aws trust check acme/web/mine --role-policy mine.json --as ben')).code, 3)
    assert.equal(
      (await scene.esc('aws trust check acme/web/mine --role-policy mine.json', { as: 'ben' })).code,
      1,
      'ben may not read the definition',
    )
  })

  test('claims and tokens of other issuers are decided, and nothing of a token is shown in a refusal to read it', async () => {
    const github = 'token.actions.githubusercontent.com'
    const claims = {
      iss: `https://${github}`,
      aud: 'sts.amazonaws.com',
      sub: 'repo:acme/app:ref:refs/heads/main',
    }
    scene.write(
      'github.json',
      JSON.parse(
        JSON.stringify(policyFor('repo:acme/app:*', 'sts.amazonaws.com', 'StringLike')).replaceAll(
          host,
          github,
        ),
      ) as object,
    )
    scene.write('claims.json', claims)
    const allowed = await scene.esc('aws trust check --role-policy github.json --claims claims.json')
    assert.equal(allowed.code, 0, allowed.stderr + allowed.stdout)
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const times = { iat: 1_700_000_000, exp: 1_700_000_600 }
    scene.write('token', `${part({ alg: 'RS256' })}.${part({ ...claims, ...times })}.c2ln`)
    const expired = await scene.esc('aws trust check --role-policy github.json --token token')
    assert.equal(expired.code, 0, expired.stdout)
    assert.match(expired.stderr, /the token has expired \d+ s ago/)
    scene.write('hs', `${part({ alg: 'HS256' })}.${part({ ...claims, ...times })}.c2ln`)
    assert.match(
      (await scene.esc('aws trust check --role-policy github.json --token hs')).stdout,
      /ALG_UNSUPPORTED/,
    )
    scene.write('junk', 'eyJhbGciOiJSUzI1NiJ9.not-json.sig')
    const junk = await scene.esc('aws trust check --role-policy github.json --token junk')
    assert.deepEqual([junk.code, junk.stdout], [1, ''])
    assert.match(junk.stderr, /^Error: junk: wanted a signed token in compact form\n$/)
  })

  test('what is missing or contradicts itself is refused before anything is asked', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['aws trust check', /exactly one of <environment>, --claims and --token/],
      ['aws trust check acme/web/prod --claims x', /exactly one of/],
      ['aws trust check acme/web/prod --role-policy none.json', /open none\.json: no such file/],
      ['aws trust check acme/web/nope', /not found|404/i],
    ]
    for (const [command, said] of cases) {
      const { code, stderr } = await scene.esc(command)
      assert.equal(code, 1, command)
      assert.match(stderr, said)
    }
    await scene.define('web/plain', 'values: {a: 1}\n')
    assert.match(
      (await scene.esc('aws trust check acme/web/plain')).stderr,
      /which role\? Give its ARN with --role/,
    )
  })
})

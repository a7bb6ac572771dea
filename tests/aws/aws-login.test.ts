import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam'
import { createTokenExchange } from '../../src/aws/index.ts'
import { systemBreakers } from '../../src/programs/breakers.ts'
import { providersFor } from '../../src/programs/powers.ts'
import { explainRefusal } from '../../src/providers/aws-login/refusal.ts'
import { AwsRefusal } from '../../src/providers/index.ts'
import { type SetupTarget, trustPolicy } from '../../src/setup/index.ts'
import { type Stage, startStage } from '../../src/sts/stage.test.ts'
import { issuerOver } from '../http/real-issuer.ts'
import { createWorld, type World } from '../http/world.ts'

const baseUrl = 'http://127.0.0.1:9'
const org = '/api/esc/environments/acme'
const roleArn = 'arn:aws:iam::123456789012:role/deployer'
const target: SetupTarget = {
  issuer: `${baseUrl}/oidc`,
  audience: 'aws:acme',
  subject: 'pulumi:environments:org:acme:env:web/dev',
  roleName: 'deployer',
  rolePath: '/',
  maxSessionSeconds: 3600,
  policyArns: [],
  account: '123456789012',
  partition: 'aws',
  createsProvider: true,
}

const definition = (duration = '', role = roleArn) => `values:
  login:
    fn::open::aws-login:
      oidc:
        roleArn: ${role}
        sessionName: environments
${duration === '' ? '' : `        duration: ${duration}\n`}`

describe('aws-login against a real issuer, server and sandbox', () => {
  let keys: World
  let world: World
  let stage: Stage
  let isReachable = true

  before(async () => {
    keys = await createWorld()
    const issuer = await issuerOver(keys, baseUrl)
    stage = await startStage({
      fetch: async (input, init) => {
        if (!isReachable) throw new TypeError('fetch failed')
        return await world.app.fetch(new Request(input, init))
      },
    })
    const sts = createTokenExchange({
      breakers: systemBreakers(),
      region: 'us-east-1',
      endpoint: stage.url,
      fetch: (url, init) => fetch(url, init),
    })
    world = await createWorld(
      {
        providers: (scope) =>
          providersFor(
            { issuer, sts, calls: { post: () => assert.fail('AWS alone is called') }, store: world.store },
            scope,
          ),
      },
      { issuers: [issuer.v1, issuer.v2] },
    )
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'dev' } })
  })
  beforeEach(async () => {
    isReachable = true
    await stage.sandbox.reset()
  })
  after(async () => {
    await stage.close()
    await world.close()
    await keys.close()
  })

  const setUp = async ({ clientId = 'aws:acme', subject = target.subject, seconds = 7200 } = {}) => {
    const iam = stage.iam()
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: target.issuer, ClientIDList: [clientId] }))
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'deployer',
        MaxSessionDuration: seconds,
        AssumeRolePolicyDocument: JSON.stringify(trustPolicy({ ...target, subject })),
      }),
    )
  }
  const open = async (text = definition()) => {
    const saved = await world.call('ada', `PATCH ${org}/web/dev`, { body: text })
    assert.equal(saved.status, 200, saved.text)
    return await world.call('ada', `POST ${org}/web/dev/open?duration=1h`)
  }
  const refusal = async (text?: string) => {
    const opened = await open(text)
    assert.equal(opened.status, 400, opened.text)
    assert.doesNotMatch(opened.text, /eyJ[\w-]{10,}\./)
    const [first] = opened.json()['diagnostics'] as { summary: string; detail: string }[]
    return `${first!.summary}\n${first!.detail}`
  }

  test('the generated policy lets the environment in', async () => {
    await setUp()
    const opened = await open()
    assert.equal(opened.status, 200, opened.text)
    const read = await world.call('ada', `GET ${org}/web/dev/open/${String(opened.json()['id'])}`)
    assert.match(read.text, /"ASIASANDBOX/)
  })

  test('a subject that the trust policy does not name: what was sent, every condition, the change', async () => {
    await setUp({ subject: 'pulumi:environments:org:acme:env:web/prod' })
    const said = await refusal()
    assert.match(said, /AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity/)
    assert.match(said, /aud=aws:acme, sub=pulumi:environments:org:acme:env:web\/dev/)
    assert.match(said, /wanted `pulumi:environments:org:acme:env:web\/prod`/)
    assert.match(said, /try: in statement 1/)
  })

  test('a role that does not exist gets the same answer and is named', async () => {
    await setUp()
    assert.match(
      await refusal(definition('', roleArn.replace('deployer', 'nobody'))),
      /`arn:aws:iam::123456789012:role\/nobody`.*or there is no such role/,
    )
  })

  test('no provider for the issuer: the account, the URL and the client id to add', async () => {
    const said = await refusal()
    assert.match(said, /account 123456789012 has no identity provider for http:\/\/127\.0\.0\.1:9\/oidc/)
    assert.match(said, /aws:acme/)
  })

  test('an audience that the provider does not register: the client id to add', async () => {
    await setUp({ clientId: 'aws:other' })
    assert.match(await refusal(), /does not register the audience `aws:acme`/)
  })

  test('an issuer that AWS cannot reach: what must answer, how fast, and that CloudTrail is silent', async () => {
    await setUp()
    isReachable = false
    assert.match(await refusal(), /could not fetch the issuer’s keys[\s\S]*within 5 seconds; CloudTrail/)
  })

  test('a duration that was written and is too long: what was asked, and both defaults', async () => {
    await setUp({ seconds: 3600 })
    assert.match(
      await refusal(definition('3h')),
      /3h is longer than the role’s maximum session[\s\S]*1h, ours/,
    )
  })

  test('the default duration falls back to one hour after one refusal', async () => {
    await setUp({ seconds: 3600 })
    const opened = await open()
    assert.equal(opened.status, 200, opened.text)
    assert.deepEqual(
      stage.sandbox.decisions().map(({ effect }) => effect),
      ['allow', 'error'],
    )
  })
})

test('without an explanation a refusal lists the five likeliest causes in order, and the command that tells them apart', () => {
  const causes = (environment: string, audience: string) =>
    explainRefusal(
      new AwsRefusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', null),
      {
        roleArn,
        roleSessionName: 'environments',
        durationSeconds: 3600,
        environment,
        claims: { iss: target.issuer, aud: audience, sub: target.subject },
      },
      null,
    )
  const { message, detail } = causes('web/dev@7', 'aws:acme')
  assert.match(message, /^aws-login: the trust policy of/)
  const order = [...detail.matchAll(/^ {2}(\d)\. /gm)].map(([, number]) => number)
  assert.deepEqual(order, ['1', '2', '3', '4', '5'])
  assert.match(
    detail,
    /^ {2}esc aws trust check acme\/web\/dev --role arn:aws:iam::123456789012:role\/deployer$/m,
  )
  assert.match(causes('db', 'acme').detail, /esc aws trust check acme\/default\/db --role/)
  assert.match(causes('<yaml>', 'aws:acme').detail, /esc aws trust check <environment> --role/)
})

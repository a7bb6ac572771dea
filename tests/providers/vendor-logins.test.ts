// The logins of other vendors through a whole server: real issuer, real HTTP; the vendor's side is a server of ours that
// checks what reaches it.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import type { Issuer } from '../../src/oidc/index.ts'
import { providersFor } from '../../src/programs/powers.ts'
import { createBreakers, createVendorCalls, type VendorAnswer } from '../../src/providers/index.ts'
import { issuerOver } from '../http/real-issuer.ts'
import { createWorld, type World } from '../http/world.ts'

const baseUrl = 'https://esc.acme.dev'
const environments = '/api/esc/environments/acme'

interface Received {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Record<string, unknown>
}

type Reply = { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> }

describe('logins of other vendors', () => {
  let keys: World
  let world: World
  let issuer: Issuer
  let vendor: Server
  let received: Received[] = []
  let replies: Reply[] = []
  const waits: number[] = []
  let testsBegun = 0

  before(async () => {
    vendor = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
        received.push({ path: incoming.url ?? '', authorization: incoming.headers.authorization, body })
        const reply = replies.shift() ?? { status: 500 }
        outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
        outgoing.end(JSON.stringify(reply.body ?? {}))
      })
    })
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve))
    const { port } = vendor.address() as AddressInfo
    keys = await createWorld()
    issuer = await issuerOver(keys, baseUrl)
    // Every host of the vendor is this server; the path keeps the host's name.
    const calls = createVendorCalls({
      send: async ({ url, headers, body }, signal): Promise<VendorAnswer> => {
        const { host, pathname } = new URL(url)
        const answer = await fetch(`http://127.0.0.1:${port}/${host}${pathname}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal,
        })
        const wait = answer.headers.get('retry-after')
        return {
          status: answer.status,
          retryAfterSeconds: wait === null ? null : Number(wait),
          body: (await answer.json()) as Record<string, unknown>,
        }
      },
      sleep: async (milliseconds) => {
        waits.push(milliseconds)
      },
      breakers: createBreakers({
        // Calls of one test are long past in the next.
        monotonicMs: () => testsBegun * 60_000,
        clock: () => new Date(),
        chance: () => 0.5,
      }),
    })
    const sts = {
      assumeRoleWithWebIdentity: () => assert.fail('no AWS here'),
      explain: () => assert.fail('no AWS here'),
    }
    world = await createWorld(
      { providers: (scope) => providersFor({ issuer, sts, calls, store: world.store }, scope) },
      { issuers: [issuer.v1, issuer.v2] },
    )
    await world.call('ada', `POST ${environments}`, { body: { project: 'web', name: 'dev' } })
  })
  beforeEach(() => {
    received = []
    replies = []
    waits.length = 0
    testsBegun += 1
  })
  after(async () => {
    vendor.closeAllConnections()
    vendor.close()
    await world.close()
    await keys.close()
  })

  /** Saves the text and opens it: the values, or the diagnostics as texts. */
  async function open(
    text: string,
  ): Promise<{ values: Record<string, unknown>; problems: readonly string[] }> {
    const saved = await world.call('ada', `PATCH ${environments}/web/dev`, { body: text })
    assert.equal(saved.status, 200, saved.text)
    const opened = await world.call('ada', `POST ${environments}/web/dev/open`)
    if (opened.status !== 200) {
      const found = opened.json().diagnostics as { summary: string; detail?: string }[]
      return { values: {}, problems: found.map(({ summary, detail }) => `${summary}\n${detail ?? ''}`) }
    }
    const session = String(opened.json().id)
    const read = await world.call('ada', `GET ${environments}/web/dev/open/${session}`)
    const plain = (value: unknown): unknown => {
      const { value: inner } = value as { value: unknown }
      return typeof inner === 'object' && inner !== null
        ? Object.fromEntries(Object.entries(inner).map(([key, member]) => [key, plain(member)]))
        : inner
    }
    const properties = read.json().properties as Record<string, unknown>
    return {
      values: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, plain(value)])),
      problems: [],
    }
  }

  async function claimsOf(token: unknown): Promise<Record<string, unknown>> {
    const jwks = createLocalJWKSet(issuer.v1.jwks() as unknown as JSONWebKeySet)
    const { payload } = await jwtVerify(String(token), jwks, { issuer: `${baseUrl}/oidc` })
    return payload
  }

  test('azure-login hands out a client assertion for the application', async () => {
    const { values, problems } = await open(`values:
  azure:
    fn::open::azure-login:
      clientId: 6c1f0d3e-0000-0000-0000-000000000001
      tenantId: 6c1f0d3e-0000-0000-0000-000000000002
      subscriptionId: /subscriptions/6c1f0d3e-0000-0000-0000-000000000003
      oidc: true
`)
    assert.deepEqual(problems, [])
    const { oidc, ...rest } = values.azure as { oidc: { token: string } }
    assert.deepEqual(rest, {
      clientId: '6c1f0d3e-0000-0000-0000-000000000001',
      tenantId: '6c1f0d3e-0000-0000-0000-000000000002',
      subscriptionId: '/subscriptions/6c1f0d3e-0000-0000-0000-000000000003',
    })
    const { aud, sub } = await claimsOf(oidc.token)
    assert.deepEqual([aud, sub], ['azure:acme', 'pulumi:environments:org:acme:env:web/dev'])
    assert.equal(received.length, 0, 'Azure is not called')
  })

  test('azure-login passes a client secret on', async () => {
    const { values } = await open(
      'values:\n  azure:\n    fn::open::azure-login: {clientId: a, tenantId: b, clientSecret: {fn::secret: hush}}\n',
    )
    assert.deepEqual(values.azure, { clientId: 'a', tenantId: 'b', clientSecret: 'hush' })
  })

  test('snowflake-login puts user and role into the claims', async () => {
    const { values } = await open(
      'values:\n  sf:\n    fn::open::snowflake-login: {oidc: {account: acme-prod, user: ESC_SVC, role: LOADER}}\n',
    )
    const { token, ...rest } = values.sf as { token: string }
    assert.deepEqual(rest, { account: 'acme-prod', user: 'ESC_SVC' })
    const { aud, snowflake_user, scp } = await claimsOf(token)
    assert.deepEqual([aud, snowflake_user, scp], ['snowflake:acme', 'ESC_SVC', 'session:role:LOADER'])
  })

  const gcp = `values:
  gcp:
    fn::open::gcp-login:
      project: 448812345678
      oidc: {workloadPoolId: esc, providerId: own, serviceAccount: ci@shop.iam.gserviceaccount.com, tokenLifetime: 30m}
`

  test('gcp-login trades the token twice, for the pool and the service account that are named', async () => {
    replies = [
      { status: 200, body: { access_token: 'federated', token_type: 'Bearer', expires_in: 3600 } },
      { status: 200, body: { accessToken: 'ya29.example', expireTime: '2026-11-24T15:00:00Z' } },
    ]
    const { values, problems } = await open(gcp)
    assert.deepEqual(problems, [])
    assert.deepEqual(values.gcp, {
      project: 448812345678,
      accessToken: 'ya29.example',
      tokenType: 'Bearer',
      expiry: '2026-11-24T15:00:00Z',
    })
    const [exchange, impersonation] = received
    assert.equal(exchange?.path, '/sts.googleapis.com/v1/token')
    assert.equal(
      exchange?.body.audience,
      '//iam.googleapis.com/projects/448812345678/locations/global/workloadIdentityPools/esc/providers/own',
    )
    assert.equal((await claimsOf(exchange?.body.subjectToken)).aud, 'gcp:acme')
    assert.equal(
      impersonation?.path,
      '/iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/ci%40shop.iam.gserviceaccount.com:generateAccessToken',
    )
    assert.equal(impersonation?.authorization, 'Bearer federated')
    assert.equal(impersonation?.body.lifetime, '1800s')
  })

  test('gcp-login passes an access token on, or impersonates with it', async () => {
    const given = 'values:\n  gcp:\n    fn::open::gcp-login:\n      project: 1\n      accessToken: '
    const { values } = await open(`${given}{accessToken: own}\n`)
    assert.deepEqual(values.gcp, { project: 1, accessToken: 'own', tokenType: 'Bearer' })
    replies = [{ status: 200, body: { accessToken: 'other', expireTime: '2026-11-24T15:00:00Z' } }]
    const impersonated = await open(
      `${given}{accessToken: own, serviceAccount: a@b.iam.gserviceaccount.com}\n`,
    )
    assert.equal((impersonated.values.gcp as { accessToken: string }).accessToken, 'other')
    assert.equal(received[0]?.authorization, 'Bearer own')
  })

  test('what fails for a moment is tried again, three times at most; Retry-After is obeyed', async () => {
    replies = [
      { status: 503 },
      { status: 429, headers: { 'retry-after': '2' } },
      { status: 200, body: { access_token: 'federated' } },
      { status: 200, body: { accessToken: 'ya29.example' } },
    ]
    assert.deepEqual((await open(gcp)).problems, [])
    assert.deepEqual(waits, [100, 2000])
    testsBegun += 1
    replies = [{ status: 503 }, { status: 503 }, { status: 503 }]
    received = []
    assert.match((await open(gcp)).problems.join(), /said: status 503/)
    assert.equal(received.length, 3)
  })

  test('a refusal is asked once, and tells the words of Google, the claims and what to change', async () => {
    replies = [{ status: 400, body: { error: 'invalid_grant', error_description: 'The audience is wrong.' } }]
    const { problems } = await open(gcp)
    assert.equal(received.length, 1)
    assert.equal(
      problems.join('\n'),
      [
        'gcp-login: Google did not take the token',
        'said: 400 invalid_grant: The audience is wrong.',
        `sent: iss=${baseUrl}/oidc, aud=gcp:acme, sub=pulumi:environments:org:acme:env:web/dev`,
        `try: let provider \`own\` of pool \`esc\` have the issuer \`${baseUrl}/oidc\` and the allowed audience \`gcp:acme\``,
      ].join('\n'),
    )
  })

  test('an impersonation that is refused names the binding that is missing, and repeats no token', async () => {
    const error = {
      status: 'PERMISSION_DENIED',
      message: 'federated may not iam.serviceAccounts.getAccessToken',
    }
    replies = [
      { status: 200, body: { access_token: 'federated' } },
      { status: 403, body: { error } },
    ]
    const text = (await open(gcp)).problems.join('\n')
    assert.match(text, /403 PERMISSION_DENIED: \[secret\] may not iam/)
    assert.match(text, /workloadIdentityUser.*subject\/pulumi:environments:org:acme:env:web\/dev/)
  })

  test('a subject that Google would refuse is refused before the call', async () => {
    const long = 'n'.repeat(93)
    const name = { project: 'web', name: long }
    await world.call('ada', `POST ${environments}`, { body: name })
    await world.call('ada', `PATCH ${environments}/web/${long}`, { body: gcp })
    const opened = await world.call('ada', `POST ${environments}/web/${long}/open`)
    assert.match(opened.text, /the subject has 130 bytes, and Google takes at most 127/)
    assert.equal(received.length, 0)
  })

  const refused: readonly [string, RegExp][] = [
    [
      'azure-login: {clientId: a, tenantId: b}',
      /exactly one of `oidc: true` and `clientSecret`, got neither/,
    ],
    ['azure-login: {clientId: a, tenantId: b, oidc: true, clientSecret: c}', /got both/],
    ['azure-login: {clientId: a, tenantId: b, oidc: true, tenant: c}', /no input named `tenant`/],
    [
      'gcp-login: {project: shop, oidc: {workloadPoolId: a, providerId: b, serviceAccount: c}}',
      /gcloud projects describe shop/,
    ],
    ['gcp-login: {project: 1}', /exactly one of `oidc` and `accessToken`, got neither/],
    [
      'gcp-login: {project: 1, accessToken: {accessToken: a, tokenLifetime: ""}}',
      /a lifetime such as `45m` is needed/,
    ],
    ['snowflake-login: {oidc: {account: a}}', /missing required properties: user/],
  ]
  for (const [call, problem] of refused) {
    test(`the check refuses ${call}`, async () => {
      const checked = await world.call('ada', `POST /api/esc/environments/acme/yaml/check`, {
        body: `values:\n  a:\n    fn::open::${call}\n`,
      })
      assert.match(checked.text.replaceAll('\\n', '\n'), problem)
      assert.equal(checked.status, 400)
    })
  }
})

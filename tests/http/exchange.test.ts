import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { createApp } from '../../src/http/index.ts'
import { createService } from '../../src/service/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const issuers = '/api/orgs/acme/oidc/issuers'
const iss = 'https://ci.test/oidc'
const audience = 'urn:pulumi:org:acme'
const organizationType = 'urn:pulumi:token-type:access_token:organization'

describe('S-14: trading a foreign identity token', () => {
  let world: World
  let keys: Awaited<ReturnType<typeof generateKeyPair>>
  let policyId = ''
  let issuerId = ''
  let fetches: string[] = []
  let published: object[] = []
  let documents: (url: string) => string

  before(async () => {
    keys = await generateKeyPair('RS256')
    published = [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }]
    documents = (url) =>
      url.endsWith('openid-configuration')
        ? JSON.stringify({ issuer: iss, jwks_uri: `${iss}/jwks` })
        : JSON.stringify({ keys: published })
    world = await createWorld({
      fetchDocument: async (url) => {
        fetches.push(url)
        return documents(url)
      },
    })
    const made = await world.call('ada', `POST ${issuers}`, { body: { name: 'ci', url: iss } })
    assert.equal(made.status, 200, made.text)
    assertContract(`POST ${issuers}`, made)
    issuerId = String(made.json()['id'])
    const policies = await world.call('ada', `GET /api/orgs/acme/auth/policies/oidcissuers/${issuerId}`)
    policyId = String(policies.json()['id'])
  })
  after(() => world.close())

  let serial = 0
  const seconds = () => Math.floor(world.clock.now.getTime() / 1_000)
  const sign = async (
    change: { readonly [claim: string]: unknown } = {},
    header: object = {},
    key: typeof keys.privateKey = keys.privateKey,
  ) => {
    serial += 1
    const claims: JWTPayload = {
      iss,
      aud: audience,
      sub: 'repo:acme/web:ref:refs/heads/main',
      iat: seconds(),
      exp: seconds() + 300,
      jti: `j${serial}`,
      ...change,
    }
    for (const [name, value] of Object.entries(change)) if (value === undefined) delete claims[name]
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })
      .sign(key)
  }
  const exchange = (token: string, change: object = {}) =>
    world.call('nobody', 'POST /api/oauth/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: token,
        requested_token_type: organizationType,
        scope: '',
        ...change,
      },
    })
  const setPolicies = async (...policies: object[]) => {
    const put = await world.call('ada', `PATCH /api/orgs/acme/auth/policies/${policyId}`, {
      body: { policies },
    })
    assert.equal(put.status, 200, put.text)
  }
  const allow = { decision: 'allow', tokenType: 'organization', rules: { sub: 'repo:acme/*' } }

  test('a new issuer denies everything', async () => {
    const refused = await exchange(await sign())
    assert.equal(refused.status, 401)
    assert.equal(refused.json()['error'], 'access_denied')
  })

  test('an allow that pins no subject is refused', async () => {
    for (const rules of [
      {},
      { sub: '*' },
      { sub: '?*.' },
      { repository: 'acme/web' },
      { 'a..b': 'x', sub: 's' },
    ]) {
      const put = await world.call('ada', `PATCH /api/orgs/acme/auth/policies/${policyId}`, {
        body: { policies: [{ ...allow, rules }] },
      })
      assert.equal(put.status, 400, JSON.stringify(rules))
    }
  })

  test('JSON and form give a token that acts for the organization and expires', async () => {
    await setPolicies(allow)
    const given = await exchange(await sign(), { expiration: 600 })
    assert.equal(given.status, 200, given.text)
    assertContract('POST /api/oauth/token', given)
    assert.equal(given.headers.get('cache-control'), 'no-store')
    const { access_token: token, ...rest } = given.json()
    assert.deepEqual(rest, {
      issued_token_type: organizationType,
      token_type: 'token',
      expires_in: 600,
      scope: '',
      refresh_token: '',
    })
    const headers = { authorization: `token ${token}` }
    const user = await world.call('nobody', 'GET /api/user', { headers })
    assert.equal(user.json()['githubLogin'], 'acme')
    world.clock.now = new Date(world.clock.now.getTime() + 600_000)
    assert.equal((await world.call('nobody', 'GET /api/user', { headers })).status, 401)
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: await sign(),
      requested_token_type: organizationType,
      expiration: '',
    })
    const formed = await world.call('nobody', 'POST /api/oauth/token', {
      body: String(form),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    assert.equal(formed.status, 200, formed.text)
    assert.equal(formed.json()['expires_in'], 7_200)
  })

  test('the other route of one client gives the two members that it reads', async () => {
    const given = await world.call('nobody', 'POST /api/oauth/oidc/token', {
      body: { organization: 'acme', token: await sign() },
    })
    assert.equal(given.status, 200, given.text)
    assert.deepEqual(Object.keys(given.json()).sort(), ['access_token', 'expires_in'])
    const refused = await world.call('nobody', 'POST /api/oauth/oidc/token', {
      body: { organization: 'acme', token: 'x' },
    })
    assert.equal(refused.json()['code'], refused.status)
  })

  test('tokens that do not hold are refused by stage, and never quoted', async () => {
    const other = await generateKeyPair('RS256')
    const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey))
    const hmac = await new SignJWT({
      iss,
      aud: audience,
      sub: 'repo:acme/x',
      iat: seconds(),
      exp: seconds() + 60,
    })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(secret)
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss, aud: audience, sub: 'repo:acme/x', iat: seconds(), exp: seconds() + 60 }
    const none = `${encode({ alg: 'none' })}.${encode(claims)}.`
    const good = await sign()
    const rows: [string, string, RegExp][] = [
      ['no signature', none, /signature/],
      ['a symmetric one with the public key', hmac, /signature/],
      ['another key', await sign({}, {}, other.privateKey), /signature/],
      ['altered', `${good.slice(0, -4)}AAAA`, /signature/],
      ['another issuer', await sign({ iss: 'https://ci.test/oidc/' }), /issuer/],
      ['no issuer', await sign({ iss: undefined }), /issuer/],
      ['expired', await sign({ iat: seconds() - 900, exp: seconds() - 600 }), /time/],
      ['not yet', await sign({ nbf: seconds() + 600 }), /`nbf`/],
      ['of the future', await sign({ iat: seconds() + 600, exp: seconds() + 900 }), /time|`iat`/],
      ['without an end', await sign({ exp: undefined }), /`exp`/],
      ['without a start', await sign({ iat: undefined }), /`iat`/],
      ['longer than a day', await sign({ exp: seconds() + 90_000 }), /time/],
      ['for another audience', await sign({ aud: 'urn:pulumi:org:evil' }), /`aud`/],
      ['for nobody', await sign({ aud: undefined }), /`aud`/],
      ['without a subject', await sign({ sub: undefined }), /`sub`/],
      [
        'a critical header',
        await sign({}, { crit: ['x'], x: 1 }).catch(
          () => `${encode({ alg: 'RS256', crit: ['x'], x: 1 })}.${encode(claims)}.AA`,
        ),
        /signature/,
      ],
      ['no token', 'garbage', /JWT/],
      ['too long', 'x'.repeat(20_000), /too long/],
    ]
    for (const [name, token, stage] of rows) {
      const refused = await exchange(token)
      assert.ok(refused.status === 400 || refused.status === 401, `${name}: ${refused.text}`)
      const { error, error_description: description } = refused.json()
      assert.equal(typeof error, 'string')
      assert.match(String(description), stage, name)
      assert.ok(!refused.text.includes('repo:acme'), name)
    }
  })

  test('an audience may be one of several', async () => {
    assert.equal((await exchange(await sign({ aud: ['other', audience] }))).status, 200)
  })

  test('another audience is for the policies that name it', async () => {
    await setPolicies(allow, { ...allow, rules: { sub: 'system:*', aud: 'sts.amazonaws.com' } })
    assert.equal((await exchange(await sign({ aud: 'sts.amazonaws.com' }))).status, 401)
    assert.equal((await exchange(await sign({ aud: 'sts.amazonaws.com', sub: 'system:sa' }))).status, 200)
    await setPolicies(allow)
  })

  test('a token is traded once', async () => {
    const token = await sign()
    assert.equal((await exchange(token)).status, 200)
    // The last character of a signature has bits that nobody reads: the same token in another spelling.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const spelled = [...last].map((character) => `${token.slice(0, -1)}${character}`)
    const verified = []
    for (const text of [token, ...spelled]) {
      const again = await exchange(text)
      assert.equal(again.status >= 400, true)
      if (/replay/.test(again.text)) verified.push(text)
    }
    assert.ok(verified.includes(token))
  })

  test('S-14: a token that one server traded is traded by no other of the same store', async () => {
    const token = await sign()
    assert.equal((await exchange(token)).status, 200)
    const other = createApp(createService(world.parts), { requestIds: () => 'r' })
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: token,
      requested_token_type: organizationType,
    })
    const again = await other.fetch(
      new Request('http://server.test/api/oauth/token', { method: 'POST', body }),
    )
    assert.equal(again.status, 401)
    assert.match(await again.text(), /replay/)
  })

  test('requests that are none are refused in the words of OAuth', async () => {
    const token = await sign()
    const rows: [object, string][] = [
      [{ grant_type: 'password' }, 'unsupported_grant_type'],
      [{ audience: 'acme' }, 'invalid_target'],
      [{ audience: 'urn:pulumi:org:nowhere' }, 'invalid_target'],
      [{ subject_token_type: 'x' }, 'invalid_request'],
      [{ subject_token: '' }, 'invalid_request'],
      [{ requested_token_type: 'x' }, 'invalid_request'],
      [{ requested_token_type: `${organizationType.replace('organization', 'runner')}` }, 'invalid_scope'],
      [{ grant_type: 'refresh_token', refresh_token: 'r' }, 'invalid_grant'],
      [{ scope: 'root' }, 'invalid_scope'],
      [{ expiration: 10_000_000 }, 'invalid_request'],
      [{ scope: 'admin' }, 'access_denied'],
    ]
    for (const [change, error] of rows) {
      const refused = await exchange(token, change)
      assert.equal(refused.json()['error'], error, `${JSON.stringify(change)}: ${refused.text}`)
    }
  })

  test('admin, team, personal and runner tokens need policies of their own', async () => {
    await setPolicies(
      { ...allow, authorizedPermissions: ['admin'] },
      { ...allow, tokenType: 'personal', userLogin: 'ben' },
      { ...allow, tokenType: 'personal', userLogin: 'eve' },
      { ...allow, tokenType: 'team', teamName: 'core' },
      { ...allow, tokenType: 'runner', runnerID: 'builder-1' },
    )
    const type = (name: string) => ({ requested_token_type: organizationType.replace('organization', name) })
    assert.equal((await exchange(await sign(), { scope: 'admin' })).status, 200)
    const personal = await exchange(await sign(), { ...type('personal'), scope: 'user:ben' })
    const headers = { authorization: `token ${personal.json()['access_token']}` }
    assert.equal((await world.call('nobody', 'GET /api/user', { headers })).json()['githubLogin'], 'ben')
    assert.equal((await exchange(await sign(), { ...type('team'), scope: 'team:core' })).status, 200)
    assert.equal((await exchange(await sign(), { ...type('team'), scope: 'team:other' })).status, 401)
    const runner = await exchange(await sign(), { ...type('runner'), scope: 'runner:builder-1' })
    assert.equal(runner.status, 200, runner.text)
    assert.equal(runner.json()['issued_token_type'], type('runner').requested_token_type)
    const me = await world.call('nobody', 'GET /api/user', {
      headers: { authorization: `token ${runner.json()['access_token']}` },
    })
    assert.deepEqual(me.json()['tokenInfo'], { name: 'runner:builder-1', organization: 'acme' })
    assert.equal((await exchange(await sign(), { ...type('runner'), scope: 'runner:other' })).status, 401)
    const stranger = await exchange(await sign(), { ...type('personal'), scope: 'user:eve' })
    assert.equal(stranger.json()['error'], 'invalid_scope')
    await setPolicies(allow)
  })

  test('a flood of unknown keys makes one fetch a minute, and a new key is found', async () => {
    world.clock.now = new Date(world.clock.now.getTime() + 120_000)
    fetches = []
    for (let index = 0; index < 20; index += 1) {
      assert.match((await exchange(await sign({}, { kid: `unknown-${index}` }))).text, /keys/)
    }
    assert.ok(fetches.length <= 2, String(fetches))
    const next = await generateKeyPair('ES256')
    published = [...published, { ...(await exportJWK(next.publicKey)), kid: 'k2', alg: 'ES256', use: 'sig' }]
    world.clock.now = new Date(world.clock.now.getTime() + 61_000)
    assert.equal((await exchange(await sign({}, { alg: 'ES256', kid: 'k2' }, next.privateKey))).status, 200)
  })

  test('a key that took the place of another under the same id is found, and forged tokens make one fetch a minute', async () => {
    const before = published
    world.clock.now = new Date(world.clock.now.getTime() + 61_000)
    assert.equal((await exchange(await sign())).status, 200, 'the old key is kept now')
    const next = await generateKeyPair('RS256')
    published = [{ ...(await exportJWK(next.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }]
    world.clock.now = new Date(world.clock.now.getTime() + 61_000)
    fetches = []
    assert.equal((await exchange(await sign({}, {}, next.privateKey))).status, 200)
    assert.equal(fetches.length, 2, 'the document and its keys')
    assert.match((await exchange(await sign())).text, /signature: it does not hold/, 'the old key is gone')
    for (let index = 0; index < 10; index += 1) await exchange(await sign())
    assert.equal(fetches.length, 2)
    published = before
    world.clock.now = new Date(world.clock.now.getTime() + 61_000)
    assert.equal((await exchange(await sign())).status, 200)
  })

  test('keys that cannot be fetched again serve a day, then nothing is believed', async () => {
    const before = documents
    documents = () => {
      throw new Error('unreachable')
    }
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_000)
    assert.equal((await exchange(await sign())).status, 200)
    world.clock.now = new Date(world.clock.now.getTime() + 86_400_000)
    assert.match((await exchange(await sign())).text, /keys/)
    documents = before
  })

  test('keys on another host, or of another issuer, are not believed', async () => {
    const before = documents
    for (const document of [
      { issuer: iss, jwks_uri: 'https://evil.test/jwks' },
      { issuer: `${iss}/`, jwks_uri: `${iss}/jwks` },
    ]) {
      documents = (url) => (url.endsWith('configuration') ? JSON.stringify(document) : before(url))
      world.clock.now = new Date(world.clock.now.getTime() + 90_000_000)
      assert.match((await exchange(await sign())).text, /keys/)
    }
    documents = before
  })

  test('an issuer with keys of its own is never fetched; registrations are checked', async () => {
    const inline = await world.call('ada', `POST ${issuers}`, {
      body: { name: 'k8s', url: 'https://cluster.test', jwks: { keys: published } },
    })
    assert.equal(inline.status, 200, inline.text)
    const policies = await world.call(
      'ada',
      `GET /api/orgs/acme/auth/policies/oidcissuers/${inline.json()['id']}`,
    )
    await world.call('ada', `PATCH /api/orgs/acme/auth/policies/${policies.json()['id']}`, {
      body: { policies: [allow] },
    })
    fetches = []
    assert.equal((await exchange(await sign({ iss: 'https://cluster.test' }))).status, 200)
    assert.deepEqual(fetches, [])
    for (const bad of [
      { name: 'x', url: 'http://ci.test' },
      { name: 'x', url: 'https://u@ci.test' },
      { name: 'x', url: 'https://ci.test?x' },
      { name: '', url: 'https://x.test' },
      { name: 'x', url: 'https://x.test', maxExpiration: 0 },
    ]) {
      assert.equal(
        (await world.call('ada', `POST ${issuers}`, { body: bad })).status,
        400,
        JSON.stringify(bad),
      )
    }
    assert.equal((await world.call('ada', `POST ${issuers}`, { body: { name: 'x', url: iss } })).status, 409)
    assert.equal((await world.call('ben', `GET ${issuers}`)).status, 403)
    assert.equal((await world.call('eve', `GET ${issuers}`)).status, 404)
    assert.equal((await world.call('ada', `DELETE ${issuers}/${issuerId}`)).status, 204)
    assert.match((await exchange(await sign())).text, /issuer/)
  })
})

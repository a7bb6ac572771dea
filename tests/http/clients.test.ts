import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { nodeListener } from '../../src/http/index.ts'
import { createWorld, echoProvider, providerSet, type World } from './world.ts'

/** The calls of clients that are no JavaScript, with their headers and bodies, over a real socket. */
describe('clients of the ecosystem', () => {
  let world: World
  let server: Server
  let root = ''
  before(async () => {
    world = await createWorld({
      pageSize: 2,
      providers: () => providerSet(new Map([['test', echoProvider()]])),
    })
    server = createServer(nodeListener(world.app.answer))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const name of ['app', 'base', 'third']) {
      await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'k8s', name } })
    }
    await world.call('ada', 'PATCH /api/esc/environments/acme/k8s/base', {
      body: 'values: {n: null, x: 12345678901234567890}\n',
    })
    const saved = await world.call('ada', 'PATCH /api/esc/environments/acme/k8s/app', {
      body: 'imports: [k8s/base]\nvalues:\n  db:\n    user: app\n    password: {"fn::secret": hunter2}\n  list: [a, b]\n  environmentVariables: {DB: "${db.user}"}\n',
    })
    assert.equal(saved.status, 200, saved.text)
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    await world.close()
  })
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
    token = world.tokens.ada,
  ) => {
    const response = await fetch(`${root}${path}`, {
      method,
      redirect: 'error',
      headers: { ...(token === '' ? {} : { authorization: `token ${token}` }), ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    const json = () => JSON.parse(text) as Record<string, unknown>
    return { status: response.status, headers: response.headers, text, json }
  }

  test('External Secrets Operator reads a scalar, a map and a list element, a session for each key', async () => {
    const agent = { 'user-agent': 'external-secrets-operator', accept: 'application/json' }
    const read = async (key: string) => {
      const path = '/api/esc/environments/acme/k8s/app/open'
      const opened = await send('POST', path, { ...agent, 'content-type': 'application/json' })
      assert.equal(opened.status, 200, opened.text)
      assert.deepEqual(Object.keys(opened.json()), ['id'])
      const value = await send(
        'GET',
        `${path}//${encodeURIComponent(String(opened.json()['id']))}?property=${encodeURIComponent(key)}`,
        agent,
      )
      assert.match(value.headers.get('content-type') ?? '', /json/)
      return value
    }
    const scalar = await read('db.password')
    assertStrictValue(scalar.json())
    assert.equal(scalar.json()['value'], 'hunter2')
    const map = (await read('db')).json()
    assertStrictValue(map)
    const { user, password } = map['value'] as Record<string, { value: unknown }>
    assert.deepEqual([user!.value, password!.value], ['app', 'hunter2'])
    assert.equal((await read('list[1]')).json()['value'], 'b')
    const nothing = (await read('n')).json()
    assert.ok('value' in nothing && nothing['value'] === null)
    assert.match((await read('x')).text, /^\{"value":12345678901234567890,/)
    const missing = await read('db.nothing')
    assert.equal(missing.status, 404)
    assertStrictError(missing.json(), 404)
  })

  test('External Secrets Operator pushes: the whole text goes back with the sealed value as it came', async () => {
    const path = '/api/esc/environments/acme/k8s/app'
    const got = await send('GET', path, { accept: 'application/x-yaml' })
    assert.match(got.headers.get('content-type') ?? '', /yaml/)
    const sealed = /ciphertext: (\S+)/.exec(got.text)![1]!
    const pushed = got.text.replace('  list:', '  pushed:\n    fn::secret: "new one"\n  list:')
    const put = await send('PATCH', path, { 'content-type': 'application/x-yaml' }, pushed)
    assert.equal(put.status, 200, put.text)
    assert.equal(put.text, '{}\n')
    const next = (await send('GET', path, {})).text
    assert.ok(next.includes(sealed), 'the sealed value is kept byte for byte')
    assert.ok(!next.includes('new one'))
  })

  test('External Secrets Operator and the GitHub action trade identity tokens, each in its own shape', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] }
    const made = await world.call('ada', 'POST /api/orgs/acme/oidc/issuers', {
      body: { name: 'cluster', url: 'https://cluster.test', jwks },
    })
    const id = String(made.json()['id'])
    const policy = await world.call('ada', `GET /api/orgs/acme/auth/policies/oidcissuers/${id}`)
    const rules = { sub: 'system:serviceaccount:eso:*' }
    await world.call('ada', `PATCH /api/orgs/acme/auth/policies/${policy.json()['id']}`, {
      body: { policies: [{ decision: 'allow', tokenType: 'organization', rules }] },
    })
    const now = Math.floor(world.clock.now.getTime() / 1_000)
    const sign = () =>
      new SignJWT({ sub: 'system:serviceaccount:eso:operator' })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuer('https://cluster.test')
        .setAudience('urn:pulumi:org:acme')
        .setIssuedAt(now)
        .setExpirationTime(now + 600)
        .sign(privateKey)
    const json = { 'content-type': 'application/json' }
    const body = JSON.stringify({ organization: 'acme', token: await sign() })
    const simple = await send('POST', '/api/oauth/oidc/token', json, body, '')
    assert.equal(simple.status, 200, simple.text)
    assert.ok(Number(simple.json()['expires_in']) > 0)
    const fields = {
      audience: 'urn:pulumi:org:acme',
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:pulumi:token-type:access_token:organization',
      scope: '',
    }
    const action = await send(
      'POST',
      '/api/oauth/token',
      json,
      JSON.stringify({ ...fields, subject_token: await sign(), expiration: 3_600 }),
      '',
    )
    assert.equal(action.status, 200, action.text)
    assert.deepEqual(Object.keys(action.json()).sort(), [
      'access_token',
      'expires_in',
      'issued_token_type',
      'refresh_token',
      'scope',
      'token_type',
    ])
    const form = await send(
      'POST',
      '/api/oauth/token',
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams({ ...fields, subject_token: await sign(), expiration: '3600' }).toString(),
      '',
    )
    assert.equal(form.status, 200, form.text)
    for (const broken of ['{', '', 'grant_type']) {
      const refused = await send('POST', '/api/oauth/token', json, broken, '')
      assert.equal(refused.status, 400)
      assert.equal(typeof refused.json()['error'], 'string', refused.text)
      assert.equal(typeof refused.json()['error_description'], 'string')
    }
    const token = String(action.json()['access_token'])
    await world.call('ada', 'PATCH /api/orgs/acme/settings', { body: { memberLevel: 'open' } })
    const opened = await send(
      'POST',
      '/api/esc/environments/acme/k8s/app/open?duration=2h0m0s',
      {},
      '',
      token,
    )
    assert.equal(opened.status, 200, opened.text)
  })

  test('the VS Code explorer lists until `nextToken` is absent, checks, opens, and asks for the catalogue', async () => {
    const agent = { 'user-agent': 'vscode/1.2.3', 'x-pulumi-source': 'vscode', accept: 'application/json' }
    const get = async (path: string) => {
      const answered = await send('GET', path, agent)
      assert.equal(answered.status, 200, `${path}: ${answered.text}`)
      return answered
    }
    const me = (await get('/api/user')).json() as { githubLogin: string; organizations: object[] }
    assert.equal(me.githubLogin, 'ada')
    const seen: string[] = []
    let page = '/api/esc/environments/acme'
    for (;;) {
      const list = (await get(page)).json() as { environments: { name: string }[]; nextToken?: string }
      seen.push(...list.environments.map(({ name }) => name))
      if (!('nextToken' in list)) break
      assert.ok(list.nextToken)
      page = `/api/esc/environments/acme?continuationToken=${encodeURIComponent(list.nextToken!)}`
    }
    assert.deepEqual(seen, ['app', 'base', 'third'])
    const env = '/api/esc/environments/acme/k8s/app'
    await get(`${env}/metadata`)
    const checked = await send('POST', `${env}/versions/latest/check`, agent)
    assert.equal(checked.status, 200, checked.text)
    assert.ok(checked.json()['exprs'] && checked.json()['schema'])
    assert.ok(!('diagnostics' in checked.json()))
    const tags = (await get(`${env}/versions/tags`)).json() as { tags: { name: string }[] }
    assert.equal(tags.tags[0]!.name, 'latest')
    await get(`${env}/versions`)
    const flat = (await get('/api/esc/environments/acme/k8s/base/versions/latest/referrers')).json()
    assert.deepEqual(Object.keys(flat), ['referrers'])
    assert.equal((flat['referrers'] as object[]).length, 1)
    assert.equal((await send('GET', `${env}/versions/99/referrers`, agent)).status, 404)
    assert.deepEqual((await get('/api/esc/providers?orgName=acme')).json(), { providers: ['test'] })
    await get('/api/esc/providers/test/schema?orgName=acme')
    assert.equal((await send('HEAD', env, agent)).status, 200)
  })

  test('the command line and the esc action send JSON types on everything, `ETag` on updates, and stop where it says', async () => {
    const cli = {
      'user-agent': 'esc-cli/1 (v0.25.0; linux)',
      accept: 'application/vnd.pulumi+8',
      'content-type': 'application/json',
    }
    const env = '/api/esc/environments/acme/k8s/third'
    const org = await send('GET', '/api/user/organizations/default', cli)
    assert.equal(org.json()['gitHubLogin'], 'acme')
    const read = await send('GET', env, cli)
    assert.equal(read.text, '')
    assert.match(read.headers.get('pulumi-esc-revision') ?? '', /^1$/)
    const etag = read.headers.get('etag')!
    const written = await send('PATCH', env, { ...cli, etag }, 'values:\n  a: 1 # kept\n')
    assert.equal(written.status, 200, written.text)
    assert.equal(written.headers.get('pulumi-esc-revision'), '2')
    const stale = await send('PATCH', env, { ...cli, etag }, 'values: {}\n')
    assert.equal(stale.status, 409)
    assert.equal(stale.json()['code'], 409)
    assert.equal((await send('GET', env, cli)).text, 'values:\n  a: 1 # kept\n')
    const tag = await send('GET', `${env}/tags/owner`, cli)
    assert.equal(tag.json()['code'], 404)
    await send('POST', `${env}/tags`, cli, '{"name":"owner","value":"core"}')
    const tags = await send('GET', `${env}/tags?after=&count=500`, cli)
    assert.equal(tags.json()['nextToken'], '0')
    for (const query of ['before=0&count=500', 'before=&count=', 'before=3&count=1']) {
      const revisions = JSON.parse((await send('GET', `${env}/versions?${query}`, cli)).text) as object[]
      assert.equal(revisions.length, query.endsWith('=1') ? 1 : 2)
    }
    assert.equal((await send('GET', `${env}/versions?before=1&count=500`, cli)).text, '[]\n')
    const moved = await send('PATCH', `${env}/versions/tags/stable`, cli, '{"revision":1}')
    assert.equal(moved.json()['code'], 404)
    const made = await send('POST', `${env}/versions/tags`, cli, '{"name":"stable","revision":1}')
    assert.equal(made.status, 204)
    assert.equal(made.headers.get('content-type'), null)
    assert.equal(
      (await send('GET', `${env}/versions/tags?after=stable&count=500`, cli)).text,
      '{"tags":[],"nextToken":""}\n',
    )
    const opened = await send('POST', `${env}/open?duration=2h0m0s`, cli)
    assert.equal((await send('GET', `${env}/open/${opened.json()['id']}`, cli)).status, 200)
    await send('PATCH', `${env}/settings`, cli, '{"deletionProtected":true}')
    const kept = await send('DELETE', env, cli)
    assert.equal(kept.status, 409)
    assert.match(String(kept.json()['message']), /protect/)
    const none = await send('GET', '/api/user', cli, undefined, '')
    assert.equal(none.json()['code'], 401)
  })

  test('SDKs of TypeScript up to 0.12 get 200 for creating and deleting, every other client 204', async () => {
    const rows: [string, number][] = [
      ['esc-sdk/ts/v0.9.1', 200],
      ['esc-sdk/ts/v0.12.4', 200],
      ['esc-sdk/ts/0.12.4', 200],
      ['esc-sdk/ts/v0.14.0', 204],
      ['esc-sdk/ts/v0.120.0', 204],
      ['esc-sdk/python/v0.12.4', 204],
      ['esc-cli/1 (v0.12.0; linux)', 204],
    ]
    for (const [agent, status] of rows) {
      const headers = { 'user-agent': agent, 'content-type': 'application/json' }
      const made = await send(
        'POST',
        '/api/esc/environments/acme',
        headers,
        '{"project":"k8s","name":"brief"}',
      )
      assert.deepEqual([made.status, made.text], [status, ''], agent)
      const gone = await send('DELETE', '/api/esc/environments/acme/k8s/brief', headers)
      assert.deepEqual([gone.status, gone.text], [status, ''], agent)
    }
  })

  test('the page to read loads nothing but its own style sheet, and names every route', async () => {
    const page = await send('GET', '/api/esc/docs', {}, undefined, '')
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/)
    const loaded = [...page.text.matchAll(/<(?:link|script|img|iframe)[^>]*?(?:href|src)="([^"]*)"/g)].map(
      ([, url]) => url,
    )
    assert.deepEqual(loaded, ['/api/esc/docs.css'])
    assert.ok(!/<script|<style| style=| on\w+=|javascript:/i.test(page.text))
    const document = (await send('GET', '/api/esc/openapi.json', {}, undefined, '')).json()
    for (const path of Object.keys(document['paths'] as object)) {
      assert.ok(page.text.includes(`<code>${path}</code>`), path)
    }
    for (const [, anchor] of page.text.matchAll(/href="#([^"]+)"/g)) {
      assert.ok(page.text.includes(`id="${anchor}"`), anchor)
    }
    const style = await send('GET', '/api/esc/docs.css', {}, undefined, '')
    assert.match(style.headers.get('content-type') ?? '', /^text\/css/)
    assert.ok(!/url\(|@import/.test(style.text))
  })
})

/** The rules of a decoder that refuses unknown members and demands the ones it knows. */
function assertStrictValue(value: object): void {
  const { trace, value: content } = value as { trace: Record<string, unknown>; value: unknown }
  for (const member of Object.keys(value)) {
    assert.ok(['value', 'secret', 'unknown', 'trace'].includes(member), member)
  }
  assert.ok('value' in value && 'trace' in value)
  const { environment, begin, end } = trace['def'] as Record<string, unknown>
  assert.ok(typeof environment === 'string' && environment !== '')
  for (const place of [begin, end]) {
    assert.deepEqual(Object.keys(place as object).sort(), ['byte', 'column', 'line'])
  }
  if (typeof content !== 'object' || content === null) return
  for (const child of Object.values(content)) assertStrictValue(child as object)
}

function assertStrictError(body: object, status: number): void {
  assert.deepEqual(Object.keys(body).sort(), ['code', 'message'])
  assert.equal((body as { code: number }).code, status)
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from './connect.ts'
import type { ConnectOptions } from './connection.ts'
import { ApiError } from './error.ts'
import { type HttpRequest, type HttpResponse, TransportError } from './transport.ts'

const dev = { organization: 'acme', project: 'web', name: 'dev' }

type Answer = Partial<Omit<HttpResponse, 'body'>> & { readonly body?: string; readonly json?: unknown }

/** A client whose server gives these answers in turn, with what was asked and how long was waited. */
function client(answers: readonly (Answer | Error)[], options: Partial<ConnectOptions> = {}) {
  const requests: HttpRequest[] = []
  const waits: number[] = []
  const api = connect({
    baseUrl: 'https://esc.test/',
    token: 'pul-x',
    sleep: async (milliseconds) => void waits.push(milliseconds),
    transport: async (request) => {
      const answer = answers[requests.length] ?? answers.at(-1) ?? {}
      requests.push(request)
      if (answer instanceof Error) throw answer
      const text = answer.body ?? (answer.json === undefined ? '' : JSON.stringify(answer.json))
      return { status: answer.status ?? 200, headers: answer.headers ?? {}, body: Buffer.from(text) }
    },
    ...options,
  })
  return { api, requests, waits }
}

test('a request carries the token, the accepted version and the client in its headers', async () => {
  const { api, requests } = client([{ json: { githubLogin: 'ada' } }], { userAgent: 'esc-cli/1' })
  await api.user()
  assert.equal(requests[0]?.url, 'https://esc.test/api/user')
  assert.deepEqual(requests[0]?.headers, {
    accept: 'application/vnd.pulumi+8',
    'content-type': 'application/json',
    'user-agent': 'esc-cli/1',
    authorization: 'token pul-x',
  })
})

test('without a token there is no authorization header, and 401 says how to log in', async () => {
  const { api, requests } = client([{ status: 401, json: { code: 401, message: 'x' } }], { token: '' })
  await assert.rejects(api.user(), {
    message: '[401] this command requires logging in; try running `esc login` first',
  })
  assert.equal(requests[0]?.headers['authorization'], undefined)
})

test('names in paths are encoded', async () => {
  const { api, requests } = client([{ headers: { 'pulumi-esc-revision': '1' } }])
  await api.readDefinition(
    { organization: 'a', project: 'b c', name: 'd/e?f' },
    { version: 'x#y', decrypt: true },
  )
  assert.equal(
    requests[0]?.url,
    'https://esc.test/api/esc/environments/a/b%20c/d%2Fe%3Ff/versions/x%23y/decrypt',
  )
})

test('a GET is tried four times when the server fails, after 1, 2 and 4 seconds', async () => {
  const { api, requests, waits } = client([{ status: 503, json: { code: 503, message: 'busy' } }])
  await assert.rejects(api.user(), { message: '[503] busy' })
  assert.equal(requests.length, 4)
  assert.deepEqual(waits, [1000, 2000, 4000])
})

test('a GET that succeeds on a later try succeeds', async () => {
  const { api, waits } = client([
    { status: 500 },
    new TransportError('reset', 'ECONNRESET'),
    { json: { githubLogin: 'ada' } },
  ])
  assert.equal((await api.user()).githubLogin, 'ada')
  assert.deepEqual(waits, [1000, 2000])
})

test('a GET waits as long as a busy server asks, but no more than 30 seconds', async () => {
  const busy = (seconds: string): Answer => ({ status: 429, headers: { 'retry-after': seconds } })
  const { api, waits } = client([busy('3'), busy('900'), { json: { githubLogin: 'ada' } }])
  await api.user()
  assert.deepEqual(waits, [3000, 30_000])
})

test('a GET is not repeated when nobody listens or the caller is at fault', async () => {
  const refused = client([new TransportError('refused', 'ECONNREFUSED')])
  await assert.rejects(refused.api.user(), { message: 'refused' })
  assert.equal(refused.requests.length, 1)
  const missing = client([{ status: 404, json: { code: 404, message: 'no' } }])
  await assert.rejects(missing.api.user(), { message: '[404] no' })
  assert.equal(missing.requests.length, 1)
})

test('what changes something is never repeated', async () => {
  const { api, requests } = client([{ status: 503 }])
  await assert.rejects(api.createEnvironment(dev), ApiError)
  assert.equal(requests.length, 1)
})

test('a 5xx names its request, a 4xx does not, and 429 has words of its own', async () => {
  const headers = { 'x-pulumi-request-id': 'r-1' }
  const failing = (status: number) =>
    client([{ status, headers, json: { code: status, message: 'm' } }]).api.deleteEnvironment(dev)
  await assert.rejects(failing(500), { message: '[500] m (Request ID: r-1)' })
  await assert.rejects(failing(409), { message: '[409] m' })
  await assert.rejects(failing(429), { message: 'esc: request rate-limit exceeded' })
})

test('the code is the one of the body, else the status', async () => {
  const remove = (answer: Answer) => client([answer]).api.deleteEnvironment(dev)
  await assert.rejects(remove({ status: 400, json: { code: 404, message: 'gone' } }), { code: 404 })
  await assert.rejects(remove({ status: 400, body: 'plain words' }), {
    code: 400,
    message: '[400] plain words',
  })
  await assert.rejects(remove({ status: 502, body: '' }), { message: '[502] the server gave no reason' })
})

test('a page or a redirect instead of an answer is told apart', async () => {
  const remove = (answer: Answer) => client([answer]).api.deleteEnvironment(dev)
  await assert.rejects(
    remove({ status: 404, body: '<!DOCTYPE html><p>hi' }),
    /the answer is a web page, not an API answer/,
  )
  await assert.rejects(
    remove({ status: 301, headers: { location: 'https://other.test/' } }),
    /the server redirects to https:\/\/other\.test\/; log in with the URL it redirects to/,
  )
  const page: Answer = { body: '<html></html>', headers: { 'content-type': 'text/html' } }
  await assert.rejects(client([page]).api.user(), /unexpected response from server: the answer is a web page/)
  await assert.rejects(
    client([{ body: 'ok' }]).api.user(),
    /unexpected response from server: the answer is not JSON/,
  )
})

test('an account without a login is no answer', async () => {
  await assert.rejects(
    client([{ json: { githubLogin: '' } }]).api.user(),
    /^ApiError: unexpected response from server: the answer is not of the form that was asked for; /,
  )
  const nameless = { githubLogin: 'ada', organizations: [{ githubLogin: '' }] }
  await assert.rejects(client([{ json: nameless }]).api.user(), /^ApiError: unexpected response from server/)
})

test('a good status with another body is no empty answer', async () => {
  for (const body of ['', 'null', '[]', '12', '{"environments": 12}', '{"environments": [{}]}', '<html>']) {
    await assert.rejects(client([{ body }]).api.listEnvironments(), /unexpected response from server/, body)
  }
  for (const body of ['', 'null', '[]', '{}', '{"id":null}', '{"id":""}']) {
    const opened = client([{ body }]).api.openEnvironment(dev, { duration: '2h0m0s' })
    await assert.rejects(opened, /unexpected response from server/, body)
  }
  for (const body of ['', '[]', '1', '"x"', 'null']) {
    await assert.rejects(client([{ body }]).api.readOpened(dev, 's'), /unexpected response from server/, body)
  }
  const page: Answer = { body: '<html></html>' }
  await assert.rejects(client([page]).api.readDefinition(dev), /the answer is a web page/)
  await assert.rejects(
    client([{ body: '{}' }]).api.listRevisions(dev, { before: 0, count: 1 }),
    /not of the form/,
  )
})

test('the default organization is read in either spelling, and may be absent', async () => {
  assert.equal(await client([{ json: { gitHubLogin: 'acme' } }]).api.defaultOrganization(), 'acme')
  assert.equal(await client([{ json: { GitHubLogin: 'acme' } }]).api.defaultOrganization(), 'acme')
  assert.equal(await client([{ json: {} }]).api.defaultOrganization(), '')
  assert.equal(await client([{ status: 404, json: { code: 404 } }]).api.defaultOrganization(), '')
})

test('environment lists are read until the token is absent or empty', async () => {
  const page = (name: string, nextToken?: string): Answer => ({
    json: { environments: [{ name }], nextToken },
  })
  const { api, requests } = client([page('a', 't 1'), page('b', 't2'), page('c', '')])
  assert.deepEqual(
    (await api.listEnvironments('acme')).map(({ name }) => name),
    ['a', 'b', 'c'],
  )
  assert.deepEqual(
    requests.map(({ url }) => url),
    [
      'https://esc.test/api/esc/environments/acme',
      'https://esc.test/api/esc/environments/acme?continuationToken=t+1',
      'https://esc.test/api/esc/environments/acme?continuationToken=t2',
    ],
  )
})

test('tag lists end at 0, at nothing, at an empty page and at a token that does not move', async () => {
  const tag = { name: 'a', value: 'b' }
  const list = async (...answers: readonly unknown[]) => {
    const { api, requests } = client(answers.map((json) => ({ json })))
    return [(await api.listTags(dev)).length, requests.length]
  }
  assert.deepEqual(await list({ tags: { a: tag }, nextToken: '0' }), [1, 1])
  assert.deepEqual(await list({ tags: { a: tag } }), [1, 1])
  assert.deepEqual(await list({ tags: { a: tag }, nextToken: 'a' }, { tags: {}, nextToken: 'a' }), [1, 2])
  assert.deepEqual(
    await list({ tags: { a: tag }, nextToken: 'a' }, { tags: { a: tag }, nextToken: 'a' }),
    [2, 2],
  )
})

test('a definition comes with its tag and revision, and a missing revision is an error', async () => {
  const headers = { etag: '"e"', 'pulumi-esc-revision': '7' }
  const { source, etag, revision } = await client([{ body: 'a: b\n', headers }]).api.readDefinition(dev)
  assert.deepEqual([Buffer.from(source).toString(), etag, revision], ['a: b\n', '"e"', 7])
  await assert.rejects(client([{ body: '' }]).api.readDefinition(dev), /^Error: parsing revision number: /)
})

test('a write sends the tag in the header ETag, a draft in If-Match, and nothing for none', async () => {
  const headers = { 'pulumi-esc-revision': '2' }
  const sent = async (work: (api: ReturnType<typeof client>['api']) => Promise<unknown>) => {
    const { api, requests } = client([{ json: { changeRequestId: 'c' }, headers }])
    await work(api)
    const { etag, 'if-match': ifMatch } = requests[0]?.headers ?? {}
    return { etag, ifMatch }
  }
  const source = Buffer.from('a: b')
  assert.deepEqual(await sent((api) => api.updateDefinition(dev, source, '"e"')), {
    etag: '"e"',
    ifMatch: undefined,
  })
  assert.deepEqual(await sent((api) => api.updateDefinition(dev, source)), {
    etag: undefined,
    ifMatch: undefined,
  })
  assert.deepEqual(await sent((api) => api.createDraft(dev, source, '"e"')), {
    etag: '"e"',
    ifMatch: undefined,
  })
  assert.deepEqual(await sent((api) => api.updateDraft(dev, 'c', source, '"e"')), {
    etag: undefined,
    ifMatch: '"e"',
  })
  assert.deepEqual(await sent((api) => api.updateDraft(dev, 'c', source, '')), {
    etag: undefined,
    ifMatch: undefined,
  })
})

test('diagnostics of a write are a result, also in a body that has nothing else', async () => {
  const diagnostics = [{ summary: 's' }]
  const refused = client([{ status: 400, json: { diagnostics } }])
  assert.deepEqual(await refused.api.updateDefinition(dev, Buffer.from('')), {
    diagnostics,
    stored: false,
    revision: 0,
  })
  const warned = client([{ json: { diagnostics }, headers: { 'pulumi-esc-revision': '3' } }])
  assert.deepEqual(await warned.api.updateDefinition(dev, Buffer.from('')), {
    diagnostics,
    stored: true,
    revision: 3,
  })
})

test('diagnostics of an open count only when the body says 400', async () => {
  const diagnostics = [{ summary: 's' }]
  const bad = client([{ status: 400, json: { code: 400, message: 'm', diagnostics } }])
  assert.deepEqual(await bad.api.openEnvironment(dev, { duration: '2h0m0s' }), { session: '', diagnostics })
  const gated = client([{ status: 409, json: { code: 409, message: 'needs approval', diagnostics } }])
  await assert.rejects(gated.api.openEnvironment(dev, { duration: '2h0m0s' }), {
    message: '[409] needs approval',
  })
})

test('an open names its version or draft, and its duration', async () => {
  const urlOf = async (options: { version?: string; draft?: string }) => {
    const { api, requests } = client([{ json: { id: 7 } }])
    const { session } = await api.openEnvironment(dev, { ...options, duration: '2h0m0s' })
    assert.equal(session, '7')
    return requests[0]?.url.replace('https://esc.test/api/esc/environments/acme/web/dev', '')
  }
  assert.equal(await urlOf({}), '/open?duration=2h0m0s')
  assert.equal(await urlOf({ version: 'stable' }), '/versions/stable/open?duration=2h0m0s')
  assert.equal(await urlOf({ draft: 'c' }), '/drafts/c/open?duration=2h0m0s')
})

test('an open asks for what it holds, and takes it when the server gives it at once', async () => {
  const range =
    '{"environment":"e","begin":{"line":1,"column":2,"byte":3},"end":{"line":1,"column":4,"byte":5}}'
  const body = `{"id":"s","environment":{"properties":{"n":{"value":1.10,"trace":{"def":${range}}}}}}`
  const { api, requests } = client([{ body }])
  const { session, environment } = await api.openEnvironment(dev, { duration: '2h0m0s' })
  assert.equal(session, 's')
  assert.equal(String(environment?.properties?.['n']?.value), '1.10')
  assert.equal(requests[0]?.headers['prefer'], 'return=representation')
  const plain = await client([{ json: { id: 's' } }]).api.openEnvironment(dev, { duration: '2h0m0s' })
  assert.equal(plain.environment, undefined)
})

test('values keep the text of their numbers, and names like __proto__ are ordinary', async () => {
  const range =
    '{"environment":"e","begin":{"line":1,"column":2,"byte":3},"end":{"line":1,"column":4,"byte":5}}'
  const value = `{"value":1.10,"trace":{"def":${range}}}`
  const body = `{"properties":{"n":${value},"__proto__":{"value":null,"secret":true,"trace":{"def":${range},"base":${value}}}}}`
  const { properties } = await client([{ body }]).api.readOpened(dev, 's')
  assert.equal(String(properties?.['n']?.value), '1.10')
  assert.equal(properties?.['n']?.trace.def.begin.column, 2)
  const proto = Object.getOwnPropertyDescriptor(properties, '__proto__')?.value
  assert.equal(proto.secret, true)
  assert.equal('value' in proto, false)
  assert.equal(String(proto.trace.base.value), '1.10')
})

test('a check with errors gives the findings and what could be evaluated', async () => {
  const json = {
    code: 400,
    message: 'm',
    diagnostics: [
      {
        summary: 's',
        range: {
          environment: '<yaml>',
          begin: { line: 1, column: 1, byte: 0 },
          end: { line: 1, column: 2, byte: 1 },
        },
      },
    ],
    properties: { a: { value: 'x', trace: {} } },
  }
  const { diagnostics, properties } = await client([{ status: 400, json }]).api.checkDefinition(
    'acme',
    Buffer.from(''),
  )
  assert.equal(diagnostics[0]?.range?.begin.line, 1)
  assert.equal(properties?.['a']?.value, 'x')
  await assert.rejects(
    client([{ status: 404, json: { code: 404, message: 'no' } }]).api.checkDefinition('x', Buffer.from('')),
    {
      message: '[404] no',
    },
  )
})

test('a rotation sends its paths under the name Paths', async () => {
  const { api, requests } = client([{ json: { secretRotationEvent: { status: 'succeeded' } } }])
  await api.rotate(dev, ['a.b'])
  assert.equal(Buffer.from(requests[0]?.body ?? '').toString(), '{"Paths":["a.b"]}')
})

test('a token exchange is a form without authorization, and its failure is the raw body', async () => {
  const exchange = {
    audience: 'urn:pulumi:org:acme',
    subjectToken: 'a.b.c',
    requestedTokenType: 'urn:pulumi:token-type:access_token:organization',
    scope: '',
    expirationSeconds: 7200,
  }
  const { api, requests } = client([{ json: { access_token: 'pul-y', expires_in: 60 } }])
  assert.deepEqual(await api.exchangeToken(exchange), { accessToken: 'pul-y', expiresInSeconds: 60 })
  assert.equal(requests[0]?.headers['authorization'], undefined)
  const form = new URLSearchParams(Buffer.from(requests[0]?.body ?? '').toString())
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:token-exchange')
  assert.equal(form.get('expiration'), '7200')
  const refused = client([{ status: 401, body: '{"error":"invalid_token"}' }])
  await assert.rejects(refused.api.exchangeToken(exchange), { message: '{"error":"invalid_token"}' })
})

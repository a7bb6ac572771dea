import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { addressKey, clientAddress, proxiesOf } from '../../src/http/client-address.ts'
import { createWindowLimiter, type EvaluationScope, type LogEvent } from '../../src/service/index.ts'
import { createWorld, echoProvider, providerSet, type World } from './world.ts'

const env = '/api/esc/environments/acme/web/dev'

describe('S-54: limits', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const many = (count: number) =>
    `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`
  const rows: readonly [
    string,
    string,
    { body?: string | Uint8Array; headers?: Record<string, string> },
    number,
  ][] = [
    ['a URL of more than 8 KiB', `GET ${env}?x=${'y'.repeat(8_192)}`, {}, 414],
    [
      'more than 100 headers',
      `GET ${env}`,
      { headers: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, '1'])) },
      431,
    ],
    ['headers of more than 16 KiB', `GET ${env}`, { headers: { 'x-a': 'y'.repeat(16_384) } }, 431],
    ['a body of more than 1 MiB', `PATCH ${env}`, { body: 'x'.repeat(1_048_577) }, 413],
    [
      'a small body that unpacks to more',
      `PATCH ${env}`,
      { body: gzipSync('x'.repeat(1_048_577)), headers: { 'content-encoding': 'gzip' } },
      413,
    ],
    ['an unknown encoding', `PATCH ${env}`, { body: 'x', headers: { 'content-encoding': 'br' } }, 415],
    ['JSON deeper than 64', 'POST /api/user/tokens', { body: deep(65) }, 400],
    ['JSON of more than 10,000 members', 'POST /api/user/tokens', { body: many(10_002) }, 400],
  ]
  for (const [what, request, options, wanted] of rows) {
    test(`${what}: ${wanted}, before anybody is asked for`, async () => {
      const answered = await world.call('ada', request, options)
      assert.equal(answered.status, wanted, answered.text.slice(0, 200))
      assert.equal(answered.json()['code'], wanted)
      assert.ok(answered.text.length < 1_000)
      if (wanted === 414 || wanted === 431) {
        assert.equal((await world.call('nobody', request, options)).status, wanted)
      }
    })
  }
})

test('S-55: who asks for tokens, or guesses them, is slowed down by address; others are not', async () => {
  let nowMs = 0
  const limit = { perSecond: 1, burst: 2, nowMs: () => nowMs }
  const world = await createWorld({}, { addressLimit: limit, isProxy: proxiesOf(['10.0.0.1'])! })
  const from = (address: string, request: string, token = '') =>
    world.app.fetch(
      new Request(`http://server.test${request.split(' ')[1]}`, {
        method: request.split(' ')[0]!,
        headers: {
          'x-forwarded-for': `203.0.113.9, ${address}`,
          ...(token === '' ? {} : { authorization: `token ${token}` }),
        },
        ...(request.startsWith('POST') ? { body: '{}' } : {}),
      }),
      { remoteAddress: '10.0.0.1' },
    )
  const statuses = async (address: string, request: string, token?: string) =>
    [1, 2, 3]
      .map(async () => (await from(address, request, token)).status)
      .reduce(async (all, status) => [...(await all), await status], Promise.resolve<number[]>([]))
  assert.deepEqual(
    (await statuses('198.51.100.1', 'GET /api/user', world.tokens.wrong)).sort(),
    [401, 401, 429],
  )
  assert.deepEqual((await statuses('198.51.100.2', 'POST /api/oauth/token')).sort(), [400, 400, 429])
  assert.deepEqual(await statuses('198.51.100.1', 'GET /api/user', world.tokens.ada), [200, 200, 200])
  assert.deepEqual(await statuses('198.51.100.1', 'GET /healthz'), [200, 200, 200])
  // Whoever sends no token at all is counted the same way, on every route and on none.
  for (const [address, request, status] of [
    ['198.51.100.3', 'GET /api/user', 401],
    ['198.51.100.4', 'GET /api/capabilities', 200],
    ['198.51.100.5', 'GET /no/such/route', 404],
  ] as const) {
    assert.deepEqual((await statuses(address, request)).sort(), [status, status, 429].sort(), request)
  }
  const refused = await from('198.51.100.1', 'GET /api/user', world.tokens.wrong)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.match(await refused.text(), /from this address/)
  nowMs = 10_000
  assert.equal((await from('198.51.100.1', 'GET /api/user', world.tokens.wrong)).status, 401)
  await world.close()
})

test('S-55: opens of one organization are limited together', async () => {
  const world = await createWorld({}, { openLimit: { perSecond: 1, burst: 1, nowMs: () => 0 } })
  await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  assert.equal((await world.call('ada', `POST ${env}/open`)).status, 200)
  assert.equal((await world.call('ada', `POST ${env}/open`)).status, 429)
  assert.equal((await world.call('ada', `GET ${env}`)).status, 200)
  await world.close()
})

test('S-55: only configured proxies are believed, and only as far as they go', () => {
  const proxies = proxiesOf(['10.0.0.1', '10.0.0.2', '172.16.0.0/12', 'fd00::/8'])!
  const rows: [string, string | null, string][] = [
    ['198.51.100.1', null, '198.51.100.1'],
    ['198.51.100.1', '1.1.1.1', '198.51.100.1'],
    ['10.0.0.1', '1.1.1.1', '1.1.1.1'],
    ['::ffff:10.0.0.1', '1.1.1.1', '1.1.1.1'],
    ['10.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
    ['10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
    ['10.0.0.1', '1.1.1.1:4711', '1.1.1.1'],
    ['10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['10.0.0.1', null, '10.0.0.1'],
    ['172.31.255.1', '1.1.1.1', '1.1.1.1'],
    ['fd12::7', '6.6.6.6, 1.1.1.1, 172.16.0.9', '1.1.1.1'],
    ['172.32.0.1', '1.1.1.1', '172.32.0.1'],
    ['10.0.0.1', 'unknown', 'unknown'],
    ['10.0.0.1', '', '10.0.0.1'],
  ]
  for (const [remote, forwarded, wanted] of rows)
    assert.equal(clientAddress(remote, forwarded, proxies), wanted)
  for (const none of [
    'proxy',
    '10.0.0.1/0',
    '10.0.0.1/33',
    '::/0',
    '10.0.0.1/8/8',
    '10.0.0.1/ 8',
    '10.0.0.0/08',
  ])
    assert.equal(proxiesOf([none]), null, none)
})

test('S-55: limits know an address in every spelling, and an IPv6 network as one', () => {
  const rows: [string, string][] = [
    ['198.51.100.1', '198.51.100.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8:0:0::/64'],
    ['2001:db8:0::ffff:1', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
    ['not:an:address', 'not:an:address'],
  ]
  for (const [address, wanted] of rows) assert.equal(addressKey(address), wanted, address)
})

test('S-55: an environment mints no more identity tokens than its limit, and opens nothing beyond it', async () => {
  let now = 0
  const world = await createWorld({
    mintLimit: createWindowLimiter(
      { most: 2, milliseconds: 60_000, nowMs: () => now },
      'identity tokens a minute',
      'minted by this environment',
    ),
    providers: (scope) => providerSet(new Map([['test', mintingProvider(scope)]])),
  })
  for (const name of ['dev', 'other']) {
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name } })
    const text = 'values: {login: {"fn::open::test": {}}}\n'
    const saved = await world.call('ada', `PATCH /api/esc/environments/acme/web/${name}`, { body: text })
    assert.equal(saved.status, 200, saved.text)
  }
  const open = async (name: string) =>
    await world.call('ada', `POST /api/esc/environments/acme/web/${name}/open`)
  assert.deepEqual(
    [(await open('dev')).status, (await open('dev')).status, (await open('dev')).status],
    [200, 200, 429],
  )
  const refused = await open('dev')
  assert.match(refused.text, /more than 2 identity tokens a minute/)
  assert.ok(refused.headers.get('retry-after'))
  assert.equal((await open('other')).status, 200)
  now = 60_001
  assert.equal((await open('dev')).status, 200)
  await world.close()
})

function mintingProvider({ ledger }: EvaluationScope) {
  const echo = echoProvider()
  return {
    ...echo,
    opened: 0,
    async open(inputs: Parameters<typeof echo.open>[0], ...rest: never[]) {
      const token = { issuer: 'i', audience: 'a', subject: 's', jti: 'j', kid: 'k' }
      await ledger.minted({ ...token, seconds: 60, declaredIn: 'web/dev' })
      return await (echo.open as (...all: unknown[]) => ReturnType<typeof echo.open>)(inputs, ...rest)
    },
  }
}

test('S-57: every kind of answer carries the headers', async () => {
  const world = await createWorld()
  await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  const requests = [
    'GET /api/user',
    `GET ${env}`,
    `HEAD ${env}`,
    `POST ${env}/open`,
    'GET /nowhere',
    'PUT /api/user',
    'GET /healthz',
  ]
  for (const who of ['ada', 'ben', 'nobody'] as const) {
    for (const request of requests) {
      const { headers } = await world.call(who, request)
      assert.match(
        headers.get('content-security-policy') ?? '',
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
      )
      assert.equal(headers.get('strict-transport-security'), 'max-age=31536000')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
      assert.equal(headers.get('permissions-policy'), '')
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(headers.get('access-control-allow-origin'), null)
    }
  }
  await world.close()
})

test('S-67: of 40 known secrets in values, texts, tokens and bad requests none is in a log, an error or the trail', async () => {
  const logged: LogEvent[] = []
  const log = (event: LogEvent) => logged.push(event)
  const world = await createWorld({ log }, { log })
  const canary = (index: number) => `canary-${index}-${(index * 7_919 + 104_729).toString(36)}`
  const canaries = Array.from({ length: 40 }, (_, index) => canary(index))
  const definition = `values:\n${canaries.map((text, index) => `  k${index}:\n    fn::secret: ${text}\n`).join('')}`
  const errors: string[] = []
  const refused = async (request: string, body?: string | object, headers?: Record<string, string>) => {
    const answered = await world.call('ada', request, {
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    })
    assert.ok(answered.status >= 400, `${request} gave ${answered.status}`)
    errors.push(answered.text)
  }
  await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  assert.equal((await world.call('ada', `PATCH ${env}`, { body: definition })).status, 200)
  const opened = (await world.call('ada', `POST ${env}/open`)).json()['id']
  const read = await world.call('ada', `GET ${env}/open/${opened}`)
  for (const text of canaries) assert.ok(read.text.includes(text), 'the run does hold the secrets')
  await world.call('ada', `GET ${env}/decrypt`)
  await refused(`PATCH ${env}`, `${definition}  bad: \${k0.nothing} \${nowhere}\n`)
  await refused(`POST ${env}/encrypt-secrets`, { plaintexts: canaries.map((text) => ({ text })) })
  await refused(`POST ${env}/decrypt-secrets`, { ciphertexts: canaries })
  await refused('POST /api/user/tokens', `{"name": ${canary(1)}}`)
  await refused('POST /api/oauth/token', {
    grant_type: 'password',
    subject_token: canary(2),
    audience: canary(3),
  })
  await refused('GET /api/user', undefined, { authorization: `token ${canary(4)}` })
  await refused('GET /api/user', undefined, {
    authorization: `token ${world.tokens.ada}x`,
    cookie: canary(5),
  })
  await refused(`GET ${env}/open/${opened}?property=k0.${encodeURIComponent('nothing')}`)
  await world.call('ada', `GET ${env}?token=${canary(6)}`)
  const exported = await Promise.all(
    ['/api/orgs/acme/auditlogs/export', '/api/server/auditlogs/export'].map(
      async (path) => (await world.call('ada', `GET ${path}`)).text,
    ),
  )
  const places = { log: JSON.stringify(logged), errors: errors.join('\n'), trail: exported.join('\n') }
  assert.ok(places.log.length > 1_000 && places.trail.length > 1_000)
  for (const [place, text] of Object.entries(places)) {
    for (const secret of [...canaries, world.tokens.ada]) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').slice(0, -4),
        Buffer.from(secret).toString('hex'),
      ]) {
        assert.ok(!text.includes(form), `${form} is in the ${place}`)
      }
    }
  }
  await world.close()
})

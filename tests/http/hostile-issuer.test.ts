import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { createWorld, type World } from './world.ts'

const iss = 'https://ci.test/oidc'
const audience = 'urn:pulumi:org:acme'
const type = 'urn:pulumi:token-type:access_token:organization'
const sub = 'repo:acme/web:ref:refs/heads/main'

type Claims = Record<string, unknown>

describe('S-14: a hostile issuer', () => {
  let world: World
  let keys: Awaited<ReturnType<typeof generateKeyPair>>
  let otherKeys: Awaited<ReturnType<typeof generateKeyPair>>
  let weak: ReturnType<typeof weakPair>
  let publicPem = ''
  let published: object[] = []
  let document: (url: string) => string = () => ''

  const weakPair = () => generateKeyPairSync('rsa', { modulusLength: 1024 })
  const encode = (value: object | string) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  const now = () => Math.floor(world.clock.now.getTime() / 1_000)
  let serial = 0
  const claimsOf = (change: Claims = {}): Claims => {
    serial += 1
    const claims: Claims = {
      iss,
      aud: audience,
      sub,
      iat: now(),
      exp: now() + 300,
      jti: `j${serial}`,
      ...change,
    }
    for (const [name, value] of Object.entries(change)) if (value === undefined) delete claims[name]
    return claims
  }
  /** Signs header and payload exactly as they are given. */
  const raw = (header: object | string, payload: object | string, key = keys.privateKey) => {
    const head = `${encode(header)}.${encode(payload)}`
    return `${head}.${signBytes('RSA-SHA256', Buffer.from(head), key as never).toString('base64url')}`
  }
  const header = (change: object = {}) => ({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...change })
  const exchange = (token: string) =>
    world.call('nobody', 'POST /api/oauth/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: token,
        requested_token_type: type,
        scope: '',
      },
    })

  before(async () => {
    keys = await generateKeyPair('RS256')
    otherKeys = await generateKeyPair('RS256')
    weak = weakPair()
    publicPem = await exportSPKI(keys.publicKey)
    published = [
      { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' },
      { ...(await exportJWK(weak.publicKey)), kid: 'weak', alg: 'RS256', use: 'sig' },
      { ...(await exportJWK(keys.publicKey)), kid: 'enc', alg: 'RS256', use: 'enc' },
      { kty: 'oct', kid: 'oct', k: Buffer.from('secret').toString('base64url') },
      { kty: 'RSA', kid: 'broken', n: '!!', e: 'AQAB' },
    ]
    const good = (url: string) =>
      url.endsWith('openid-configuration')
        ? JSON.stringify({ issuer: iss, jwks_uri: `${iss}/jwks` })
        : JSON.stringify({ keys: published })
    document = good
    world = await createWorld({ fetchDocument: async (url) => document(url) })
    for (const url of [iss, 'https://second.test']) {
      const made = await world.call('ada', 'POST /api/orgs/acme/oidc/issuers', {
        body: {
          name: url,
          url,
          ...(url === iss ? {} : { jwks: { keys: [await exportJWK(otherKeys.publicKey)] } }),
        },
      })
      const policies = await world.call(
        'ada',
        `GET /api/orgs/acme/auth/policies/oidcissuers/${made.json()['id']}`,
      )
      await world.call('ada', `PATCH /api/orgs/acme/auth/policies/${policies.json()['id']}`, {
        body: { policies: [{ decision: 'allow', tokenType: 'organization', rules: { sub: 'repo:acme/*' } }] },
      })
    }
  })
  after(() => world.close())

  const hmac = (key: string, kid: string) => {
    const head = `${encode(header({ alg: 'HS256', kid }))}.${encode(claimsOf())}`
    return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`
  }
  const payloadWith = (member: string) => JSON.stringify(claimsOf()).replace(/^\{/, `{${member},`)
  const rows: readonly [string, () => string | Promise<string>][] = [
    ['algorithm `none`', () => `${encode(header({ alg: 'none' }))}.${encode(claimsOf())}.`],
    ['algorithm `None`', () => `${encode(header({ alg: 'None' }))}.${encode(claimsOf())}.`],
    ['algorithm `nOnE` with a signature', () => raw(header({ alg: 'nOnE' }), claimsOf())],
    ['no algorithm', () => raw({ kid: 'k1' }, claimsOf())],
    ['an algorithm that is a list', () => raw(header({ alg: ['RS256'] }), claimsOf())],
    ['a symmetric signature with the public key', () => hmac(publicPem, 'k1')],
    ['a symmetric signature with a published symmetric key', () => hmac('secret', 'oct')],
    ['the key of another issuer', () => raw(header(), claimsOf(), otherKeys.privateKey)],
    [
      'its own key under another trusted issuer',
      () => raw(header(), claimsOf({ iss: 'https://second.test' })),
    ],
    ['a key too short to be safe', () => raw(header({ kid: 'weak' }), claimsOf(), weak.privateKey as never)],
    ['a key that is published for encryption', () => raw(header({ kid: 'enc' }), claimsOf())],
    ['a published key that is damaged', () => raw(header({ kid: 'broken' }), claimsOf())],
    [
      'a key in the header',
      async () =>
        raw(
          header({ kid: 'x', jwk: await exportJWK(otherKeys.publicKey) }),
          claimsOf(),
          otherKeys.privateKey,
        ),
    ],
    [
      'a key set named in the header',
      () => raw(header({ kid: 'x', jku: 'https://evil.test/jwks' }), claimsOf(), otherKeys.privateKey),
    ],
    [
      'a certificate named in the header',
      () => raw(header({ kid: 'x', x5u: 'https://evil.test/c' }), claimsOf(), otherKeys.privateKey),
    ],
    [
      'a certificate in the header',
      () => raw(header({ kid: 'x', x5c: ['AAAA'] }), claimsOf(), otherKeys.privateKey),
    ],
    ['a key id that is a path', () => raw(header({ kid: '../../../etc/passwd' }), claimsOf())],
    ['a key id that is SQL', () => raw(header({ kid: "' OR '1'='1" }), claimsOf())],
    ['a key id that is a number', () => raw(header({ kid: 1 }), claimsOf())],
    ['a key id that is a member of every object', () => raw(header({ kid: '__proto__' }), claimsOf())],
    ['an unknown critical header', () => raw(header({ crit: ['x'], x: 1 }), claimsOf())],
    ['an unencoded payload', () => raw(header({ crit: ['b64'], b64: false }), claimsOf())],
    ['a compressed payload', () => raw(header({ zip: 'DEF' }), 'not json')],
    ['another issuer', () => raw(header(), claimsOf({ iss: 'https://evil.test' }))],
    ['its issuer with a slash', () => raw(header(), claimsOf({ iss: `${iss}/` }))],
    ['its issuer in capitals', () => raw(header(), claimsOf({ iss: iss.toUpperCase() }))],
    ['its issuer in a list', () => raw(header(), claimsOf({ iss: [iss] }))],
    ['no issuer', () => raw(header(), claimsOf({ iss: undefined }))],
    ['no audience', () => raw(header(), claimsOf({ aud: undefined }))],
    ['an empty audience', () => raw(header(), claimsOf({ aud: '' }))],
    ['an empty list of audiences', () => raw(header(), claimsOf({ aud: [] }))],
    ['the audience of another organization', () => raw(header(), claimsOf({ aud: 'urn:pulumi:org:evil' }))],
    ['an audience that only begins right', () => raw(header(), claimsOf({ aud: `${audience}x` }))],
    ['audiences within a list', () => raw(header(), claimsOf({ aud: [[audience]] }))],
    ['an audience that is an object', () => raw(header(), claimsOf({ aud: { [audience]: true } }))],
    ['no end', () => raw(header(), claimsOf({ exp: undefined }))],
    ['an end that is text', () => raw(header(), claimsOf({ exp: String(now() + 300) }))],
    ['an end that has passed', () => raw(header(), claimsOf({ iat: now() - 900, exp: now() - 61 }))],
    ['an end in a hundred years', () => raw(header(), claimsOf({ exp: now() + 3_153_600_000 }))],
    [
      'an end beyond all numbers',
      () => raw(header(), payloadWith('"x":1').replace(/"exp":\d+/, '"exp":1e999')),
    ],
    ['no start', () => raw(header(), claimsOf({ iat: undefined }))],
    ['a start in the future', () => raw(header(), claimsOf({ iat: now() + 120, exp: now() + 300 }))],
    ['not valid yet', () => raw(header(), claimsOf({ nbf: now() + 120 }))],
    ['a time of validity that is text', () => raw(header(), claimsOf({ nbf: 'now' }))],
    ['no subject', () => raw(header(), claimsOf({ sub: undefined }))],
    ['an empty subject', () => raw(header(), claimsOf({ sub: '' }))],
    ['a subject with a space behind', () => raw(header(), claimsOf({ sub: `${sub} ` }))],
    ['a subject with a line feed', () => raw(header(), claimsOf({ sub: `repo:acme/a\nb` }))],
    ['a subject that is a list', () => raw(header(), claimsOf({ sub: [sub] }))],
    ['a subject that only ends right', () => raw(header(), claimsOf({ sub: `evil:${sub}` }))],
    ['a name given twice', () => raw(header(), payloadWith(`"sub":"repo:evil/x"`))],
    ['a name given twice, once escaped', () => raw(header(), payloadWith(`"s\\u0075b":"repo:evil/x"`))],
    ['a name given twice, deep inside', () => raw(header(), payloadWith(`"deep":{"a":{"b":1,"b":2}}`))],
    ['an algorithm given twice', () => raw('{"alg":"RS256","kid":"k1","alg":"RS256"}', claimsOf())],
    ['a payload that is a list', () => raw(header(), '[1]')],
    ['a payload that is null', () => raw(header(), 'null')],
    ['a payload that is no JSON', () => raw(header(), 'x')],
    ['a payload that is not UTF-8', () => raw(header(), Buffer.from([0xff, 0xfe]).toString('latin1'))],
    ['a signature that is cut off', () => raw(header(), claimsOf()).slice(0, -10)],
    ['no signature', () => `${raw(header(), claimsOf()).split('.').slice(0, 2).join('.')}.`],
    [
      'a payload of another token',
      () => {
        const [head, , signature] = raw(header(), claimsOf()).split('.')
        return `${head}.${encode(claimsOf({ sub: 'repo:acme/other' }))}.${signature}`
      },
    ],
    ['four parts', () => `${raw(header(), claimsOf())}.AAAA`],
    ['five parts', () => `${raw(header(), claimsOf())}.AAAA.AAAA`],
    ['a token longer than 16 KiB', () => raw(header(), claimsOf({ pad: 'x'.repeat(16_384) }))],
  ]

  test('the honest token of these keys is traded, with or without an audience in a list', async () => {
    assert.equal((await exchange(raw(header(), claimsOf()))).status, 200)
    assert.equal((await exchange(raw(header(), claimsOf({ aud: ['x', audience] })))).status, 200)
  })

  assert.ok(rows.length >= 60, String(rows.length))
  for (const [what, make] of rows) {
    test(`${what}: refused`, async () => {
      const token = await make()
      const refused = await exchange(token)
      assert.ok(refused.status === 400 || refused.status === 401, `${refused.status} ${refused.text}`)
      assert.ok(!refused.text.includes('access_token'))
      for (const part of token.split('.')) {
        if (part.length > 8) assert.ok(!refused.text.includes(part), 'the token is not quoted')
      }
    })
  }

  const documents: readonly [string, (url: string) => string][] = [
    [
      'a key set of 10 MB',
      (url) => (url.endsWith('jwks') ? `{"keys":[],"x":"${'x'.repeat(10_485_760)}"}` : ''),
    ],
    [
      'a key set of 1,000 keys',
      (url) => (url.endsWith('jwks') ? JSON.stringify({ keys: Array(1_000).fill({}) }) : ''),
    ],
    ['a key set without keys', (url) => (url.endsWith('jwks') ? '{}' : '')],
    ['a key set that is a page', (url) => (url.endsWith('jwks') ? '<html>' : '')],
    ['keys on another host', () => JSON.stringify({ issuer: iss, jwks_uri: 'https://evil.test/jwks' })],
    ['keys over plain http', () => JSON.stringify({ issuer: iss, jwks_uri: 'http://ci.test/oidc/jwks' })],
    ['keys on another port', () => JSON.stringify({ issuer: iss, jwks_uri: 'https://ci.test:8443/jwks' })],
    ['keys in a file', () => JSON.stringify({ issuer: iss, jwks_uri: 'file:///etc/passwd' })],
    [
      'a document of another issuer',
      () => JSON.stringify({ issuer: 'https://evil.test', jwks_uri: `${iss}/jwks` }),
    ],
    ['a document without an issuer', () => JSON.stringify({ jwks_uri: `${iss}/jwks` })],
  ]
  for (const [what, hostile] of documents) {
    test(`${what}: nothing is believed`, async () => {
      const before = document
      document = (url) => hostile(url) || before(url)
      world.clock.now = new Date(world.clock.now.getTime() + 90_000_000)
      const refused = await exchange(raw(header(), claimsOf()))
      document = before
      assert.equal(refused.status, 401)
      assert.match(refused.text, /keys/)
    })
  }

  test('an issuer that does not answer as itself is not registered, and the trail says why', async () => {
    const register = (url: string) =>
      world.call('ada', 'POST /api/orgs/acme/oidc/issuers', { body: { name: 'x', url } })
    const refused = await register('https://third.test')
    assert.equal(refused.status, 400)
    assert.match(refused.text, /discovery document/)
    const exported = await world.call('ada', 'GET /api/orgs/acme/auditlogs/export')
    assert.match(exported.text, /oidc-issuer-validation-failed/)
    assert.equal((await register(`${iss}/`)).status, 400, 'a slash makes it another issuer')
  })

  test('an issuer that does not answer is asked once a minute, however many tokens name it', async () => {
    const before = document
    let asked = 0
    document = () => {
      asked += 1
      throw new Error('no answer')
    }
    world.clock.now = new Date(world.clock.now.getTime() + 90_000_000)
    await Promise.all(Array.from({ length: 20 }, () => exchange(raw(header(), claimsOf()))))
    assert.equal(asked, 1)
    document = before
  })

  test('the trail says which issuer, which subject and why; the answer to the asker does not say the subject', async () => {
    world.clock.now = new Date(world.clock.now.getTime() + 120_000)
    const refused = await exchange(raw(header(), claimsOf({ sub: 'repo:evil/web' })))
    assert.ok(!refused.text.includes('evil'))
    const exported = await world.call('ada', 'GET /api/orgs/acme/auditlogs/export')
    const bodies = exported.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(JSON.parse(line).body))
    const denial = bodies.findLast(({ event }) => event === 'auth-failure-oidc-exchange')
    assert.deepEqual([denial.issuer, denial.subject], [iss, 'repo:evil/web'])
    assert.match(denial.refusal, /`sub` is not `repo:acme\/\*`/)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const env = `${org}/web/dev`

const base = 'values:\n  region: eu\n  nested: {a: 1, b: {c: x}}\n'
const text = `# head
imports:
    - web/base
values:
    foo: bar
    my_secret:
        fn::secret: "shh! don't tell anyone"
    list: [1, two, {three: 3}]
    big: 18446744073709551615
    nothing: null
    __proto__: own
    begin: {begin: {x: 1}, end: {y: 2}, schema: s}
    pulumiConfig:
        foo: \${foo}
    opened:
        fn::open::test:
            key: \${foo}
`

async function makeWorld(): Promise<World> {
  const world = await createWorld()
  for (const name of ['base', 'dev'])
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
  assert.equal((await world.call('ada', `PATCH ${org}/web/base`, { body: base })).status, 200)
  const saved = await world.call('ada', `PATCH ${env}`, { body: text })
  assert.equal(saved.status, 200, saved.text)
  return world
}

async function open(world: World, target = `${env}/open`): Promise<string> {
  const answered = await world.call('ada', `POST ${target}`, {
    body: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(answered.status, 200, answered.text)
  assert.deepEqual(Object.keys(answered.json()), ['id'])
  assert.equal(typeof answered.json()['id'], 'string')
  return String(answered.json()['id'])
}

describe('opening', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  test('an empty environment reads as `{}` and a newline', async () => {
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'empty' } })
    const id = await open(world, `${org}/web/empty/open`)
    const read = await world.call('ada', `GET ${org}/web/empty/open/${id}`)
    assert.equal(read.text, '{}\n')
  })

  test('the stored text has ciphertext, the read has the value', async () => {
    const stored = (await world.call('ada', `GET ${env}`)).text
    assert.ok(stored.includes('ciphertext: ZXNje'))
    assert.ok(stored.includes(`\${foo}`))
    assert.ok(!stored.includes("don't tell"))
    const id = await open(world)
    const read = await world.call('ada', `GET ${env}/open//${id}`)
    assertContract(`GET ${env}/open/${id}`, read)
    assert.ok(read.text.includes('"value":"shh! don\'t tell anyone","secret":true'))
  })

  test('numbers keep their text, null has a value, imports are merged, every range names its environment', async () => {
    const id = await open(world)
    const { text: body } = await world.call('ada', `GET ${env}/open/${id}`)
    for (const holds of ['"value":18446744073709551615', '"region":{"value":"eu"']) {
      assert.ok(body.includes(holds), holds)
    }
    assert.match(body, /"nothing":\{"value":null,"trace"/)
    for (const [, around] of body.matchAll(/(.{0,60})"begin":\{"line":/g)) {
      assert.match(around!, /"environment":"[^"]+",$/)
    }
  })

  test('who prefers the representation gets with the id the values that a read of it gives', async () => {
    for (const target of [`${env}/open`, `${env}/versions/latest/open`]) {
      const opened = await world.call('ada', `POST ${target}`, {
        headers: { prefer: 'respond-async, Return=representation; foo=bar' },
      })
      assertContract(`POST ${target}`, opened)
      assert.equal(opened.headers.get('preference-applied'), 'return=representation')
      const { id } = opened.json()
      const read = await world.call('ada', `GET ${env}/open/${String(id)}`)
      const { properties } = read.json()
      assert.deepEqual(opened.json(), { id, environment: { properties } })
    }
    for (const prefer of ['return=minimal', 'x; return=representation', 'return=representations']) {
      const other = await world.call('ada', `POST ${env}/open`, { headers: { prefer } })
      assert.deepEqual(Object.keys(other.json()), ['id'], prefer)
    }
  })

  test('one property is one value, nested values stay values', async () => {
    const id = await open(world)
    const rows: [string, number, RegExp][] = [
      ['pulumiConfig.foo', 200, /^\{"value":"bar","trace"/],
      ['list[2].three', 200, /^\{"value":3,"trace"/],
      ['nested["b"].c', 200, /^\{"value":"x"/],
      ['nested', 200, /^\{"value":\{"a":\{"value":1,/],
      ['__proto__', 200, /^\{"value":"own"/],
      ['begin.begin.x', 200, /^\{"value":1,/],
      ['opened.key', 200, /^\{"value":"bar"/],
      ['constructor', 404, /^\{"code":404,"message":"Not Found: property/],
      ['list[9]', 404, /^\{"code":404,"message":"Not Found: property/],
      ['foo.bar', 404, /^\{"code":404,"message":"Not Found: property/],
      ['a[', 400, /"code":400/],
    ]
    for (const [path, status, body] of rows) {
      const read = await world.call('ada', `GET ${env}/open//${id}?property=${encodeURIComponent(path)}`)
      assert.equal(read.status, status, `${path}: ${read.text}`)
      assert.match(read.text, body)
    }
  })

  test('S-22: a session belongs to the caller, the environment and its time', async () => {
    const id = await open(world, `${env}/open?duration=10m`)
    assert.equal((await world.call('ada', `GET ${org}/web/base/open/${id}`)).status, 404)
    assert.equal((await world.call('ada', `GET ${org}/yaml/open/${id}`)).status, 404)
    assert.equal((await world.call('eve', `GET ${env}/open/${id}`)).status, 404)
    assert.equal((await world.call('ada', `GET ${env}/open/none`)).status, 404)
    world.clock.now = new Date(world.clock.now.getTime() + 599_999)
    assert.equal((await world.call('ada', `GET ${env}/open/${id}`)).status, 200)
    world.clock.now = new Date(world.clock.now.getTime() + 1)
    assert.equal((await world.call('ada', `GET ${env}/open/${id}`)).status, 404)
  })

  test('S-01: the stored result holds no value in clear', async () => {
    const id = await open(world)
    const session = await world.store.read((transaction) => transaction.openSessions.get(id))
    assert.ok(!Buffer.from(session!.sealed).includes('tell anyone'))
  })

  test('opening follows a version and a tag', async () => {
    await world.call('ada', `POST ${env}/versions/tags`, { body: { name: 'first', revision: 1 } })
    for (const version of ['1', 'first']) {
      const id = await open(world, `${env}/versions/${version}/open`)
      assert.equal((await world.call('ada', `GET ${env}/open/${id}`)).text, '{}\n')
    }
    const id = await open(world, `${env}/versions/latest/open`)
    assert.ok((await world.call('ada', `GET ${env}/open/${id}`)).text.includes('"foo"'))
  })

  test('anonymous text opens with what it imports', async () => {
    const opened = await world.call('ada', `POST ${org}/yaml/open?duration=2h0m0s`, {
      body: { imports: ['web/base'] },
    })
    assert.equal(opened.status, 200, opened.text)
    const id = String(opened.json()['id'])
    const read = await world.call('ada', `GET ${org}/yaml/open/${id}?property=region`)
    assert.match(read.text, /^\{"value":"eu"/)
    assert.equal((await world.call('ben', `GET ${org}/yaml/open/${id}`)).status, 404)
  })

  test('an override stands for an import', async () => {
    const overrides = Buffer.from(JSON.stringify({ 'x/y': 'web/base' })).toString('base64url')
    const opened = await world.call('ada', `POST ${org}/yaml/open?environmentOverrides=${overrides}`, {
      body: { imports: ['x/y'] },
    })
    assert.equal(opened.status, 200, opened.text)
    const bad = await world.call('ada', `POST ${org}/yaml/open?environmentOverrides=e30x`, { body: {} })
    assert.equal(bad.status, 400)
  })

  test('a failing provider is a diagnostic of the open, and nothing is stored', async () => {
    const opened = await world.call('ada', `POST ${org}/yaml/open`, {
      body: 'values: {a: {fn::open::absent: {}}}',
    })
    assert.equal(opened.status, 400)
    assert.match(opened.text, /unknown provider/)
    assert.equal(opened.json()['id'], undefined)
    assert.equal(opened.json()['properties'], undefined, 'no partial result')
  })
})

describe('checking', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  const check = (body: string, query = '') =>
    world.call('ada', `POST ${org}/yaml/check${query}`, {
      body,
      headers: { 'content-type': 'application/json' },
    })

  test('a good text has no `diagnostics` member', async () => {
    const checked = await check('values: {foo: bar}\n')
    assert.equal(checked.status, 200)
    assertContract(`POST ${org}/yaml/check`, checked)
    assert.ok(!('diagnostics' in checked.json()))
  })

  test('a bad reference is 400 with exactly one diagnostic and what could be evaluated', async () => {
    const checked = await check(`values:\n  ok: 1\n  foo: \${bad_ref}\n`)
    assert.equal(checked.status, 400)
    const body = checked.json() as { diagnostics: { summary: string }[]; properties: object }
    assert.deepEqual(
      body.diagnostics.map(({ summary }) => summary),
      ['unknown property "bad_ref"'],
    )
    assert.ok('ok' in body.properties)
  })

  test('providers are not called: what they give is unknown', async () => {
    const checked = await check('values: {a: {fn::open::test: {x: 1}}}\n')
    assert.match(checked.text, /"a":\{"value":null,"unknown":true/)
  })

  test('a plaintext secret keeps its value, the words of the printer are never sent', async () => {
    const checked = await check('values: {a: {fn::secret: hunter2}}\n')
    assert.match(checked.text, /"a":\{"value":"hunter2","secret":true/)
    assert.ok(!checked.text.includes('[secret]') && !checked.text.includes('[unknown]'))
  })

  test('stored secrets are unknown unless they are asked for', async () => {
    const path = `POST ${env}/versions/latest/check`
    const masked = await world.call('ada', path)
    assert.match(masked.text, /"my_secret":\{"value":null,"secret":true,"unknown":true/)
    const shown = await world.call('ada', `${path}?showSecrets=true`)
    assert.match(shown.text, /"my_secret":\{"value":"shh! don't tell anyone","secret":true/)
  })

  test('an empty text checks as `{}`', async () => {
    assert.equal((await check('')).text, '{}\n')
  })

  test('numbers that JSON lacks do not break the answer', async () => {
    const checked = await check('values: {a: .inf, b: .nan}\n')
    assert.equal(checked.status, 200)
    assert.doesNotThrow(() => checked.json())
  })
})

describe('rights', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'secretless' } })
  })
  after(() => world.close())
  const grant = (level: string) =>
    world.store.change(async (transaction) => {
      const acme = await transaction.organizations.find('acme')
      const found = await transaction.environments.find(acme!.id, 'web', 'dev')
      await transaction.settings.put(found!.id, 'grants', { 'u-ben': level })
    })

  // Each level with what it may and may not do: the status when allowed stands first.
  const actions: [string, string, number][] = [
    ['read', `GET ${env}`, 200],
    ['read', `GET ${env}/versions`, 200],
    ['read', `GET ${env}/tags`, 200],
    ['read', `GET ${env}/settings`, 200],
    ['read', `GET ${env}/metadata`, 200],
    ['open', `GET ${env}/decrypt`, 200],
    ['open', `GET ${env}/versions/latest/decrypt`, 200],
    ['open', `POST ${env}/clone`, 400],
    ['write', `PATCH ${env}`, 200],
    ['write', `POST ${env}/tags`, 400],
    ['write', `POST ${env}/versions/tags`, 400],
    ['write', `PATCH ${env}/settings`, 400],
    ['admin', `POST ${env}/ownership`, 400],
  ]
  const levels = ['none', 'read', 'open', 'write', 'admin']
  for (const [index, level] of levels.entries()) {
    test(`S-18: a grant of \`${level}\` allows exactly its row`, async () => {
      await grant(level)
      for (const [needs, request, allowed] of actions) {
        const { status, text: body } = await world.call('ben', request)
        const wanted = level === 'none' ? 404 : levels.indexOf(needs) <= index ? allowed : 403
        assert.equal(status, wanted, `${request}: ${body}`)
        if (wanted === 403) assert.match(body, /needs `\w+` on `acme\/web\/dev`/)
      }
    })
  }

  test('S-21: an import that the opener may not open yields nothing of it', async () => {
    await world.call('ada', `PATCH ${env}`, { body: text })
    await grant('open')
    const hidden = await world.call('ben', `POST ${env}/open`)
    assert.equal(hidden.status, 400)
    assert.match(hidden.text, /"summary":"not found"/)
    assert.ok(!hidden.text.includes('"region"'))
    await world.store.change(async (transaction) => {
      const acme = await transaction.organizations.find('acme')
      const found = await transaction.environments.find(acme!.id, 'web', 'base')
      await transaction.settings.put(found!.id, 'grants', { 'u-ben': 'read' })
    })
    const refused = await world.call('ben', `POST ${env}/open`)
    assert.equal(refused.status, 403)
    assert.equal(refused.headers.get('openesc-reason'), 'import_forbidden')
    assert.ok(!refused.text.includes('"region"'))
  })

  test('S-03: a sealed value does not open in another environment, by write, draft or check', async () => {
    const sealed = (await world.call('ada', `GET ${env}`)).text
    const other = `${org}/web/secretless`
    const pasted = sealed.replace('imports:\n  - web/base\n', '')
    const refused = await world.call('ada', `PATCH ${other}`, { body: pasted })
    assert.equal(refused.status, 400, refused.text)
    assert.equal(refused.headers.get('openesc-reason'), 'sealed_value_not_transferable')
    assert.equal((await world.call('ada', `GET ${other}`)).headers.get('pulumi-esc-revision'), '1')
    const check = await world.call('ada', `POST ${org}/yaml/check?showSecrets=true`, { body: pasted })
    assert.ok(!check.text.includes("don't tell"))
  })

  test('a sealed value that is sent back unchanged stays as it is', async () => {
    const sealed = (await world.call('ada', `GET ${env}`)).text
    assert.equal((await world.call('ada', `PATCH ${env}`, { body: sealed })).status, 200)
    assert.equal((await world.call('ada', `GET ${env}`)).text, sealed)
  })

  test('S-12: a token that is narrowed to reading cannot open', async () => {
    const narrowed = world.parts.tokens.make('personal')
    await world.store.change(async (transaction) => {
      const ada = await transaction.users.find('ada')
      await transaction.tokens.insert({
        id: narrowed.id,
        type: 'personal',
        name: 'reader',
        description: '',
        secretHash: narrowed.secretHash,
        userId: ada!.id,
        organizationId: null,
        team: null,
        admin: false,
        scopes: ['env:read', 'environment:list'],
        environmentIds: null,
        createdMs: 0,
        expiresMs: null,
        lastUsedMs: null,
        revokedMs: null,
      })
    })
    const headers = { authorization: `token ${narrowed.text}` }
    assert.equal((await world.call('nobody', `GET ${env}`, { headers })).status, 200)
    assert.equal((await world.call('nobody', `POST ${env}/open`, { headers })).status, 403)
    assert.equal((await world.call('nobody', `GET ${env}/decrypt`, { headers })).status, 403)
    assert.equal((await world.call('nobody', `POST ${org}`, { headers, body: { name: 'x' } })).status, 403)
  })
})

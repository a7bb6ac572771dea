import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Route, routes } from '../../src/http/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const names: Readonly<Record<string, string>> = {
  org: 'acme',
  project: 'web',
  env: 'dev',
  version: '1',
  tag: 'tip',
  login: 'nobody-yet',
}

function pathOf({ path }: Pick<Route, 'path'>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'id-none')
}

/** What may be deleted or changed for good by a request without fault is left out of the harmless rounds. */
const destructive = new Set(['DeleteEnvironment', 'RotateDataKeys', 'RotateSigningKey'])

const withBody = routes.filter(({ body }) => body !== 'none')
const withJson = routes.filter(({ body }) => body === 'json')
const withQuery = routes.filter(({ query }) => query !== null && Object.keys(query.shape).length > 0)

describe('bad input on every route', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  const send = async (route: Pick<Route, 'method' | 'path'>, body?: string | Uint8Array, query = '') => {
    const request = `${route.method} ${pathOf(route)}${query}`
    const answered = await world.call('ada', request, body === undefined ? {} : { body })
    assert.ok(answered.status < 500, `${request}: ${answered.status} ${answered.text}`)
    if (answered.status >= 400 && route.method !== 'HEAD') assertContract(request, answered)
    return { ...answered, request }
  }

  test('a wrong method is 405 and tells the right ones', async () => {
    const paths = new Set(routes.map(({ path }) => path))
    let refused = 0
    for (const path of paths) {
      const taking = (method: string) =>
        routes.some(
          (route) =>
            (route.method === method || (method === 'HEAD' && route.method === 'GET')) &&
            new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathOf({ path })),
        )
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        if (taking(method)) continue
        const { status, headers, request } = await send({ method, path })
        assert.equal(status, 405, request)
        const own = routes.filter((route) => route.path === path).map((route) => route.method as string)
        if (own.includes('GET') && !own.includes('HEAD')) own.push('HEAD')
        assert.equal(headers.get('allow'), [...new Set(own)].sort().join(', '), request)
        refused += 1
      }
    }
    assert.ok(refused > 150, String(refused))
  })

  test('a body that is no JSON, or of another shape, is 400 and says why', async () => {
    const bodies: (string | Uint8Array)[] = [
      '{',
      'null',
      '"text"',
      '[]',
      '12',
      '{"name":',
      '{"a":1}{"b":2}',
      new Uint8Array([0x7b, 0xff, 0x7d]),
      '['.repeat(65) + ']'.repeat(65),
      `[${'0,'.repeat(10_001)}0]`,
    ]
    for (const route of withJson) {
      for (const body of bodies) {
        const { status, text, request } = await send(route, body)
        assert.equal(status, 400, `${request} ${String(body).slice(0, 20)}: ${text}`)
        assert.match(text, /body|grant_type|invalid/, request)
      }
    }
  })

  test('members of wrong types are 400 where they are members at all', async () => {
    const wrong = [{ nested: { deep: 1 } }, [1, 2], 12.5, false]
    for (const route of withJson) {
      const shape = (route.bodySchema as unknown as { shape?: Record<string, unknown> }).shape ?? {}
      for (const member of Object.keys(shape)) {
        const statuses = []
        for (const value of wrong) {
          const { status } = await send(route, JSON.stringify({ [member]: value }))
          statuses.push(status)
        }
        assert.ok(statuses.includes(400), `${route.id}.${member}: ${statuses.join()}`)
      }
    }
  })

  test('a text that is no YAML is 400 with a place', async () => {
    for (const route of withBody.filter(({ body }) => body === 'yaml')) {
      for (const body of ['values:\n\t- x', 'values: {a: 1', '- a\n- b\n', 'values: ${', '\u0000']) {
        const { status, text, request } = await send(route, body)
        if (request.includes('id-none')) continue
        assert.equal(status, 400, `${request}: ${text}`)
        assert.match(text, /"diagnostics":\[\{/, request)
      }
    }
  })

  test('ten megabytes are 413 wherever a body is taken, with or without a length', async () => {
    const big = Buffer.alloc(10_000_000, 0x20)
    for (const route of withBody) {
      const { status, text, request } = await send(route, big)
      assert.equal(status, 413, `${request}: ${text}`)
    }
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(big.subarray(0, 300_000))
      },
    })
    const response = await world.app.fetch(
      new Request('http://server.test/api/esc/environments/acme/web/dev', {
        method: 'PATCH',
        headers: { authorization: `token ${world.tokens.ada}` },
        body: stream,
        duplex: 'half',
      } as RequestInit),
    )
    assert.equal(response.status, 413)
  })

  test('a parameter given twice is 400, an empty one is none, an unknown one is left alone', async () => {
    for (const route of withQuery) {
      for (const name of Object.keys(route.query!.shape)) {
        const twice = await send(route, undefined, `?${name}=1&${name}=2`)
        assert.equal(twice.status, 400, twice.request)
        assert.match(twice.text, new RegExp(`\`${name}\` is given 2 times`))
      }
    }
    const normal = (text: string) =>
      text.replaceAll(/"id-?\w*":|id-\d+|"\w{20,}"|\d{4}-\d\d-\d\dT[^"]*/g, 'x')
    for (const route of routes.filter(({ id, method }) => method === 'GET' && !destructive.has(id))) {
      const plain = await send(route)
      const more = await send(route, undefined, '?unknownThing=1&unknownThing=2&another=')
      assert.equal(more.status, plain.status, more.request)
      if (!/auditlogs|user\/tokens/.test(more.request)) assert.equal(normal(more.text), normal(plain.text))
      const empty = Object.keys(route.query?.shape ?? {}).map((name) => `${name}=`)
      assert.equal((await send(route, undefined, `?${empty.join('&')}`)).status, plain.status, plain.request)
    }
  })

  test('names outside the alphabet are refused or not found, in every place of every path', async () => {
    const bad = ['a%20b', '%F0%9F%98%80', 'ä', 'a%2Fb', 'x'.repeat(101), '%E2%80%AE', '-', '~']
    let turn = 0
    for (const route of routes.filter(({ path, id }) => path.includes('{') && !destructive.has(id))) {
      for (const [, parameter] of route.path.matchAll(/\{(\w+)\}/g)) {
        // Each place meets two of them; all of them meet every kind of place.
        turn += 1
        for (const name of [bad[turn % bad.length]!, bad[(turn + 3) % bad.length]!]) {
          const path = route.path.replace(/\{(\w+)\}/g, (_, each: string) =>
            each === parameter ? name : (names[each] ?? 'id-none'),
          )
          const request = `${route.method} ${path}`
          const { status, text } = await world.call('ada', request)
          assert.ok(
            [400, 404].includes(status) || (status === 200 && parameter === 'login'),
            `${request}: ${text}`,
          )
        }
      }
    }
  })
})

test('S-44: a member that every object has, or one named twice, is refused in a body, and nothing is made', async () => {
  const world = await createWorld()
  const bodies: readonly [string, RegExp][] = [
    ['{"name":"a","__proto__":{"project":"web"}}', /may not have a member `__proto__`/],
    ['{"name":"a","constructor":{"prototype":{"polluted":1}}}', /may not have a member `constructor`/],
    ['{"name":"a","prototype":1}', /may not have a member `prototype`/],
    ['{"name":"a","project":"web","project":"other"}', /names a member of one object twice/],
    ['{"name":"a","n\\u0061me":"b"}', /names a member of one object twice/],
  ]
  for (const [body, why] of bodies) {
    const refused = await world.call('ada', 'POST /api/esc/environments/acme', { body })
    assert.equal(refused.status, 400, body)
    assert.match(refused.text, why)
  }
  assert.deepEqual((await world.call('ada', 'GET /api/esc/environments/acme')).json()['environments'], [])
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  await world.close()
})

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { openApi, type Route, routes } from '../../src/http/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type Who, type World } from './world.ts'

/** A request that takes a route, with names that exist in `acme` or with ones that never did. */
function requestFor(route: Route, env: string): string {
  const names: Record<string, string> = {
    org: 'acme',
    project: 'web',
    env,
    version: '1',
    tag: 'tip',
    name: 'owner',
  }
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'id-none')
  return `${route.method} ${path}`
}

const guarded = routes.filter(({ permission }) => permission !== 'public')
const ofEnvironments = routes.filter(
  ({ permission }) => typeof permission === 'object' && 'environment' in permission,
)
const ofOrganizations = routes.filter(
  ({ permission }) => typeof permission === 'object' && 'organization' in permission,
)

describe('S-17: who may use which route', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  const status = async (who: Who, route: Route, env = 'dev') => {
    const request = requestFor(route, env)
    const answered = await world.call(who, request)
    assertContract(request, answered)
    return { ...answered, request }
  }

  test('every route needs a token, but these', () => {
    const open = routes.filter(({ permission }) => permission === 'public').map(({ path }) => path)
    assert.deepEqual(open.sort(), [
      '/api/capabilities',
      '/api/cli/version',
      '/api/oauth/device',
      '/api/oauth/oidc/token',
      '/api/oauth/token',
      '/healthz',
      '/livez',
      '/readyz',
    ])
  })
  for (const who of ['nobody', 'expired', 'revoked', 'wrong'] as const) {
    test(`${who}: 401 everywhere, whether the thing exists or not`, async () => {
      for (const route of guarded) {
        for (const env of ['dev', 'never']) {
          const { status: got, request } = await status(who, route, env)
          assert.equal(got, 401, request)
        }
      }
    })
  }
  test('S-19: the other organization’s owner: 404, the same for what exists and what never did', async () => {
    for (const route of [...ofEnvironments, ...ofOrganizations]) {
      const exists = await status('eve', route, 'dev')
      const never = await status('eve', route, 'never')
      assert.equal(exists.status, 404, exists.request)
      assert.equal(never.status, 404, never.request)
      const shape = (text: string) => text.replaceAll('web/never', 'web/dev')
      assert.equal(shape(exists.text), shape(never.text), exists.request)
    }
  })
  test('a member without a grant: 404 for every environment', async () => {
    for (const route of ofEnvironments) {
      const { status: got, request } = await status('ben', route)
      assert.equal(got, 404, request)
    }
  })
  test('no two routes have one method and path, and no route hides another', () => {
    const seen = new Set<string>()
    for (const { method, path } of routes) {
      const shape = `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`
      assert.ok(!seen.has(shape), shape)
      seen.add(shape)
    }
    for (const [index, route] of routes.entries()) {
      const earlier = routes
        .slice(0, index)
        .find(
          ({ method, path }) =>
            method === route.method &&
            new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(route.path.replace(/\{\w+\}/g, 'x')),
        )
      // A literal behind a parameter that would take it can never be reached.
      assert.equal(earlier, undefined, `${route.id} is hidden by ${earlier?.id}`)
    }
  })
})

describe('the published document', () => {
  const path = new URL('../../docs/reference/openapi.json', import.meta.url)
  const text = `${JSON.stringify(openApi(routes), null, 2)}\n`

  test('names every route, its permission and its shapes, and every reference leads somewhere', () => {
    const document = JSON.parse(text) as { components: { schemas: Record<string, unknown> }; openapi: string }
    assert.equal(document.openapi, '3.1.0')
    for (const { id } of routes) assert.ok(text.includes(`"operationId": "${id}"`), id)
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      assert.ok(document.components.schemas[name!], name)
    }
    assert.ok(!text.includes('__root'))
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const { $ref: leadsTo } = schema as { $ref?: string }
      assert.notEqual(leadsTo, `#/components/schemas/${name}`, `${name} says nothing but itself`)
    }
  })
  test('is the one under docs/reference', () => {
    if (process.env['OPENESC_ACCEPT'] === '1' || !existsSync(path)) writeFileSync(path, text)
    assert.equal(readFileSync(path, 'utf8'), text, 'run `npm run accept` and read the diff')
  })
})

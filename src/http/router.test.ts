import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRouter } from './router.ts'
import { routes } from './routes/index.ts'

const router = createRouter(routes)

test('each route is found by its own path, with its parameters', () => {
  for (const route of routes) {
    if (route.method === 'HEAD') continue
    const path = route.path.replace(/\{(\w+)\}/g, 'a-$1')
    const found = router.match(route.method, path)
    assert.equal(found?.route.id, route.id, `${route.method} ${path}`)
    for (const [, name = ''] of route.path.matchAll(/\{(\w+)\}/g))
      assert.equal(found?.parameters[name], `a-${name}`)
  }
})

test('HEAD takes the GET route, and a parameter is decoded once', () => {
  const found = router.match('HEAD', '/api/esc/environments/acme/web%20x/d%2565v')
  assert.equal(found?.route.id, 'ReadEnvironment')
  assert.deepEqual(found?.parameters, { org: 'acme', project: 'web x', env: 'd%65v' })
  assert.equal(router.match('GET', '/api/esc/environments/acme/%zz/dev')?.parameters['project'], '%zz')
})

test('an empty segment is no parameter, and a prefix or a longer path no match', () => {
  assert.equal(router.match('GET', '/api/esc/environments/'), null)
  assert.equal(router.match('GET', '/api/esc'), null)
  assert.equal(router.match('GET', '/api/user/and/more/than/any/route/has/got'), null)
})

test('another method is refused with those there are; a path of no route is unknown', () => {
  assert.equal(router.refuse('PUT', '/api/user').headers['allow'], 'GET, HEAD')
  assert.throws(() => router.refuse('GET', '/api/nothing'), { code: 'ROUTE_NOT_FOUND' })
})

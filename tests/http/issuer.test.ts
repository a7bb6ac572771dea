import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createIssuerApp } from '../../src/http/index.ts'
import { createIssuer } from '../../src/oidc/index.ts'
import type { openVault, Store } from '../../src/store/index.ts'
import { createWorld, type World } from './world.ts'

describe('the issuers', () => {
  let world: World
  let documents: Awaited<ReturnType<typeof publish>>
  before(async () => {
    const first = await createWorld()
    documents = await publish(first.parts.sealer as Awaited<ReturnType<typeof openVault>>, first.store)
    await first.close()
    world = await createWorld({}, { issuers: [documents.v1, documents.v2] })
  })
  after(() => world.close())

  for (const path of ['/oidc', '/oidc/v2']) {
    test(`${path}: discovery and keys need no token, may be kept, and may be read from anywhere`, async () => {
      const discovery = await world.call('nobody', `GET ${path}/.well-known/openid-configuration`)
      assert.equal(discovery.status, 200)
      assert.equal(discovery.headers.get('content-type'), 'application/json')
      assert.equal(discovery.headers.get('cache-control'), 'public, max-age=3600')
      assert.equal(discovery.headers.get('access-control-allow-origin'), '*')
      assert.equal(discovery.json()['issuer'], `https://esc.example${path}`)
      assert.equal(discovery.json()['jwks_uri'], `https://esc.example${path}/.well-known/jwks`)
      const keys = await world.call('nobody', `GET ${path}/.well-known/jwks`)
      assert.equal(keys.headers.get('cache-control'), 'public, max-age=300, stale-while-revalidate=300')
      for (const key of keys.json()['keys'] as Record<string, string>[]) {
        assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
      }
      const again = await world.call('nobody', `GET ${path}/.well-known/jwks`, {
        headers: { 'if-none-match': keys.headers.get('etag')! },
      })
      assert.equal(again.status, 304)
      assert.equal(again.text, '')
    })
  }

  test('the two have different keys', async () => {
    const [first, second] = await Promise.all(
      ['/oidc', '/oidc/v2'].map((path) => world.call('nobody', `GET ${path}/.well-known/jwks`)),
    )
    assert.notEqual(first!.text, second!.text)
  })

  test('nothing is served at the bare base or under another name', async () => {
    for (const path of [
      '/.well-known/openid-configuration',
      '/.well-known/jwks',
      '/oidc/.well-known/jwks.json',
      '/oidc/v1/.well-known/jwks',
    ]) {
      assert.equal((await world.call('nobody', `GET ${path}`)).status, 404, path)
    }
  })

  test('R-41: the documents outlive the store', async () => {
    const other = await createWorld({}, { issuers: [documents.v1, documents.v2] })
    await other.close()
    assert.equal((await other.call('nobody', 'GET /oidc/.well-known/jwks')).status, 200)
    assert.equal((await other.call('nobody', 'GET /readyz')).status, 503)
    assert.equal((await other.call('nobody', 'GET /healthz')).status, 200)
  })

  test('a listener of their own serves the documents and nothing else', async () => {
    const app = createIssuerApp(world.service, {
      requestIds: () => 'r',
      issuers: [documents.v1, documents.v2],
    })
    const status = async (path: string) => (await app.fetch(new Request(`http://public.test${path}`))).status
    assert.equal(await status('/oidc/.well-known/jwks'), 200)
    for (const path of ['/api/user', '/api/esc/environments', '/healthz', '/api/esc/openapi.json']) {
      assert.equal(await status(path), 404, path)
    }
  })
})

async function publish(sealer: Awaited<ReturnType<typeof openVault>>, store: Store) {
  const { signingKeyStorage } = await import('../../src/store/index.ts')
  return await createIssuer({
    baseUrl: 'https://esc.example',
    storage: { v1: signingKeyStorage(store, 'v1'), v2: signingKeyStorage(store, 'v2') },
    sealer,
    nowMs: () => Date.parse('2026-01-02T03:04:05Z'),
    random: (count) => randomBytes(count),
  })
}

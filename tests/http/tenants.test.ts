import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { routes } from '../../src/http/index.ts'
import { bodyFor, mirrored, mirroredState, type Things } from './mirrored.ts'
import { createWorld, type World } from './world.ts'

describe('S-19: two organizations with the same data', () => {
  let world: World
  let foreign: Things
  let own: Things
  before(async () => {
    world = await createWorld({ sendHook: async () => ({ status: 200, headers: '', body: '' }) })
    foreign = await mirrored(world, 'ada', 'acme')
    own = await mirrored(world, 'eve', 'evil')
  })
  after(() => world.close())
  const without = (text: string, id: string) => text.replaceAll(id, 'ID')

  test('S-19: an id of the other, in every place of every path, is as if it never existed, and nothing changes', async () => {
    let crossed = 0
    for (const { method, path, id: operation } of routes) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
      for (const parameter of inPath.filter((name) => foreign[name] !== undefined)) {
        for (const stolen of foreign[parameter]!) {
          for (const org of ['evil', 'acme']) {
            const target = (id: string) =>
              path.replace(/\{(\w+)\}/g, (_, name: string) => {
                const names: Record<string, string> = {
                  org,
                  project: 'web',
                  env: 'dev',
                  version: '2',
                  tag: 'tip',
                }
                return name === parameter ? id : (names[name] ?? own[name]?.[0] ?? 'x')
              })
            const send = method === 'GET' || method === 'HEAD' ? {} : { body: bodyFor(operation) }
            const answered = await world.call('eve', `${method} ${target(stolen)}`, send)
            const never = await world.call('eve', `${method} ${target('neverwas')}`, send)
            const told = `${method} ${target(stolen)}: ${answered.status} ${answered.text}`
            assert.ok(!answered.text.includes('canary-acme'), told)
            assert.equal(answered.status, never.status, told)
            assert.equal(without(answered.text, stolen), without(never.text, 'neverwas'), told)
            crossed += 1
          }
        }
      }
    }
    assert.ok(crossed >= 100, String(crossed))
    const env = '/api/esc/environments/acme/web/dev'
    const after = await mirroredState(world, env)
    assert.deepEqual(after, [200, 200, 200, 200])
  })

  test('S-19: a cursor, a tag of a text, a body, a header of the other give nothing of it', async () => {
    const page = await world.call('ada', 'GET /api/esc/environments/acme?maxResults=1')
    const cursor = encodeURIComponent(String(page.json()['nextToken']))
    const [draft] = foreign['changeRequest']!
    for (const request of [
      `GET /api/esc/environments/evil?continuationToken=${cursor}`,
      `GET /api/esc/environments?continuationToken=${cursor}`,
      `GET /api/change-requests/evil?continuationToken=${draft}`,
      `GET /api/change-requests/evil?entityType=environment&entityId=${draft}`,
      'GET /api/esc/environments?organization=acme',
      'GET /api/esc/providers/test/schema?orgName=acme',
    ]) {
      const { text } = await world.call('eve', request)
      assert.ok(!/canary-acme|only-acme/.test(text), `${request}: ${text}`)
    }
    const requests = await world.call('eve', `GET /api/change-requests/evil?continuationToken=${draft}`)
    const fresh = await world.call('eve', 'GET /api/change-requests/evil?continuationToken=neverwas')
    assert.equal(requests.text, fresh.text)
    const etag = (await world.call('ada', 'GET /api/esc/environments/acme/web/dev')).headers.get('etag')!
    const written = await world.call('eve', 'PATCH /api/esc/environments/evil/web/dev', {
      body: 'values: {}\n',
      headers: { 'if-match': etag },
    })
    assert.equal(written.status, 409)
    assert.ok(!written.text.includes('ada'))
    const sealed = (await world.call('ada', 'GET /api/esc/environments/acme/web/dev')).text
    const pasted = await world.call('eve', 'PATCH /api/esc/environments/evil/web/dev', { body: sealed })
    assert.equal(pasted.status, 400, pasted.text)
    const ciphertext = /ciphertext: (\S+)/.exec(sealed)![1]!
    const opened = await world.call('eve', 'POST /api/esc/environments/evil/web/dev/decrypt-secrets', {
      body: { ciphertexts: [ciphertext] },
    })
    assert.ok(opened.status >= 400 && !opened.text.includes('canary'), opened.text)
    const imported = await world.call('eve', 'POST /api/esc/environments/evil/yaml/open', {
      body: 'imports: [web/only-acme]\n',
    })
    assert.equal(imported.status, 400)
    for (const name of ['acme/web/dev', '../acme/web/dev']) {
      const body = `imports: [${name}]\n`
      const { status, text } = await world.call('eve', 'POST /api/esc/environments/evil/yaml/open', { body })
      assert.equal(status, 400, text)
      assert.ok(!text.includes('canary'))
    }
    const cloned = await world.call('eve', 'POST /api/esc/environments/acme/web/dev/clone', {
      body: { name: 'mine' },
    })
    assert.equal(cloned.status, 404)
    const hook = await world.call('eve', 'POST /api/esc/environments/evil/web/dev/hooks', {
      body: { active: true, payloadUrl: 'https://hooks.test/in', organizationName: 'acme' },
    })
    assert.equal(hook.status, 400)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { routes } from '../../src/http/index.ts'
import { levelPermissions } from '../../src/service/permissions.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const teams = '/api/orgs/acme/teams'
const env = '/api/esc/environments/acme/web/dev'
const levels = ['read', 'open', 'write', 'admin'] as const

describe('S-18: teams', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
    assert.equal((await world.call('ada', `POST ${teams}`, { body: { name: 'core' } })).status, 204)
  })
  after(() => world.close())
  const patch = (body: object, who: 'ada' | 'ben' | 'eve' = 'ada') =>
    world.call(who, `PATCH ${teams}/core`, { body })
  const grant = (permission: string) =>
    patch({ editEnvironmentPermission: { projectName: 'web', envName: 'dev', permission } })
  const remove = { removeEnvironment: { projectName: 'web', envName: 'dev' } }

  test('a grant reaches members and tokens of the team at once, and goes with the grant, the membership and the team', async () => {
    const made = await world.call('ada', 'POST /api/orgs/acme/tokens', {
      body: { name: 'bot', team: 'core' },
    })
    assert.equal(made.status, 200, made.text)
    const headers = { authorization: `token ${made.json()['tokenValue']}` }
    const bot = async () => (await world.call('nobody', `GET ${env}`, { headers })).status
    const ben = async () => (await world.call('ben', `GET ${env}`)).status
    assert.deepEqual([await bot(), await ben()], [404, 404])
    await grant('read')
    assert.deepEqual([await bot(), await ben()], [200, 404])
    await patch({ addMember: 'ben' })
    assert.deepEqual([await bot(), await ben()], [200, 200])
    const listed = await world.call('ada', `GET ${teams}`)
    assertContract(`GET ${teams}`, listed)
    assert.deepEqual(listed.json()['teams'], [{ name: 'core', members: ['ben'] }])
    await patch({ removeMember: 'ben' })
    assert.equal(await ben(), 404)
    await patch(remove)
    assert.equal(await bot(), 404)
    await grant('read')
    assert.equal((await world.call('ada', `DELETE ${teams}/core`)).status, 204)
    assert.equal(await bot(), 401)
    await world.call('ada', `POST ${teams}`, { body: { name: 'core' } })
    await patch({ addMember: 'ben' })
    assert.equal(await ben(), 404, 'a new team of that name inherits nothing')
  })

  test('S-17: each level allows exactly the routes whose permission it bundles', async () => {
    const guarded = routes.filter(
      ({ permission }) => typeof permission === 'object' && 'environment' in permission,
    )
    const names: Record<string, string> = { org: 'acme', project: 'web', env: 'dev', version: '1' }
    for (const level of ['none', ...levels] as const) {
      await (level === 'none' ? patch(remove) : grant(level))
      const held = levelPermissions(level)
      for (const route of guarded) {
        if (route.id === 'DeleteEnvironment') continue
        const permission = route.permission as { readonly environment: Parameters<typeof held.has>[0] }
        const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none')
        const { status, text, headers } = await world.call('ben', `${route.method} ${path}`)
        const said = headers.get('openesc-reason') ?? ''
        const reason = ['environment_not_found', 'forbidden'].includes(said) ? said : undefined
        const request = `${level}: ${route.method} ${path} gave ${status} ${text}`
        if (held.has(permission.environment)) assert.equal(reason, undefined, request)
        else if (route.method !== 'HEAD') assert.equal(status, held.has('read') ? 403 : 404, request)
      }
    }
    await patch(remove)
  })

  test('S-19: members may not change teams, strangers do not find them, and nothing foreign is granted', async () => {
    const body = { addEnvironmentPermission: { projectName: 'web', envName: 'dev', permission: 'admin' } }
    assert.equal((await patch(body, 'ben')).status, 403)
    assert.equal((await patch(body, 'eve')).status, 404)
    assert.equal((await patch({ addMember: 'eve' })).status, 404)
    assert.equal(
      (await patch({ addEnvironmentPermission: { ...body.addEnvironmentPermission, envName: 'x' } })).status,
      404,
    )
    assert.equal((await world.call('ada', `PATCH ${teams}/none`, { body })).status, 404)
    assert.equal((await world.call('ada', `POST ${teams}`, { body: { name: '../x' } })).status, 400)
    assert.equal((await world.call('ada', `POST ${teams}`, { body: { name: 'core' } })).status, 409)
    const token = { body: { name: 'x', team: 'none' } }
    assert.equal((await world.call('ada', 'POST /api/orgs/acme/tokens', token)).status, 404)
  })
})

test('S-11: revoking ends a token, and what a machine opened, with the acknowledgement', async () => {
  const world = await createWorld()
  await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  const made = await world.call('ada', 'POST /api/orgs/acme/tokens', { body: { name: 'bot', admin: true } })
  const { id, tokenValue } = made.json() as { id: string; tokenValue: string }
  const headers = { authorization: `token ${tokenValue}` }
  const opened = (await world.call('nobody', `POST ${env}/open`, { headers })).json()['id']
  assert.equal((await world.call('nobody', `GET ${env}/open/${opened}`, { headers })).status, 200)
  assert.equal((await world.call('ada', `DELETE /api/orgs/acme/tokens/${id}`)).status, 204)
  for (const request of [`GET ${env}/open/${opened}`, `GET ${env}`, `POST ${env}/open`]) {
    assert.equal((await world.call('nobody', request, { headers })).status, 401, request)
  }
  assert.equal(await world.store.read(({ openSessions }) => openSessions.get(String(opened))), null)
  assert.equal((await world.call('ben', 'GET /api/esc/environments/acme')).status, 200)
  assert.equal((await world.call('ada', 'DELETE /api/orgs/acme/members/ben')).status, 204)
  assert.equal((await world.call('ben', 'GET /api/esc/environments/acme')).status, 404)
  await world.close()
})

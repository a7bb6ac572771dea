import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { routes } from '../../src/http/index.ts'
import { rolePermissionNames } from '../../src/service/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const roles = '/api/orgs/acme/roles'
const env = (name: string) => `/api/esc/environments/acme/web/${name}`

describe('custom roles', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    for (const name of ['dev', 'prod', 'bare']) {
      await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name } })
      await world.call('ada', `PATCH ${env(name)}`, { body: 'values:\n  s:\n    fn::secret: hush\n' })
    }
    for (const [name, value] of [
      ['dev', 'dev'],
      ['prod', 'prod'],
    ] as const)
      await world.call('ada', `POST ${env(name)}/tags`, { body: { name: 'tier', value } })
    await world.call('ada', 'POST /api/orgs/acme/teams', { body: { name: 'core' } })
  })
  beforeEach(async () => {
    await world.call('ada', `DELETE ${roles}/helper`)
  })
  after(() => world.close())

  const put = (body: object, who: 'ada' | 'ben' | 'eve' = 'ada') =>
    world.call(who, `PUT ${roles}/helper`, { body })
  const status = async (request: string, who: 'ada' | 'ben' | 'eve' = 'ben') =>
    (await world.call(who, request)).status
  const listed = async () =>
    (
      (await world.call('ben', 'GET /api/esc/environments/acme')).json()['environments'] as { name: string }[]
    ).map(({ name }) => name)

  test('a rule by tag reaches exactly the environments with that tag, for members and teams, at once', async () => {
    const rules = [{ permissions: ['read', 'open'], tag: { name: 'tier', value: 'dev' } }]
    const made = await put({ description: 'developers', rules, members: ['ben'] })
    assert.equal(made.status, 200, made.text)
    assertContract(`PUT ${roles}/{role}`, made)
    assert.deepEqual(await listed(), ['dev'])
    assert.equal(await status(`POST ${env('dev')}/open`), 200)
    assert.equal(await status(`POST ${env('prod')}/open`), 404)
    assert.equal(await status(`GET ${env('bare')}`), 404)

    await world.call('ada', `PATCH ${env('prod')}/tags/tier`, {
      body: { currentTag: { value: 'prod' }, newTag: { value: 'dev' } },
    })
    assert.equal(await status(`POST ${env('prod')}/open`), 200)
    await world.call('ada', `PATCH ${env('prod')}/tags/tier`, {
      body: { currentTag: { value: 'dev' }, newTag: { value: 'prod' } },
    })
    assert.equal(await status(`POST ${env('prod')}/open`), 404)

    await put({ rules: [{ permissions: ['read'], tag: { name: 'tier' } }], teams: ['core'] })
    assert.deepEqual(await listed(), [])
    await world.call('ada', 'PATCH /api/orgs/acme/teams/core', { body: { addMember: 'ben' } })
    assert.deepEqual(await listed(), ['dev', 'prod'])
    await world.call('ada', 'PATCH /api/orgs/acme/teams/core', { body: { removeMember: 'ben' } })
    assert.deepEqual(await listed(), [])
  })

  test('rules by project, by name and for everything; what they allow adds up', async () => {
    await put({ rules: [{ permissions: ['read'], project: 'web', name: 'bare' }], members: ['ben'] })
    assert.deepEqual(await listed(), ['bare'])
    await put({
      rules: [
        { permissions: ['read'], project: 'web' },
        { permissions: ['open'], project: 'web', tag: { name: 'tier', value: 'prod' } },
      ],
      members: ['ben'],
    })
    assert.deepEqual(await listed(), ['bare', 'dev', 'prod'])
    assert.equal(await status(`POST ${env('dev')}/open`), 403)
    assert.equal(await status(`POST ${env('prod')}/open`), 200)
    await put({ rules: [{ permissions: ['read'], everything: true }], members: ['ben'] })
    assert.deepEqual(await listed(), ['bare', 'dev', 'prod'])
    await put({ rules: [{ permissions: ['read'], project: 'shop' }], members: ['ben'] })
    assert.deepEqual(await listed(), [])
  })

  test('S-18: each right alone allows exactly the routes that need it', async () => {
    const guarded = routes.filter(
      ({ permission, id }) =>
        typeof permission === 'object' && 'environment' in permission && id !== 'DeleteEnvironment',
    )
    const names: Record<string, string> = { org: 'acme', project: 'web', env: 'dev', version: '1' }
    for (const alone of rolePermissionNames) {
      await put({ rules: [{ permissions: [alone], project: 'web', name: 'dev' }], members: ['ben'] })
      for (const route of guarded) {
        const needs = (route.permission as { readonly environment: string }).environment
        const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none')
        const { status: got, text, headers } = await world.call('ben', `${route.method} ${path}`)
        const request = `${alone} alone: ${route.method} ${path} gave ${got} ${text}`
        if (alone !== 'decrypt') assert.doesNotMatch(text, /hush/, request)
        if (needs === alone) assert.notEqual(headers.get('openesc-reason'), 'environment_not_found', request)
        else assert.equal(got, 403, request)
      }
    }
    assert.equal(await status(`DELETE ${env('bare')}`), 404)
  })

  test('who may only write cannot tag an environment into a role, nor out of one', async () => {
    await put({
      rules: [
        { permissions: ['read', 'write'], project: 'web' },
        { permissions: ['delete'], tag: { name: 'tier', value: 'mine' } },
      ],
      members: ['ben'],
    })
    const attempts = [
      ['POST', `${env('bare')}/tags`, { name: 'tier', value: 'mine' }],
      ['PATCH', `${env('dev')}/tags/tier`, { newTag: { value: 'mine' } }],
      ['DELETE', `${env('dev')}/tags/tier`, undefined],
    ] as const
    for (const [method, path, body] of attempts) {
      const refused = await world.call('ben', `${method} ${path}`, body === undefined ? {} : { body })
      assert.equal(refused.status, 403, refused.text)
      assert.match(refused.text, /needs `share`.*tier/)
    }
    await world.call('ben', `POST ${env('bare')}/tags`, { body: { name: 'colour', value: 'mine' } })
    const renamed = await world.call('ben', `PATCH ${env('bare')}/tags/colour`, {
      body: { newTag: { name: 'tier' } },
    })
    assert.equal(renamed.status, 403)
    assert.equal(await status(`DELETE ${env('bare')}/tags/colour`), 204)
  })

  test('an auditor reads the trail and nothing else; a token narrows a role', async () => {
    assert.equal(await status('GET /api/orgs/acme/auditlogs'), 403)
    await put({ organization: ['audit_logs:read'], members: ['ben'] })
    assert.equal(await status('GET /api/orgs/acme/auditlogs'), 200)
    assert.equal(await status('GET /api/orgs/acme/auditlogs/export'), 403)
    assert.equal(await status('GET /api/orgs/acme/tokens'), 403)
    assert.deepEqual(await listed(), [])
    await world.call('ada', `DELETE ${roles}/helper`)
    assert.equal(await status('GET /api/orgs/acme/auditlogs'), 403)
  })

  test('a member who leaves and a team that is removed lose their roles for good', async () => {
    await put({ rules: [{ permissions: ['read'], everything: true }], members: ['ben'], teams: ['core'] })
    await world.call('ada', 'PATCH /api/orgs/acme/teams/core', { body: { addMember: 'ben' } })
    await world.call('ada', 'DELETE /api/orgs/acme/members/ben')
    await world.call('ada', 'PUT /api/orgs/acme/members/ben')
    assert.deepEqual(await listed(), [])
    await world.call('ada', 'DELETE /api/orgs/acme/teams/core')
    await world.call('ada', 'POST /api/orgs/acme/teams', { body: { name: 'core' } })
    await world.call('ada', 'PATCH /api/orgs/acme/teams/core', { body: { addMember: 'ben' } })
    assert.deepEqual(await listed(), [])
    const shown = await world.call('ada', `GET ${roles}`)
    assertContract(`GET ${roles}`, shown)
    const [role] = shown.json()['roles'] as { members: string[]; teams: string[] }[]
    assert.deepEqual([role?.members, role?.teams], [[], []])
  })

  test('what a role cannot be is refused, and changes nothing', async () => {
    const bad: readonly (readonly [object, number, RegExp])[] = [
      [{ rules: [{ permissions: ['read'] }] }, 400, /everything: true/],
      [{ rules: [{ permissions: ['read'], everything: true, project: 'web' }] }, 400, /everything: true/],
      [{ rules: [{ permissions: ['read'], name: 'dev' }] }, 400, /project/],
      [{ rules: [{ permissions: [], project: 'web' }] }, 400, /at least one/],
      [{ rules: [{ permissions: ['sudo'], project: 'web' }] }, 400, /permissions/],
      [{ organization: ['member:write'] }, 400, /organization/],
      [{ members: ['eve'] }, 404, /member/],
      [{ teams: ['none'] }, 404, /team/],
      [{ rule: [] }, 400, /rule/],
    ]
    for (const [body, code, said] of bad) {
      const refused = await put(body)
      assert.equal(refused.status, code, refused.text)
      assert.match(refused.text + refused.headers.get('openesc-hint'), said)
    }
    assert.equal((await put({}, 'ben')).status, 403)
    assert.equal((await put({}, 'eve')).status, 404)
    assert.equal((await world.call('ada', `PUT ${roles}/everyone`, { body: {} })).status, 400)
    assert.deepEqual((await world.call('ada', `GET ${roles}`)).json()['roles'], [])
    assert.equal((await world.call('ada', `DELETE ${roles}/helper`)).status, 404)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertContract, table } from './table.ts'
import { createWorld, type World } from './world.ts'

const orgs = '/api/orgs/acme'
const env = '/api/esc/environments/acme/web/dev'

describe('people and tokens', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  const as = (token: string, request: string, body?: object) =>
    world.call('nobody', request, {
      headers: { authorization: `token ${token}` },
      ...(body === undefined ? {} : { body }),
    })

  test('a personal token works until it is revoked, and its text is never told again', async () => {
    const made = await world.call('ada', 'POST /api/user/tokens', { body: { description: 'laptop' } })
    assertContract('POST /api/user/tokens', made)
    const { id, tokenValue } = made.json() as { id: string; tokenValue: string }
    assert.equal((await as(tokenValue, 'GET /api/user')).status, 200)
    const listed = await world.call('ada', 'GET /api/user/tokens')
    assertContract('GET /api/user/tokens', listed)
    assert.ok(listed.text.includes(id) && !listed.text.includes(tokenValue))
    assert.equal((await world.call('ben', `DELETE /api/user/tokens/${id}`)).status, 404)
    assert.equal((await world.call('ada', `DELETE /api/user/tokens/${id}`)).status, 204)
    assert.equal((await as(tokenValue, 'GET /api/user')).headers.get('openesc-reason'), 'token_revoked')
    assert.equal((await world.call('ada', `DELETE /api/user/tokens/${id}`)).status, 404)
  })

  test('S-12: a token makes none that lives longer than itself', async () => {
    const seconds = world.clock.now.getTime() / 1_000
    const days = (count: number) => ({ expires: Math.floor(seconds + count * 86_400) })
    // The first administrator's token lives 30 days.
    assert.equal((await world.call('ada', 'POST /api/user/tokens', { body: days(31) })).status, 400)
    assert.equal((await world.call('ada', 'POST /api/user/tokens', { body: days(-1) })).status, 400)
    const short = await world.call('ada', 'POST /api/user/tokens', { body: days(2) })
    const { tokenValue } = short.json() as { tokenValue: string }
    assert.equal((await as(tokenValue, 'POST /api/user/tokens', days(3))).status, 400)
    assert.equal((await as(tokenValue, 'POST /api/user/tokens', {})).status, 200)
  })

  test('an organization token acts for the organization, without administration unless it is given', async () => {
    const make = async (body: object) =>
      (await world.call('ada', `POST ${orgs}/tokens`, { body })).json() as { id: string; tokenValue: string }
    const plain = await make({ name: 'ci' })
    const admin = await make({ name: 'ops', admin: true })
    const user = (await as(admin.tokenValue, 'GET /api/user')).json()
    assert.equal(user['githubLogin'], 'acme')
    assert.deepEqual(user['tokenInfo'], { name: 'ops', organization: 'acme' })
    assert.equal((await as(admin.tokenValue, `GET ${env}`)).status, 200)
    assert.equal((await as(plain.tokenValue, `GET ${env}`)).status, 404)
    assert.equal((await as(plain.tokenValue, `POST ${orgs}/tokens`, { name: 'x' })).status, 403)
    assert.equal((await as(admin.tokenValue, 'POST /api/user/tokens', {})).status, 403)
    assert.equal((await as(admin.tokenValue, 'GET /api/esc/environments/evil')).status, 404)
    assert.equal((await world.call('ada', `DELETE ${orgs}/tokens/${admin.id}`)).status, 204)
    assert.equal((await as(admin.tokenValue, `GET ${env}`)).status, 401)
    assert.equal((await world.call('eve', `DELETE /api/orgs/evil/tokens/${plain.id}`)).status, 404)
  })

  test('a new member gets an account and a first token; the level for members opens everything at once', async () => {
    const added = await world.call('ada', `PUT ${orgs}/members/carl`, { body: { name: 'Carl' } })
    assertContract(`PUT ${orgs}/members/carl`, added)
    const { tokenValue } = added.json() as { tokenValue: string }
    assert.equal((await as(tokenValue, `GET ${env}`)).status, 404)
    await world.call('ada', `PATCH ${orgs}/settings`, { body: { memberLevel: 'read' } })
    assert.equal((await as(tokenValue, `GET ${env}`)).status, 200)
    assert.equal((await as(tokenValue, `POST ${env}/open`)).status, 403)
    const granted = await world.call('ada', `PUT ${env}/grants`, { body: { grants: { carl: 'open' } } })
    assert.equal(granted.text, '{"grants":{"carl":"open"}}\n')
    const opened = await as(tokenValue, `POST ${env}/open`)
    assert.equal(opened.status, 200)
    assert.equal((await as(tokenValue, `PUT ${env}/grants`, { grants: {} })).status, 403)
    assert.equal((await world.call('ada', `DELETE ${orgs}/members/carl`)).status, 204)
    assert.equal((await as(tokenValue, `GET ${env}/open/${opened.json()['id']}`)).status, 404)
    await world.call('ada', `PATCH ${orgs}/settings`, { body: { memberLevel: 'none' } })
  })

  table(
    () => world,
    [
      {
        is: 'members are listed',
        who: 'ben',
        request: `GET ${orgs}/members`,
        status: 200,
        holds: ['"githubLogin":"ada"'],
        holdsNot: ['eve'],
      },
      {
        is: 'a plain member adds nobody',
        who: 'ben',
        request: `PUT ${orgs}/members/dan`,
        send: { body: {} },
        status: 403,
      },
      { is: 'the other organization', who: 'eve', request: `GET ${orgs}/members`, status: 404 },
      { is: 'the last administrator stays', who: 'ada', request: `DELETE ${orgs}/members/ada`, status: 409 },
      {
        is: 'the last administrator stays one',
        who: 'ada',
        request: `PUT ${orgs}/members/ada`,
        send: { body: { role: 'member' } },
        status: 409,
      },
      {
        is: 'a login that cannot be',
        who: 'ada',
        request: `PUT ${orgs}/members/x`,
        send: { body: {} },
        status: 400,
      },
      {
        is: 'a role that is none',
        who: 'ada',
        request: `PUT ${orgs}/members/dan`,
        send: { body: { role: 'root' } },
        status: 400,
      },
      {
        is: 'a grant to a stranger',
        who: 'ada',
        request: `PUT ${env}/grants`,
        send: { body: { grants: { eve: 'open' } } },
        status: 404,
      },
      {
        is: 'a level that is none',
        who: 'ada',
        request: `PUT ${env}/grants`,
        send: { body: { grants: { ben: 'root' } } },
        status: 400,
      },
      {
        is: 'the settings',
        who: 'ben',
        request: `GET ${orgs}/settings`,
        status: 200,
        body: '{"memberLevel":"none","rotationEnabled":true,"freshLogin":"sessions"}\n',
      },
      {
        is: 'a plain member changes none',
        who: 'ben',
        request: `PATCH ${orgs}/settings`,
        send: { body: {} },
        status: 403,
      },
      { is: 'the trail is for administrators', who: 'ben', request: `GET ${orgs}/auditlogs`, status: 403 },
      {
        is: 'the trail',
        who: 'ada',
        request: `GET ${orgs}/auditlogs`,
        status: 200,
        holds: ['member-added', 'environment-unauthorized-open', 'auth-failure-environment'],
      },
      {
        is: 'the trail of one',
        who: 'ada',
        request: `GET ${orgs}/auditlogs?userFilter=ben`,
        status: 200,
        holds: ['auth-failure'],
        holdsNot: ['member-added'],
      },
    ],
  )
})

test('S-55: a token that asks too often is told to wait', async () => {
  let nowMs = 0
  const world = await createWorld({}, { rateLimit: { perSecond: 1, burst: 2, nowMs: () => nowMs } })
  const ask = () => world.call('ada', 'GET /api/user')
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 200])
  const refused = await ask()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal((await world.call('ben', 'GET /api/user')).status, 200)
  nowMs = 1_000
  assert.equal((await ask()).status, 200)
  await world.close()
})

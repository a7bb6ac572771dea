import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { routes } from '../../src/http/index.ts'
import { remember } from '../canaries.ts'
import { createWorld, type World } from './world.ts'

const orgs = '/api/orgs/acme'
const env = '/api/esc/environments/acme/web/dev'

/** Every dangerous route, with a body that makes it so; `tame` is one that gives nothing. */
const dangerous: readonly {
  readonly id: string
  readonly request: string
  readonly body?: object
  readonly tame?: object
}[] = [
  { id: 'PutMember', request: `PUT ${orgs}/members/ben`, body: { role: 'admin' }, tame: { role: 'member' } },
  {
    id: 'PutGrants',
    request: `PUT ${env}/grants`,
    body: { grants: { ben: 'write' } },
    tame: { grants: { ben: 'open' } },
  },
  {
    id: 'UpdateTeam',
    request: `PATCH ${orgs}/teams/core`,
    body: { addEnvironmentPermission: { projectName: 'web', envName: 'dev', permission: 'admin' } },
    tame: { removeMember: 'ada' },
  },
  {
    id: 'PutRole',
    request: `PUT ${orgs}/roles/readers`,
    body: { rules: [{ permissions: ['open'], everything: true }] },
    tame: { rules: [{ permissions: ['read'], everything: true }] },
  },
  {
    id: 'UpdateOrganizationSettings',
    request: `PATCH ${orgs}/settings`,
    body: { memberLevel: 'write' },
    tame: { memberLevel: 'none' },
  },
  { id: 'CreateOrganizationToken', request: `POST ${orgs}/tokens`, body: { name: 'ci' } },
  { id: 'CreatePersonalToken', request: 'POST /api/user/tokens', body: { name: 'mine' } },
  {
    id: 'RegisterOidcIssuer',
    request: `POST ${orgs}/oidc/issuers`,
    body: { name: 'x', url: 'https://x.test' },
  },
  { id: 'UpdateOidcIssuer', request: `PATCH ${orgs}/oidc/issuers/none`, body: { name: 'y' } },
  { id: 'UpdateAuthPolicy', request: `PATCH ${orgs}/auth/policies/none`, body: { policies: [] } },
  {
    id: 'CreateWebhook',
    request: `POST ${env}/hooks`,
    body: { active: true, displayName: 'x', payloadUrl: 'https://hooks.test/in' },
  },
  {
    id: 'UpdateWebhook',
    request: `PATCH ${env}/hooks/none`,
    body: { active: true, payloadUrl: 'https://hooks.test/in' },
    tame: { active: false, payloadUrl: 'https://hooks.test/in' },
  },
  { id: 'PutGates', request: `PUT ${env}/gates`, body: { gates: [] } },
  { id: 'ChangeEnvironmentOwner', request: `POST ${env}/ownership`, body: { owner: 'ben' } },
  { id: 'ExportAuditLog', request: `GET ${orgs}/auditlogs/export` },
  { id: 'ExportServerAuditLog', request: 'GET /api/server/auditlogs/export' },
]

describe('S-24: dangerous changes', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
    await world.call('ada', `POST ${orgs}/teams`, { body: { name: 'core' } })
  })
  after(() => world.close())

  const wait = (minutes: number) => {
    world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000)
  }
  const as = (token: string, request: string, body?: object) =>
    world.call('nobody', request, {
      headers: { authorization: `token ${token}` },
      ...(body === undefined ? {} : { body }),
    })
  /** A session of ada's, allowed now. */
  const login = async () => {
    const begun = await world.call('nobody', 'POST /api/oauth/device', { body: { client_id: 'esc' } })
    const { device_code, user_code } = begun.json() as Record<string, string>
    const send = (path: string, fields: Record<string, string>) =>
      world.call('nobody', `POST ${path}`, {
        body: new URLSearchParams(fields).toString(),
        headers: { 'sec-fetch-site': 'same-origin' },
      })
    const shown = await send('/login/device', { code: user_code!, token: world.tokens.ada })
    const confirmation = /name="confirmation" value="([^"]+)"/.exec(shown.text)![1]!
    await send('/login/device/answer', { confirmation, answer: 'allow' })
    const taken = await world.call('nobody', 'POST /api/oauth/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code,
        client_id: 'esc',
      },
    })
    const token = String(taken.json()['access_token'])
    remember(token)
    remember(device_code!)
    return token
  }
  const isRefused = ({ status, headers }: Awaited<ReturnType<typeof as>>) =>
    status === 403 && headers.get('openesc-reason') === 'fresh_login_needed'
  const setRule = (freshLogin: string, token = world.tokens.ada) =>
    as(token, `PATCH ${orgs}/settings`, { freshLogin })

  test('are these routes, and no others', () => {
    const found = routes.filter(({ isDangerous }) => isDangerous !== null).map(({ id }) => id)
    assert.deepEqual(found.sort(), dangerous.map(({ id }) => id).sort())
    for (const { id, body, tame } of dangerous) {
      const { isDangerous, bodySchema } = routes.find((route) => route.id === id)!
      assert.ok(isDangerous!(bodySchema?.parse(body)), id)
      if (tame !== undefined) assert.ok(!isDangerous!(bodySchema?.parse(tame)), id)
    }
  })

  test('ask a session for a login of the last 15 minutes, and for none when they take rights away', async () => {
    const session = await login()
    wait(14)
    for (const { id, request, body } of dangerous)
      assert.ok(!isRefused(await as(session, request, body)), `${id} is allowed for 15 minutes`)
    wait(2)
    for (const { id, request, body, tame } of dangerous) {
      const refused = await as(session, request, body)
      assert.ok(isRefused(refused), `${id}: ${refused.status} ${refused.text}`)
      assert.match(refused.headers.get('openesc-hint') ?? '', /esc login --renew/)
      if (tame !== undefined) assert.ok(!isRefused(await as(session, request, tame)), `${id} without harm`)
    }
    assert.equal((await as(session, `GET ${env}`)).status, 200, 'all else goes on')
    assert.equal((await as(await login(), `PUT ${env}/grants`, { grants: { ben: 'write' } })).status, 200)
  })

  test('ask clients with tokens of long life for nothing, unless the organization asks everybody', async () => {
    const grant = () => as(world.tokens.ada, `PUT ${env}/grants`, { grants: { ben: 'write' } })
    assert.equal((await grant()).status, 200)
    assert.equal((await setRule('everybody')).status, 200)
    assert.ok(isRefused(await grant()))
    assert.ok(isRefused(await setRule('off')), 'the rule cannot be lifted with such a token')
    const session = await login()
    assert.equal((await as(session, `PUT ${env}/grants`, { grants: { ben: 'write' } })).status, 200)
    const settings = await as(session, `GET ${orgs}/settings`)
    assert.equal(settings.json()['freshLogin'], 'everybody')
    assert.equal((await setRule('off', session)).status, 200)
    wait(16)
    assert.equal((await as(session, `PUT ${env}/grants`, { grants: { ben: 'admin' } })).status, 200, 'off')
    assert.ok(isRefused(await as(session, 'POST /api/user/tokens', {})), 'a stale session never makes tokens')
    assert.equal((await setRule('sessions')).status, 200)
  })

  test('take a token for fresh that was exchanged for an identity token of late, and no other by its name', async () => {
    const keys = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' }
    const issuer = await as(world.tokens.ada, `POST ${orgs}/oidc/issuers`, {
      name: 'people',
      url: 'https://people.test',
      jwks: { keys: [jwk] },
    })
    const policy = await world.call('ada', `GET ${orgs}/auth/policies/oidcissuers/${issuer.json()['id']}`)
    const policies = [{ decision: 'allow', tokenType: 'personal', userLogin: 'ada', rules: { sub: 'ada' } }]
    await as(world.tokens.ada, `PATCH ${orgs}/auth/policies/${policy.json()['id']}`, { policies })
    const seconds = Math.floor(world.clock.now.getTime() / 1_000)
    const identity = await new SignJWT({ jti: 'one', sub: 'ada' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer('https://people.test')
      .setAudience('urn:pulumi:org:acme')
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .sign(keys.privateKey)
    const exchanged = await world.call('nobody', 'POST /api/oauth/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: 'urn:pulumi:org:acme',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: identity,
        requested_token_type: 'urn:pulumi:token-type:access_token:personal',
        scope: 'user:ada',
      },
    })
    const token = String(exchanged.json()['access_token'])
    remember(token)
    await setRule('everybody')
    assert.equal((await as(token, `PUT ${env}/grants`, { grants: {} })).status, 200)
    wait(16)
    assert.ok(isRefused(await as(token, `PUT ${env}/grants`, { grants: { ben: 'write' } })))
    for (const name of ['oidc:people', 'runner:1']) {
      const faked = await as(world.tokens.ada, 'POST /api/user/tokens', { name })
      assert.equal(faked.status, 400, faked.text)
      const described = await as(world.tokens.ada, 'POST /api/user/tokens', { description: name })
      assert.equal(described.status, 400, described.text)
    }
    assert.equal((await setRule('sessions', await login())).status, 200)
  })

  test('are listed for whoever reads the trail, newest first, and nothing else with them', async () => {
    await as(world.tokens.ada, `GET ${env}`)
    const listed = await world.call('ada', `GET ${orgs}/auditlogs?dangerous=true`)
    const entries = listed.json()['auditLogEvents'] as { event: string; description: string }[]
    const events = entries.map(({ event }) => event)
    const told = new Set(entries.map(({ event, description }) => `${event}: ${description}`))
    for (const one of [
      'environment-grants-updated: web/dev ben=write',
      'organization-settings-updated: memberLevel=write',
      'organization-settings-updated: freshLogin=everybody',
      'member-role-changed: ben admin',
    ])
      assert.ok(told.has(one), `${one} in ${[...told].join('\n')}`)
    assert.ok(events.includes('environment-grants-updated') && events.includes('oidc-issuer-registered'))
    assert.ok(events.includes('environment-webhook-created') && events.includes('export-audit-log'))
    assert.ok(!events.some((event) => /read|list|refused/.test(event)), events.join())
    assert.equal((await world.call('ben', `GET ${orgs}/auditlogs?dangerous=true`)).status, 403)
  })
})

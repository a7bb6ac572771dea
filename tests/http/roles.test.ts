import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Route, routes } from '../../src/http/index.ts'
import { assertContract } from './table.ts'
import { type Answered, createWorld, type World } from './world.ts'

/** What each level allows: the table that a change of rights has to pass by. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  none: [],
  read: ['read'],
  open: ['read', 'open', 'decrypt'],
  write: ['read', 'open', 'decrypt', 'write', 'rotate'],
  admin: ['read', 'open', 'decrypt', 'write', 'rotate', 'share', 'delete'],
}

/** What a plain member may do in an organization; everything else needs an administrator. */
const memberPermissions = [
  'environment:list',
  'environment:create',
  'environment_yaml:check',
  'environment_yaml:open',
  'environment_tags:list',
  'change_request:read',
  'member:read',
]

const ofEnvironments = routes.filter(
  ({ permission, id }) =>
    typeof permission === 'object' && 'environment' in permission && id !== 'DeleteEnvironment',
)
const ofOrganizations = routes.filter(
  ({ permission }) => typeof permission === 'object' && 'organization' in permission,
)

function requestFor({ method, path }: Route, env: string): string {
  const names: Record<string, string> = {
    org: 'acme',
    project: 'web',
    env,
    version: '1',
    login: 'nobody-yet',
  }
  return `${method} ${path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'id-none')}`
}

function needs({ permission }: Route): string {
  assert.ok(typeof permission === 'object')
  return 'environment' in permission ? permission.environment : permission.organization
}

describe('S-17: each role × each route × {exists, deleted, never existed}', () => {
  let world: World
  let scoped = ''
  before(async () => {
    world = await createWorld()
    for (const name of ['dev', 'gone']) {
      await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name } })
    }
    await world.call('ada', 'PUT /api/esc/environments/acme/web/gone/grants', {
      body: { grants: { ben: 'admin' } },
    })
    await world.call('ada', 'DELETE /api/esc/environments/acme/web/gone')
    scoped = await scopedToken(world)
  })
  after(() => world.close())
  const reasonOf = ({ headers }: Answered) => headers.get('openesc-reason') ?? ''

  for (const [level, held] of Object.entries(bundles)) {
    test(`a member with \`${level}\``, async () => {
      const grants = level === 'none' ? {} : { ben: level }
      await world.call('ada', 'PUT /api/esc/environments/acme/web/dev/grants', { body: { grants } })
      for (const route of ofEnvironments) {
        const request = requestFor(route, 'dev')
        const answered = await world.call('ben', request)
        assertContract(request, answered)
        const told = `${request}: ${answered.status} ${answered.text}`
        if (held.includes(needs(route))) {
          assert.ok(!['forbidden', 'environment_not_found'].includes(reasonOf(answered)), told)
        } else if (held.length > 0) {
          assert.equal(answered.status, 403, told)
          assert.ok(route.method === 'HEAD' || answered.text.includes(`\`${needs(route)}\``), told)
        } else assert.equal(answered.status, 404, told)
      }
    })
  }
  for (const who of ['ada', 'ben', 'eve'] as const) {
    test(`${who}: what was deleted and what never existed answer the same`, async () => {
      for (const route of ofEnvironments) {
        const gone = await world.call(who, requestFor(route, 'gone'))
        const never = await world.call(who, requestFor(route, 'neverwas'))
        const request = requestFor(route, 'gone')
        assert.equal(gone.status, 404, `${request}: ${gone.text}`)
        assert.equal(never.status, 404, `${request}: ${never.text}`)
        assert.equal(
          gone.text.replaceAll('web/gone', 'web/x'),
          never.text.replaceAll('web/neverwas', 'web/x'),
        )
        assert.equal(reasonOf(gone), reasonOf(never))
      }
    })
  }
  test('a token with a narrow scope does no more than that, whoever owns it', async () => {
    for (const route of [...ofEnvironments, ...ofOrganizations]) {
      const request = requestFor(route, 'dev')
      const answered = await world.call('nobody', request, { headers: { authorization: `token ${scoped}` } })
      const told = `${request}: ${answered.status} ${answered.text}`
      if (needs(route) === 'read') assert.notEqual(reasonOf(answered), 'forbidden', told)
      else assert.equal(answered.status, 403, told)
    }
  })
  test('a plain member in the organization, and its administrator', async () => {
    for (const route of ofOrganizations) {
      const request = requestFor(route, 'dev')
      const answered = await world.call('ben', request)
      assertContract(request, answered)
      const told = `${request}: ${answered.status} ${answered.text}`
      const allowed = memberPermissions.includes(needs(route))
      assert.equal(reasonOf(answered) === 'forbidden', !allowed, told)
      if (!allowed) assert.equal(answered.status, 403, told)
      assert.notEqual(reasonOf(await world.call('ada', request)), 'forbidden', request)
    }
  })
})

/** A token of ada’s that may only read environments. */
async function scopedToken({ parts, store, clock }: World): Promise<string> {
  const made = parts.tokens.make('personal')
  await store.change(async (transaction) => {
    const ada = await transaction.users.find('ada')
    await transaction.tokens.insert({
      id: made.id,
      type: 'personal',
      name: 'narrow',
      description: '',
      secretHash: made.secretHash,
      userId: ada!.id,
      organizationId: null,
      team: null,
      admin: false,
      scopes: ['env:read'],
      environmentIds: null,
      createdMs: clock.now.getTime(),
      expiresMs: null,
      lastUsedMs: null,
      revokedMs: null,
    })
  })
  return made.text
}

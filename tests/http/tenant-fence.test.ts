// The database's own fence between organizations, with the application's check taken out of the way.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { routes } from '../../src/http/index.ts'
import { insecureSettings } from '../../src/programs/production.ts'
import { serverFacts } from '../../src/programs/server-facts.ts'
import { levelPermissions } from '../../src/service/permissions.ts'
import { acrossTenants, databaseRole, openPostgresStore, type Store } from '../../src/store/index.ts'
import { fences } from '../../src/store/migrations/fences.ts'
import { type Database, startDatabase } from '../../tools/database.ts'
import { runProgram, startServerProcess } from '../programs/server-process.ts'
import { bodyFor, mirrored, mirroredState, type Things } from './mirrored.ts'
import { createWorld, type World, type WorldParts } from './world.ts'

const sendHook = async () => ({ status: 200, headers: '', body: '' })

/** Lets everybody in everywhere, with every right: what a hole in the one function that decides would do. */
function withoutChecks(world: World): void {
  const { environments } = world.service
  const unfenced: World['store']['read'] = (work) => acrossTenants(() => world.store.read(work))
  const enter: typeof environments.authorizeOrganization = async (caller, _needs, name) => {
    const organization = await unfenced(({ organizations }) => organizations.find(name))
    assert.ok(organization)
    return { caller, organization, role: 'admin' }
  }
  Object.assign(environments, {
    authorizeOrganization: enter,
    authorize: (async (caller, needs, name) => {
      const entered = await enter(caller, 'organization:read' as never, name.organization)
      const environment = await unfenced((transaction) =>
        transaction.environments.find(entered.organization.id, name.project, name.name),
      )
      assert.ok(environment)
      return { ...entered, environment, permissions: new Set([needs, ...levelPermissions('admin')]) }
    }) satisfies typeof environments.authorize,
  })
}

/** Asks every route for what the other organization has; gives the answers that hold something of it. */
async function leaks(world: World, foreign: Things): Promise<readonly string[]> {
  const found: string[] = []
  // What reads comes first: what removes would hide it.
  const inOrder = routes.toSorted((a, b) => Number(b.method === 'GET') - Number(a.method === 'GET'))
  for (const { method, path, id } of inOrder) {
    if (!path.includes('{org}')) continue
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const names: Record<string, string> = {
        org: 'acme',
        project: 'web',
        env: 'dev',
        version: '2',
        tag: 'tip',
      }
      return names[name] ?? foreign[name]?.[0] ?? 'x'
    })
    const send = method === 'GET' || method === 'HEAD' ? {} : { body: bodyFor(id) }
    const answered = await world.call('eve', `${method} ${filled}`, send)
    if (answered.text.includes('canary-acme')) found.push(`${method} ${path}: ${answered.text}`)
  }
  return found
}

describe('S-19: the second fence', () => {
  let database: Database
  let url: string
  let store: Store
  let world: World
  let foreign: Things
  before(async () => {
    database = await startDatabase()
    url = await database.createOwned()
    store = await openPostgresStore({ url, nowMs: () => 0, connections: 4 })
    const parts: WorldParts = { sendHook, wrapStore: () => store }
    world = await createWorld(parts)
    foreign = await mirrored(world, 'ada', 'acme')
    await mirrored(world, 'eve', 'evil')
  })
  after(async () => {
    await world?.close()
    await database?.stop()
  })

  test('S-19: with the application’s check stubbed out, the database gives nothing of another organization, and nothing changes', async () => {
    withoutChecks(world)
    assert.deepEqual(await leaks(world, foreign), [])
    assert.deepEqual(await mirroredState(world, '/api/esc/environments/acme/web/dev'), [200, 200, 200, 200])
    const own = await world.call('eve', 'GET /api/esc/environments/evil/web/dev')
    assert.ok(own.text.includes('canary-evil'), 'their own is there')
  })

  test('S-19: the same hole does leak where there is no such fence', async () => {
    const open = await createWorld({ sendHook })
    const theirs = await mirrored(open, 'ada', 'acme')
    withoutChecks(open)
    assert.ok((await leaks(open, theirs)).length >= 5)
    await open.close()
  })

  test('S-19: who does not say for whom they work sees no row of any organization, the owner of the tables included', async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      for (const table of Object.keys(fences)) {
        const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${table}`)
        const left = table === 'settings' || table === 'audit_entries' ? Number(rows[0]!.count) : 0
        assert.equal(Number(rows[0]!.count), left, table)
      }
      const { rows } = await client.query("select 1 from settings where owner_id <> 'server'")
      assert.equal(rows.length, 0)
      const trail = await client.query("select 1 from audit_entries where organization_id <> 'server'")
      assert.equal(trail.rows.length, 0)
      await assert.rejects(
        client.query("insert into projects values ('p', 'o-evil', 'x', 'x', 0)"),
        /row-level security/,
      )
    } finally {
      await client.end()
    }
  })

  test('S-19: every table with an organization’s rows has the fence', async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      const { rows } = await client.query<{ name: string; fenced: boolean }>(
        "select relname as name, relforcerowsecurity as fenced from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
      )
      const open = rows.filter(({ fenced }) => !fenced).map(({ name }) => name)
      assert.deepEqual(open.toSorted(), [
        'data_keys',
        'remembered_answers',
        'schema_migrations',
        'signing_keys',
        'tombstones',
        'users',
      ])
    } finally {
      await client.end()
    }
  })

  const administer = async (at: string, statement: string) => {
    const client = new pg.Client({ connectionString: at })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  /** As whom a server would be there, what production mode says, and what `esc server start` prints. */
  const judged = async (at: string) => {
    const role = await databaseRole(at)
    const facts = serverFacts({ ...safe, database: at }, { databaseRole: role })
    return { role, found: insecureSettings(facts).filter(({ setting }) => setting === 'database') }
  }

  test('S-19, S-69: a role that every policy binds may be a production server’s', async () => {
    const { role, found } = await judged(url)
    assert.deepEqual([role.passes, role.unfenced, found], [null, [], []])
  })

  test('S-19, S-69: no production server runs as a superuser or with BYPASSRLS; the SQL that is said mends it', async () => {
    const name = new URL(url).username
    const superuser = await database.create()
    for (const [attribute, passes] of [
      ['superuser', 'is a superuser'],
      ['bypassrls', 'has BYPASSRLS'],
    ] as const) {
      await administer(superuser, `alter role ${name} ${attribute}`)
      const { role, found } = await judged(url)
      assert.equal(role.passes, passes)
      assert.match(found[0]!.problem, new RegExp(`role \`${name}\` ${passes}`))
      const cure = `alter role "${name}" nosuperuser nobypassrls`
      assert.ok(found[0]!.fix.endsWith(cure), found[0]!.fix)
      await administer(superuser, cure)
      assert.deepEqual((await judged(url)).found, [])
    }
    const first = await judged(superuser)
    assert.match(
      first.found[0]!.fix,
      /create role openesc login .*; alter database "openesc_\w+" owner to openesc/,
    )
  })

  test('S-19, S-69: nor where somebody took the fence off a table', async () => {
    await administer(url, 'alter table revisions no force row level security')
    const { found } = await judged(url)
    assert.match(found[0]!.problem, /not forced on revisions/)
    const cure = /run, as an administrator of the database: (.*)$/.exec(found[0]!.fix)![1]!
    await administer(url, cure)
    assert.deepEqual((await judged(url)).found, [])
  })

  test('S-19, S-69: the server itself refuses to start in production as a superuser, before it makes anything there; another tells of it', async () => {
    const superuser = await database.create()
    const folder = mkdtempSync(join(tmpdir(), 'openesc-role-'))
    try {
      const refused = await runProgram(
        [
          'server',
          'start',
          '--port',
          '0',
          '--data',
          join(folder, 'a'),
          '--database',
          superuser,
          '--production',
        ],
        {},
      )
      assert.notEqual(refused.code, 0)
      assert.match(refused.said, /\d\. database: role `\w+` is a superuser/)
      const client = new pg.Client({ connectionString: superuser })
      await client.connect()
      const { rows } = await client.query("select 1 from pg_tables where schemaname = 'public'")
      await client.end()
      assert.equal(rows.length, 0)
      const server = await startServerProcess({ data: join(folder, 'b'), flags: ['--database', superuser] })
      await server.stop()
      assert.match(server.said(), /warning role `\w+` is a superuser, .*create role openesc/)
      const script = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
      const [, documented = ''] = /```sql\n(create role openesc [\s\S]*?)```/.exec(script) ?? []
      const name = `owner_${new URL(superuser).pathname.slice(1)}`
      const password = randomBytes(12).toString('hex')
      await administer(superuser, documented.replaceAll('openesc', name).replace('…', password))
      const handed = Object.assign(new URL(superuser), { username: name, password }).href
      assert.equal((await databaseRole(handed)).passes, null)
      const taken = await openPostgresStore({ url: handed, nowMs: () => 0 })
      await taken.read(async ({ users }) => assert.notEqual(await users.find('admin'), undefined))
      await taken.close()
      const doctor = await runProgram([
        'server',
        'doctor',
        '--data',
        join(folder, 'b'),
        '--database',
        superuser,
      ])
      assert.match(doctor.said, /warning: role `\w+` is a superuser/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

const safe = {
  host: '127.0.0.1',
  issuerBaseUrl: 'https://esc.example.com',
  trustedProxies: [],
  data: '/data',
  keyFile: '/key',
  keySources: {} as Parameters<typeof serverFacts>[0]['keySources'],
  stsEndpoint: undefined,
  rateLimit: 50,
}

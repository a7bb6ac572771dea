import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { type ChainedEntry, type Checkpoint, chainVerifier, checkpointHolds } from '../../src/crypto/index.ts'
import { openApi, type Route, routes } from '../../src/http/index.ts'
import { assertContract } from './table.ts'
import { createWorld, echoProvider, providerSet, type Who, type World, type WorldParts } from './world.ts'

const env = '/api/esc/environments/acme/web/dev'
const trail = '/api/orgs/acme/auditlogs'
const secret = 'canary-5f1c0e'
const definition = `values:\n  password:\n    fn::secret: ${secret}\n`

/** All entries of all trails, by trail and number. */
async function entriesOf(world: World) {
  await world.service.auditedRequests.settle()
  return await world.store.read(async (transaction) => {
    const ids = ['server', ...(await transaction.organizations.list(null, 10)).items.map(({ id }) => id)]
    const pages = await Promise.all(ids.map((id) => transaction.auditEntries.forward(id, 0, 10_000)))
    return pages.flatMap(({ items }) => items)
  })
}

/** How many entries all trails hold. */
async function countOf(world: World): Promise<number> {
  await world.service.auditedRequests.settle()
  return await world.store.read(async (transaction) => {
    const ids = ['server', ...(await transaction.organizations.list(null, 10)).items.map(({ id }) => id)]
    const heads = await Promise.all(ids.map((id) => transaction.auditEntries.head(id)))
    return heads.reduce((sum, head) => sum + (head?.sequence ?? 0), 0)
  })
}

async function exported(world: World): Promise<ChainedEntry[]> {
  const answered = await world.call('ada', `GET ${trail}/export`)
  assert.equal(answered.status, 200, answered.text)
  return answered.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ChainedEntry)
}

function brokenAt(entries: readonly ChainedEntry[]): number | null {
  const next = chainVerifier()
  for (const entry of entries) {
    const broken = next(entry)
    if (broken !== null) return broken.sequence
  }
  return null
}

async function prepared(parts: WorldParts = {}, path?: string): Promise<World> {
  const world = await createWorld(parts, {}, path)
  await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  const written = await world.call('ada', `PATCH ${env}`, { body: definition })
  assert.equal(written.status, 200, written.text)
  return world
}

describe('S-25: every request leaves exactly one entry', () => {
  let world: World
  before(async () => {
    world = await prepared()
  })
  after(() => world.close())

  /** What callers read of their own, and the shared catalogue, leaves none. */
  const exempt = (route: Route, status: number) =>
    status < 400 &&
    route.permission === 'caller' &&
    route.method === 'GET' &&
    /^\/api\/(user|esc\/(providers|rotators))/.test(route.path)

  const requestFor = (route: Route) => {
    const names: Record<string, string> = { org: 'acme', project: 'web', env: 'dev', version: '1' }
    return `${route.method} ${route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none')}`
  }
  const guarded = routes.filter(({ permission }) => permission !== 'public')

  for (const who of ['nobody', 'expired', 'revoked', 'ben', 'eve', 'ada'] as const satisfies readonly Who[]) {
    test(`${who}: whatever the answer is`, async () => {
      for (const route of guarded) {
        // The one request after which there is nothing left to ask for.
        if (who === 'ada' && ['DeleteEnvironment', 'RemoveMember'].includes(route.id)) continue
        const count = await countOf(world)
        const request = requestFor(route)
        const body = route.body === 'none' ? {} : { body: '{}' }
        const { status } = await world.call(who, request, body)
        const grown = (await countOf(world)) - count
        assert.equal(grown, exempt(route, status) ? 0 : 1, `${who} ${request} gave ${status}`)
      }
    })
  }

  test('an entry says who, what, where and with which answer, and nothing of values, bodies or headers', async () => {
    await world.call('ben', `POST ${env}/open`, { headers: { 'user-agent': 'x'.repeat(400) } })
    await world.call('ada', `POST ${env}/open`, { headers: { 'x-note': secret } })
    await world.call('ada', `GET ${env}/decrypt?x=${secret}`)
    const entries = await entriesOf(world)
    for (const { body } of entries) assert.ok(!body.includes(secret), body)
    const last = JSON.parse(entries.findLast(({ event }) => event === 'environment-open')!.body)
    assert.equal(last.actorLogin, 'ada')
    assert.equal(last.environment, 'web/dev')
    assert.equal(typeof last.revision, 'number')
    assert.ok(last.requestId && last.tokenId && last.session && last.environmentId && last.at)
    const refused = entries.findLast(
      ({ event }) => event === 'request-refused' || /unauthorized/.test(event),
    )!
    const { userAgent, refusal } = JSON.parse(refused.body)
    assert.equal(userAgent.length, 256)
    assert.equal(refusal, 'environment_not_found')
    const decrypted = entries.filter(({ event }) => event === 'environment-decrypted')
    assert.ok(decrypted.length > 0)
  })

  test('an open that shows its result at once is one entry, which says so', async () => {
    const before = await countOf(world)
    const opened = await world.call('ada', `POST ${env}/open`, {
      headers: { prefer: 'return=representation' },
    })
    assert.ok(opened.text.includes('"environment":'))
    const entries = await entriesOf(world)
    assert.equal(entries.length - before, 1)
    const { event, shown, session } = JSON.parse(entries.at(-1)!.body)
    assert.deepEqual([event, shown, session], ['environment-open', 'environment', opened.json()['id']])
    await world.call('ada', `POST ${env}/open`)
    assert.equal(JSON.parse((await entriesOf(world)).at(-1)!.body).shown, undefined)
  })

  test('an open names what it imported, at which revision', async () => {
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'top' } })
    await world.call('ada', 'PATCH /api/esc/environments/acme/web/top', { body: 'imports: [web/dev]\n' })
    await world.call('ada', 'POST /api/esc/environments/acme/web/top/open')
    const opened = (await entriesOf(world)).findLast(({ event }) => event === 'environment-open')!
    assert.match(String(JSON.parse(opened.body).imports), /^web\/dev@\d$/)
  })

  test('the trail is listed, and exported as JSON lines, CSV and CEF', async () => {
    const listed = await world.call('ada', `GET ${trail}`)
    assertContract(`GET ${trail}`, listed)
    assert.equal(brokenAt(await exported(world)), null)
    const csv = await world.call('ada', `GET ${trail}/export?format=csv`)
    assert.match(csv.text, /^Timestamp,Name,Login,Event,Description,SourceIP,/)
    const cef = await world.call('ada', `GET ${trail}/export?format=cef`)
    assert.match(
      cef.text,
      /^CEF:0\|OpenESC\|OpenESC\|1\|environment-created\|web\/dev\|3\|dvchost=acme rt=\d+ /,
    )
    assert.equal((await world.call('ada', `GET ${trail}/export?format=xml`)).status, 400)
    assert.equal((await world.call('ben', `GET ${trail}/export`)).status, 403)
    assert.equal((await world.call('ada', 'GET /api/server/auditlogs/export')).status, 200)
    assert.equal((await world.call('ben', 'GET /api/server/auditlogs/export')).status, 403)
  })
})

test('S-28: no request can choose a file, a command or a sink of the server', () => {
  const document = openApi(routes) as { paths: Record<string, Record<string, { requestBody?: unknown }>> }
  const names = new Set<string>()
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      if (key === 'properties') for (const name of Object.keys(member as object)) names.add(name)
      collect(member)
    }
  }
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) collect(operation.requestBody)
  }
  const forbidden = /^(file|path|dir|directory|command|cmd|exec|plugin|prefix|mode|sink|log(File|Path)?)$/i
  assert.deepEqual(
    [...names].filter((name) => forbidden.test(name)),
    [],
  )
})

describe('S-26, S-27: over a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-audit-'))
  after(() => rmSync(folder, { recursive: true }))
  let serial = 0
  const withFile = async (work: (world: World, sql: (statement: string) => void) => Promise<void>) => {
    serial += 1
    const path = join(folder, `${serial}.db`)
    const world = await prepared({}, path)
    const other = new DatabaseSync(path)
    try {
      await work(world, (statement) => other.exec(statement))
    } finally {
      other.close()
      await world.close()
    }
  }

  test('S-26: without a trail nothing is revealed and nothing is changed', () =>
    withFile(async (world, sql) => {
      const opened = (await world.call('ada', `POST ${env}/open`)).json()
      sql(`create trigger full before insert on audit_entries begin select raise(abort, 'no'); end`)
      const requests: [string, string | undefined][] = [
        [`POST ${env}/open`, undefined],
        [`GET ${env}/open/${opened['id']}`, undefined],
        [`GET ${env}/open/${opened['id']}?property=password`, undefined],
        [`GET ${env}/decrypt`, undefined],
        [`POST ${env}/check?showSecrets=true`, undefined],
        ['POST /api/esc/environments/acme/yaml/open', definition],
        [`PATCH ${env}`, 'values: {a: 1}\n'],
        ['POST /api/user/tokens', '{}'],
        [`DELETE ${env}`, undefined],
      ]
      for (const [request, body] of requests) {
        const refused = await world.call('ada', request, body === undefined ? {} : { body })
        assert.equal(refused.status, 503, `${request}: ${refused.text}`)
        assert.equal(refused.headers.get('openesc-reason'), 'audit_unavailable', request)
        assert.ok(!refused.text.includes(secret), request)
        assert.equal(refused.headers.get('retry-after'), '1')
      }
      sql('drop trigger full')
      const now = await world.call('ada', `GET ${env}`)
      assert.equal(now.headers.get('pulumi-esc-revision'), '2')
      assert.equal((await world.call('ada', `POST ${env}/open`)).status, 200)
      assert.equal(brokenAt(await exported(world)), null)
    }))

  test('S-26: an open whose entry is not durable within two seconds is refused, and tells nothing', async () => {
    let isStuck = false
    const stuck = Promise.withResolvers<void>()
    const world = await prepared({
      wrapStore: (store) => ({
        read: (work) => store.read(work),
        async change(work, options) {
          const result = await store.change(work, options)
          if (isStuck) await stuck.promise
          return result
        },
        protect: (macs) => store.protect(macs),
        close: () => store.close(),
      }),
    })
    isStuck = true
    const refused = await world.call('ada', `POST ${env}/open`)
    assert.equal(refused.status, 503, refused.text)
    assert.equal(refused.headers.get('openesc-reason'), 'audit_unavailable')
    assert.ok(!refused.text.includes(secret))
    isStuck = false
    stuck.resolve()
    assert.equal((await world.call('ada', `POST ${env}/open`)).status, 200)
    await world.close()
  })

  test('S-26: a token that the trail cannot take opens nothing', async () => {
    const folderPath = join(folder, 'mint.db')
    let minted = 0
    const facts = {
      issuer: 'https://issuer.test/oidc',
      audience: 'aws:acme',
      subject: 's',
      jti: 'j1',
      kid: 'k',
      seconds: 3600,
      declaredIn: 'web/dev',
    }
    const world = await createWorld(
      {
        providers: ({ ledger }) => {
          const provider = echoProvider()
          const { open } = provider
          provider.open = async function (...args) {
            await ledger.minted(facts)
            minted += 1
            return await open.apply(this, args)
          }
          return providerSet(new Map([['test', provider]]))
        },
      },
      {},
      folderPath,
    )
    const other = new DatabaseSync(folderPath)
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
    await world.call('ada', `PATCH ${env}`, { body: 'values:\n  login:\n    fn::open::test: {a: 1}\n' })
    assert.equal((await world.call('ada', `POST ${env}/open`)).status, 200)
    assert.equal(minted, 1)
    const issued = (await entriesOf(world)).find(({ event }) => event === 'environment-oidc-token-issued')!
    const body = JSON.parse(issued.body)
    assert.deepEqual(
      [body.jti, body.audience, body.actorLogin, body.environment],
      ['j1', 'aws:acme', 'ada', 'web/dev'],
    )
    other.exec(`create trigger full before insert on audit_entries begin select raise(abort, 'no'); end`)
    assert.equal(
      (await world.call('ada', `POST ${env}/open`)).headers.get('openesc-reason'),
      'audit_unavailable',
    )
    assert.equal(minted, 1)
    other.close()
    await world.close()
  })

  test('S-27: the database refuses to change or remove an entry', () =>
    withFile(async (_, sql) => {
      assert.throws(() => sql(`update audit_entries set event = 'x'`), /append only/)
      assert.throws(() => sql('delete from audit_entries'), /append only/)
    }))

  const tampering: [string, string, number][] = [
    ['a body', `update audit_entries set body = replace(body, 'ada', 'eve') where sequence = 2`, 2],
    ['an event', `update audit_entries set event = 'environment-read' where sequence = 2`, 2],
    ['an actor', `update audit_entries set actor_id = 'u-ben' where sequence = 3`, 3],
    ['a time', 'update audit_entries set at_ms = at_ms + 1 where sequence = 1', 1],
    ['a hash', `update audit_entries set hash = 'x' where sequence = 1`, 1],
    ['a hash before', `update audit_entries set previous_hash = 'x' where sequence = 2`, 2],
    ['an entry removed', 'delete from audit_entries where sequence = 2', 2],
    ['the first removed', 'delete from audit_entries where sequence = 1', 1],
    [
      'two swapped',
      'update audit_entries set sequence = 99 where sequence = 2; update audit_entries set sequence = 2 where sequence = 3; update audit_entries set sequence = 3 where sequence = 99',
      2,
    ],
    [
      'one inserted',
      `update audit_entries set sequence = sequence + 100 where sequence >= 3; insert into audit_entries select organization_id, 3, at_ms, event, actor_id, previous_hash, hash, body from audit_entries where sequence = 2; update audit_entries set sequence = sequence - 99 where sequence > 100`,
      3,
    ],
  ]
  for (const [what, statements, sequence] of tampering) {
    test(`S-27: ${what}: verifying names #${sequence}`, () =>
      withFile(async (world, sql) => {
        for (let index = 0; index < 3; index += 1) await world.call('ada', `POST ${env}/open`)
        const server = `(select id from organizations where name = 'acme')`
        sql('drop trigger audit_entries_no_update; drop trigger audit_entries_no_delete')
        for (const statement of statements.split('; ')) {
          const where = statement.includes('where') ? ' and ' : ' where '
          sql(`${statement}${where}organization_id = ${server}`)
        }
        assert.equal(brokenAt(await exported(world)), sequence)
      }))
  }

  test('S-30: a checkpoint kept elsewhere shows what a restored store lacks', () =>
    withFile(async (world, sql) => {
      const kept: Checkpoint[] = []
      const parts = { ...world.parts, keepCheckpoint: async (each: Checkpoint) => void kept.push(each) }
      const { keepDueCheckpoints } = await import('../../src/service/audit/checkpoints.ts')
      // The organization's trail, and the server's own with the founding.
      assert.equal(await keepDueCheckpoints(parts), 2)
      assert.equal(await keepDueCheckpoints(parts), 0)
      await world.call('ada', `POST ${env}/open`)
      assert.equal(await keepDueCheckpoints(parts), 0, 'not due yet')
      world.clock.now = new Date(world.clock.now.getTime() + 5 * 60_000)
      assert.equal(await keepDueCheckpoints(parts), 1)
      const later = kept.at(-1)
      assert.ok(later && checkpointHolds(later))
      assert.ok(!checkpointHolds({ ...later, sequence: later.sequence - 1 }))
      const now = await world.call('ada', `GET ${trail}/checkpoint`)
      assertContract(`GET ${trail}/checkpoint`, now)
      assert.equal(now.json()['publicKey'], later.publicKey)
      sql('drop trigger audit_entries_no_delete')
      sql(`delete from audit_entries where sequence >= 2`)
      const entries = await exported(world)
      assert.ok(entries.length < later.sequence)
      assert.equal(brokenAt(entries), null, 'the rest is a whole chain: only the checkpoint tells')
    }))
})

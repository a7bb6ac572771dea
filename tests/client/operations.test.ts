import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ApiError, connect, type Server, TransportError } from '../../src/client/index.ts'
import { operationTable } from '../../src/client/operations.ts'
import { nodeListener, routes } from '../../src/http/index.ts'
import { listen } from '../../src/programs/listen.ts'
import { createWorld, type World } from '../http/world.ts'
import { startServerProcess } from '../programs/server-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const path = { org: 'acme', project: 'web', env: 'dev' }

describe('openesc/client', () => {
  let world: World
  let esc: Server
  const at = (name: string) => ({ org: 'acme', project: 'web', env: name })
  before(async () => {
    world = await createWorld()
    esc = connect({
      baseUrl: 'http://server.test',
      token: world.tokens.ada,
      fetch: (request) => world.app.fetch(request),
    })
    for (const name of ['dev', 'one', 'two']) {
      await esc.call('CreateEnvironment', { path: { org: 'acme' }, body: { project: 'web', name } })
    }
  })
  after(() => world.close())

  test('knows every operation of the server by method and path', () => {
    assert.deepEqual(
      Object.entries(operationTable)
        .map(([name, [method, where]]) => `${name} ${method} ${where}`)
        .sort(),
      routes
        .map(({ id, method, path: where }) => `${id} ${method} ${where}`)
        .concat('GetOpenApi GET /api/esc/openapi.json')
        .filter((each) => !each.startsWith('GetOpenApi'))
        .sort(),
    )
  })

  test('asks each of them, and gives an answer or an error of its own class', async () => {
    const parts = {
      ...path,
      version: '1',
      tag: 'tip',
      id: 'none',
      session: 'none',
      name: 'none',
      login: 'nobody-yet',
    }
    const others = {
      changeRequest: 'none',
      event: 'none',
      issuer: 'v1',
      kid: 'none',
      team: 'none',
      role: 'none',
    }
    let answered = 0
    for (const name of Object.keys(operationTable) as (keyof typeof operationTable)[]) {
      if (name === 'DeleteEnvironment') continue
      const call = esc.call as (name: string, input: object) => Promise<unknown>
      try {
        await call(name, {
          path: { ...parts, ...others },
          body: operationTable[name][2] === 'json' ? {} : '',
        })
        answered += 1
      } catch (error) {
        assert.ok(error instanceof ApiError, `${name}: ${String(error)}`)
        assert.ok(error.code >= 400 && error.code < 500, `${name}: ${error.message}`)
        assert.ok(error.rule !== '' || /^ExchangeToken|^StartDevice/.test(name), `${name}: ${error.message}`)
      }
    }
    assert.ok(answered > 45, String(answered))
  })

  test('reads and writes a definition against its tag, and says who was first', async () => {
    const read = await esc.ask('ReadEnvironment', { path })
    assert.equal(typeof read.data, 'string')
    const written = await esc.ask('UpdateEnvironment', {
      path,
      body: 'values: {a: [1, {"fn::secret": hush}]}\n',
      ifMatch: read.etag!,
    })
    assert.deepEqual([written.data, written.revision], [{}, read.revision! + 1])
    await assert.rejects(esc.call('UpdateEnvironment', { path, body: 'values: {}\n', ifMatch: read.etag! }), {
      name: 'ApiError',
      code: 409,
      rule: 'etag_mismatch',
    })
    assert.equal(await esc.call('HeadEnvironment', { path }), undefined)
    const { id } = await esc.call('OpenEnvironment', { path, query: { duration: '5m' } })
    const value = await esc.call('ReadOpenEnvironment', {
      path: { ...path, session: id },
      query: { property: 'a[1]' },
    })
    assert.ok('value' in value)
    assert.deepEqual([value.value, value.secret], ['hush', true])
  })

  test('tells what is wrong with a definition, with its place', async () => {
    const error = await esc
      .call('CheckYaml', { path: { org: 'acme' }, body: 'values: {a: "${nothing}"}' })
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    assert.ok(error instanceof ApiError)
    assert.deepEqual(
      [error.code, error.rule, error.diagnostics.map(({ summary }) => summary)],
      [400, 'diagnostics', ['unknown property "nothing"']],
    )
  })

  test('goes over every list to its end, a page at a time', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      await esc.call('UpdateEnvironment', {
        path: at('one'),
        body: `values: {a: ${turn}}\nimports: [web/dev]\n`,
      })
      await esc.call('CreateTag', { path: at('one'), body: { name: `t${turn}`, value: 'x' } })
      await esc.call('CreateRevisionTag', { path: at('one'), body: { name: `tag${turn}` } })
    }
    const count = async (items: AsyncGenerator<unknown>) => {
      let found = 0
      for await (const _ of items) found += 1
      return found
    }
    const counts = {
      environments: await count(esc.items('ListEnvironments', { query: { maxResults: 1 } })),
      organization: await count(
        esc.items('ListOrgEnvironments', { path: { org: 'acme' }, query: { maxResults: 2 } }),
      ),
      revisions: await count(esc.items('ListRevisions', { path: at('one'), query: { count: 2 } })),
      revisionTags: await count(esc.items('ListRevisionTags', { path: at('one'), query: { count: 2 } })),
      tags: await count(esc.items('ListTags', { path: at('one'), query: { count: 3 } })),
      referrers: await count(esc.items('ListReferrers', { path, query: { count: 1, allRevisions: true } })),
      flat: await count(
        esc.items('ListVersionReferrers', { path: { ...path, version: 'latest' }, query: { count: 1 } }),
      ),
      changeRequests: await count(esc.items('ListChangeRequests', { path: { org: 'acme' } })),
    }
    assert.deepEqual(counts, {
      environments: 3,
      organization: 3,
      revisions: 5,
      revisionTags: 5,
      tags: 4,
      referrers: 4,
      flat: 1,
      // Of the round over all operations: a draft was made there.
      changeRequests: 1,
    })
    let audited = 0
    for await (const { event } of esc.items('ListAuditLog', { path: { org: 'acme' } })) {
      audited += event === 'environment-created' ? 1 : 0
    }
    assert.equal(audited, 3)
  })

  test('waits as long as it is told and asks again, for reads only', async () => {
    const waits: number[] = []
    let asked = 0
    const busy = connect({
      baseUrl: 'http://server.test',
      sleep: async (milliseconds) => void waits.push(milliseconds),
      fetch: () => {
        asked += 1
        const status = asked === 1 ? 503 : 429
        return Response.json({ code: status, message: 'later' }, { status, headers: { 'retry-after': '7' } })
      },
    })
    await assert.rejects(busy.call('GetCurrentUser'), { code: 429, retryAfterSeconds: 7 })
    assert.deepEqual([asked, waits], [4, [7_000, 7_000, 7_000]])
    await assert.rejects(busy.call('RotateDataKeys'), { code: 429 })
    assert.equal(asked, 5)
  })

  test('tells that no answer came, that it was not ours, and stops when it is told', async () => {
    const to = (fetch: (request: Request) => Response | Promise<Response>) =>
      connect({ baseUrl: 'http://server.test', fetch, sleep: async () => {} })
    const failed = to(() => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })
    })
    await assert.rejects(failed.call('GetCurrentUser'), (error: TransportError) => {
      assert.ok(error instanceof TransportError)
      assert.deepEqual(
        [error.code, error.message],
        ['ECONNREFUSED', 'could not reach http://server.test: no'],
      )
      return true
    })
    const page = to(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }))
    await assert.rejects(
      page.call('GetCurrentUser'),
      /unexpected response from server: the answer is a web page/,
    )
    const moved = to(() => new Response(null, { status: 302, headers: { location: 'https://evil.test/' } }))
    await assert.rejects(moved.call('GetCurrentUser'), /redirects to https:\/\/evil\.test/)
    const abort = AbortSignal.abort(new Error('enough'))
    const never = to(async (request) => {
      request.signal.throwIfAborted()
      return Response.json({})
    })
    await assert.rejects(never.call('GetCurrentUser', { signal: abort }), /enough/)
    await assert.rejects(async () => esc.call('ReadEnvironment', { path: at('') }), /path\.env is missing/)
  })

  test('has types for what an operation takes and gives', () => {
    const typed = async () => {
      // @ts-expect-error an operation that there is not
      await esc.call('NoSuchOperation')
      // @ts-expect-error a path without its environment
      await esc.call('ReadEnvironment', { path: { org: 'acme', project: 'web' } })
      // @ts-expect-error a body without its name
      await esc.call('CreateEnvironment', { path: { org: 'acme' }, body: { project: 'web' } })
      // @ts-expect-error a list that has no pages
      esc.items('ListWebhooks', { path })
      const [revision] = await esc.call('ListRevisions', { path })
      // @ts-expect-error a revision's number is no text
      const text: string = revision!.number
      return text
    }
    assert.equal(typeof typed, 'function')
  })
})

describe('openesc/client as it is shipped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-client-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('runs where there is nothing of Node: the browser’s bundle, with what browsers have and no more', async () => {
    const bundle = join(root, 'dist/client-web.js')
    assert.ok(existsSync(bundle), 'run `npm run build`')
    const world = await createWorld()
    const listener = await listen({
      host: '127.0.0.1',
      port: 0,
      isOurHost: () => true,
      take: nodeListener((request, connection) => world.app.answer(request, connection)),
    })
    const program = `
      import { readFileSync } from 'node:fs'
      import { createContext, SourceTextModule } from 'node:vm'
      const web = { fetch, Request, Response, Headers, URL, URLSearchParams, TextEncoder, TextDecoder, AbortSignal, setTimeout }
      const module = new SourceTextModule(readFileSync(process.env.BUNDLE, 'utf8'), { context: createContext(web) })
      await module.link((specifier) => { throw new Error('imports ' + specifier) })
      await module.evaluate()
      const esc = module.namespace.connect({ baseUrl: process.env.URL, token: process.env.TOKEN })
      console.log((await esc.call('GetCurrentUser')).githubLogin)`
    const flags = ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '-e', program]
    try {
      const { stdout } = await promisify(execFile)(process.execPath, flags, {
        env: { BUNDLE: bundle, URL: listener.url, TOKEN: world.tokens.ada },
      })
      assert.equal(stdout, 'ada\n')
    } finally {
      await listener.close()
      await world.close()
    }
  })

  test('the example does what it says against a real server', async () => {
    const server = await startServerProcess({ data: join(folder, 'data') })
    try {
      const run = (token: string) =>
        promisify(execFile)(process.execPath, [join(root, 'examples/client/inventory.ts'), 'acme'], {
          env: { ...process.env, OPENESC_URL: server.url, OPENESC_TOKEN: token },
        })
      const { stdout } = await run(server.token())
      assert.match(stdout, /^examples\/client: owned by \S+, revision 2\ngreeting: hello\n$/)
      await assert.rejects(run('nonsense'), (error: { stderr: string }) => {
        assert.match(error.stderr, /^refused by token_invalid: .*\nnext step: log in again/)
        return true
      })
    } finally {
      await server.stop()
    }
  })
})

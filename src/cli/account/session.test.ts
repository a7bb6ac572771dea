import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestWorld, home } from '../../../tests/conformance/cli/world.ts'
import { runCli } from '../run-cli.ts'
import type { World } from '../world.ts'

const start = Date.parse('2026-01-02T03:00:00Z')
const url = 'https://esc.test'
const credentialsPath = `${home}/.pulumi/credentials.json`

interface Server {
  readonly tokens: Readonly<Record<string, string>>
  readonly requests: string[]
}

/** A server that knows tokens by their owner's login, and lists nothing. */
function server(tokens: Server['tokens']): Server & { readonly fetch: (request: Request) => Response } {
  const requests: string[] = []
  return {
    tokens,
    requests,
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      requests.push(`${request.method} ${pathname}`)
      const login = tokens[request.headers.get('authorization')?.replace(/^token /, '') ?? '']
      if (login === undefined) return Response.json({ code: 401, message: 'no' }, { status: 401 })
      if (pathname === '/api/user')
        return Response.json({ githubLogin: login, organizations: [{ githubLogin: 'acme' }] })
      if (pathname === '/api/user/organizations/default') return Response.json({ gitHubLogin: '' })
      return Response.json({ environments: [] })
    },
  }
}

interface Setting {
  readonly files?: Map<string, Uint8Array>
  readonly processEnv?: Readonly<Record<string, string>>
  readonly now?: number
  /** What is typed when a token is asked for; null = nobody is there. */
  readonly typed?: string | null
  readonly change?: Partial<World>
}

async function esc(line: string, at: ReturnType<typeof server>, setting: Setting = {}) {
  const out = { stdout: '', stderr: '' }
  const world = createTestWorld({
    streams: {
      stdin: new Uint8Array(),
      stdout: (bytes) => void (out.stdout += Buffer.from(bytes).toString()),
      stderr: (bytes) => void (out.stderr += Buffer.from(bytes).toString()),
    },
    files: setting.files ?? new Map(),
    fetch: at.fetch,
    nowMilliseconds: setting.now ?? start,
    processEnv: new Map(Object.entries(setting.processEnv ?? {})),
    programs: new Map(),
  })
  const terminal = { ...world.terminal, askSecret: async () => setting.typed ?? null }
  const code = await runCli(line.split(' '), { ...world, terminal, defaultBackend: null, ...setting.change })
  return { code, ...out }
}

const stored = (files: ReadonlyMap<string, Uint8Array>) => {
  const content = files.get(credentialsPath)
  return content === undefined ? null : JSON.parse(Buffer.from(content).toString())
}

test('without an account and without a server the error says how to log in', async () => {
  const { code, stderr } = await esc('env ls', server({}))
  assert.equal(code, 1)
  assert.equal(
    stderr,
    'Error: no account is stored; log in first with `esc login <url>`, for example `esc login http://localhost:3720`\n',
  )
})

test('a login checks the token, stores the account and becomes the current one', async () => {
  const files = new Map<string, Uint8Array>()
  const at = server({ 'pul-a': 'ada' })
  const { code, stdout } = await esc(`login ${url}/`, at, { files, typed: 'pul-a' })
  assert.deepEqual([code, stdout], [0, `Logged in to ${url} as ada ()\n`])
  assert.deepEqual(stored(files), {
    accessTokens: { [url]: 'pul-a' },
    accounts: {
      [url]: {
        accessToken: 'pul-a',
        username: 'ada',
        organizations: ['acme'],
        lastValidatedAt: '2026-01-02T03:00:00Z',
      },
    },
  })
  assert.equal((await esc('env ls', at, { files })).code, 0)
})

test('a refused token is not stored', async () => {
  const files = new Map<string, Uint8Array>()
  const { code, stderr } = await esc(`login ${url}`, server({ 'pul-a': 'ada' }), { files, typed: 'pul-b' })
  assert.deepEqual([code, stderr], [1, 'Error: problem logging in: invalid access token\n'])
  assert.deepEqual([...files.keys()], [])
})

test('with nobody to ask, a login needs the variable', async () => {
  const { stderr } = await esc(`login ${url}`, server({}))
  assert.equal(
    stderr,
    'Error: problem logging in: could not determine current cloud: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n',
  )
})

test('a stored token is checked again only when it is older than an hour', async () => {
  const files = new Map<string, Uint8Array>()
  const at = server({ 'pul-a': 'ada' })
  await esc(`login ${url}`, at, { files, typed: 'pul-a' })
  const asked = async (now: number) => {
    at.requests.length = 0
    await esc('env ls', at, { files, now })
    return at.requests.includes('GET /api/user')
  }
  assert.equal(await asked(start + 59 * 60_000), false)
  assert.equal(await asked(start + 61 * 60_000), true)
  assert.equal(await asked(start + 62 * 60_000), false)
  assert.equal(stored(files).accounts[url].lastValidatedAt, '2026-01-02T04:01:00Z')
})

test('a stored token that went bad says so and how to log in again', async () => {
  const files = new Map<string, Uint8Array>()
  await esc(`login ${url}`, server({ 'pul-a': 'ada' }), { files, typed: 'pul-a' })
  const { stderr } = await esc('env ls', server({}), { files, now: start + 7_200_000 })
  assert.equal(stderr, `Error: invalid access token; log in again with \`esc login ${url}\`\n`)
})

test('the variable wins over a stored token that differs, is told once, and is stored', async () => {
  const files = new Map<string, Uint8Array>()
  const at = server({ 'pul-a': 'ada', 'pul-b': 'ben' })
  await esc(`login ${url}`, at, { files, typed: 'pul-a' })
  const processEnv = { PULUMI_ACCESS_TOKEN: 'pul-b' }
  assert.equal(
    (await esc('env ls', at, { files, processEnv })).stderr,
    'Logging in using access token from PULUMI_ACCESS_TOKEN\n',
  )
  assert.equal((await esc('env ls', at, { files, processEnv })).stderr, '')
  assert.equal(stored(files).accounts[url].username, 'ben')
})

test('a token from the variable works where nothing can be stored', async () => {
  const at = server({ 'pul-a': 'ada' })
  const readOnly = async (): Promise<never> => {
    throw new Error('read-only file system')
  }
  const files = { ...(await worldFiles()), makeDirectory: readOnly, write: readOnly, create: readOnly }
  const { code, stderr } = await esc('env ls', at, {
    processEnv: { PULUMI_ACCESS_TOKEN: 'pul-a', PULUMI_BACKEND_URL: url },
    change: { files },
  })
  assert.equal(code, 0)
  assert.match(stderr, /^Logging in .*\nwarning: the account could not be stored: read-only file system\n$/)
})

async function worldFiles(): Promise<World['files']> {
  return {
    read: async () => null,
    write: async () => {},
    create: async () => true,
    remove: async () => {},
    list: async () => null,
    makeDirectory: async () => {},
    status: async () => null,
  }
}

test('PULUMI_BACKEND_URL beats PULUMI_API, which beats the stored choice', async () => {
  const files = new Map<string, Uint8Array>()
  const at = server({ 'pul-a': 'ada' })
  await esc(`login ${url}`, at, { files, typed: 'pul-a' })
  const who = async (processEnv: Record<string, string>) =>
    /Backend: (.*)/.exec(
      (await esc('whoami', at, { files, processEnv: { PULUMI_ACCESS_TOKEN: 'pul-a', ...processEnv } }))
        .stdout,
    )?.[1]
  assert.equal(await who({}), url)
  assert.equal(await who({ PULUMI_API: 'https://api.test' }), 'https://api.test')
  assert.equal(
    await who({ PULUMI_API: 'https://api.test', PULUMI_BACKEND_URL: 'https://backend.test' }),
    'https://backend.test',
  )
})

test('an explicit URL beats the variables, and --shared follows the shared file', async () => {
  const files = new Map<string, Uint8Array>()
  const at = server({ 'pul-a': 'ada' })
  const processEnv = { PULUMI_BACKEND_URL: 'https://backend.test' }
  assert.match(
    (await esc(`login ${url}`, at, { files, typed: 'pul-a', processEnv })).stdout,
    /^Logged in to https:\/\/esc\.test /,
  )
  const credentials = { ...stored(files), current: 'https://shared.test' }
  credentials.accounts['https://shared.test'] = credentials.accounts[url]
  files.set(credentialsPath, Buffer.from(JSON.stringify(credentials)))
  assert.match((await esc('login --shared', at, { files })).stdout, /^Logged in to https:\/\/shared\.test /)
  assert.match((await esc('whoami', at, { files })).stdout, /Backend: https:\/\/shared\.test/)
})

test('a logout forgets one account or all', async () => {
  const files = new Map<string, Uint8Array>()
  const at = server({ 'pul-a': 'ada' })
  await esc(`login ${url}`, at, { files, typed: 'pul-a' })
  await esc('login https://other.test', at, { files, typed: 'pul-a' })
  assert.equal((await esc('logout', at, { files })).stdout, 'Logged out of https://other.test\n')
  assert.deepEqual(Object.keys(stored(files).accounts), [url])
  assert.equal((await esc('logout', at, { files })).stdout, 'Already logged out.\n')
  assert.equal((await esc(`logout ${url}`, at, { files })).stdout, `Logged out of ${url}\n`)
  assert.equal(stored(files), null)
  assert.equal((await esc('logout --all', at, { files })).stdout, 'Logged out of all clouds\n')
})

test('a login repairs broken files', async () => {
  const files = new Map<string, Uint8Array>([
    [credentialsPath, Buffer.from('{')],
    [`${home}/.pulumi/.esc/credentials.json`, Buffer.from('{')],
  ])
  const at = server({ 'pul-a': 'ada' })
  assert.match(
    (await esc('env ls', at, { files })).stderr,
    /^Error: please re-run `esc login` to reset your credentials file\. \(/,
  )
  assert.equal((await esc(`login ${url}`, at, { files, typed: 'pul-a' })).code, 0)
  assert.equal((await esc('env ls', at, { files })).code, 0)
})

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { behaviours, listenBadly } from './bad-server.ts'
import { type Ended, type Home, makeHome, program, type RealServer, startServer } from './real.ts'

let server: RealServer
before(async () => {
  server = await startServer(['--allowed-host', 'esc.internal'])
})
after(() => server.stop())

/** A home that is logged in to `url`, so that the first request is the command's own. */
function homeAt(url: string, env: Readonly<Record<string, string>> = {}): Home {
  const home = makeHome({ OPENESC_EXIT_CODES: '1', ...env })
  const account = { accessToken: 'pul-x', username: 'ada', lastValidatedAt: new Date().toISOString() }
  mkdirSync(join(home.folder, '.pulumi'))
  const path = join(home.folder, '.pulumi/credentials.json')
  writeFileSync(path, JSON.stringify({ current: url, accounts: { [url]: account } }), { mode: 0o600 })
  return home
}

/** One line of words, no result, no stack. */
function assertTold({ stdout, stderr }: Ended, words: RegExp): void {
  assert.equal(stdout, '')
  assert.match(stderr, words)
  assert.doesNotMatch(stderr, /internal error|^\s+at |undefined|not a function|null/m)
}

const wanted: Readonly<Record<keyof typeof behaviours, RegExp>> = {
  'resets the connection': /could not reach http:\/\/127.*: the server closed the connection early\n$/,
  'resets in the middle of an answer':
    /could not reach http:\/\/127.*: the server closed the connection early\n$/,
  'ends an answer early': /could not reach http:\/\/127.*: the server closed the connection early\n$/,
  'is a captive portal': /the answer is a web page; check that the URL is the root of an ESC server\n$/,
  'redirects to a portal':
    /\[302\] the server redirects to http:\/\/portal\.test\/login; log in with the URL/,
  'answers something else': /not of the form that was asked for; check that the URL is the root/,
  'answers nothing': /the answer is empty; check that the URL is the root of an ESC server\n$/,
  'answers broken JSON': /the answer is not JSON; check that the URL is the root of an ESC server\n$/,
  'speaks another protocol': /could not reach http:\/\/127.*: the server closed the connection early\n$/,
  'is overloaded': /\[503\] upstream is down\n$/,
  'limits the rate': /request rate-limit exceeded\n$/,
  'never answers': /could not reach http:\/\/127.*: no answer within 1 s/,
}

for (const [name, behave] of Object.entries(behaviours)) {
  test(`R-42: a server that ${name} gives a cause, exit code 6 and no child`, async () => {
    const bad = await listenBadly(behave)
    const home = homeAt(bad.url, { OPENESC_TIMEOUT_SECONDS: '1' })
    try {
      const ran = await home.esc(['run', 'acme/web/dev', '--', 'sh', '-c', 'echo started'])
      assertTold(ran, wanted[name as keyof typeof behaviours])
      assert.equal(ran.code, 6)
      // An open is not repeated: what it did is not known.
      assert.equal(bad.connections(), 1)
    } finally {
      home.remove()
      await bad.close()
    }
  })
}

test('R-42: a server that is down, a name that is unknown and a URL that is none say what to look at', async () => {
  const bad = await listenBadly(() => {})
  await bad.close()
  const down = homeAt(bad.url)
  const listed = await down.esc(['env', 'ls'])
  assertTold(
    listed,
    /^Error: listing environments: could not reach .*: nothing is listening there; is the server/,
  )
  assert.equal(listed.code, 6)
  assertTold(
    await down.esc(['open', 'a/b/c'], { env: { OPENESC_EXIT_CODES: '' } }),
    /^Error: could not reach /,
  )
  assert.equal((await down.esc(['open', 'a/b/c'], { env: { OPENESC_EXIT_CODES: '' } })).code, 1)
  const unknown = await down.esc(['whoami'], {
    env: { PULUMI_BACKEND_URL: 'http://no-such-host.invalid', PULUMI_ACCESS_TOKEN: 'pul-x' },
  })
  assert.match(unknown.stderr, /the host name (is not known|could not be looked up)/)
  const none = await down.esc(['whoami'], {
    env: { PULUMI_BACKEND_URL: 'nonsense', PULUMI_ACCESS_TOKEN: 'x' },
  })
  assert.match(none.stderr, /"nonsense" is not a valid backend URL/)
  down.remove()
})

test('R-42: a certificate that nobody vouches for is refused with what to do', async (t) => {
  const home = makeHome({ OPENESC_EXIT_CODES: '1' })
  const files = ['key', 'cert'].map((name) => join(home.folder, `${name}.pem`)) as [string, string]
  try {
    const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost']
    execFileSync(
      'openssl',
      [...make, '-addext', 'subjectAltName=DNS:localhost', '-keyout', files[0], '-out', files[1]],
      {
        stdio: 'ignore',
      },
    )
  } catch {
    home.remove()
    return t.skip('NOT RUN: there is no openssl here to make a certificate with')
  }
  const [key, cert] = files.map((path) => readFileSync(path)) as [Buffer, Buffer]
  const secure = createServer({ key, cert }, (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"githubLogin":"ada","organizations":[]}')
  })
  secure.listen(0, '127.0.0.1')
  await once(secure, 'listening')
  const address = secure.address()
  const url = `https://localhost:${typeof address === 'object' ? address?.port : 0}`
  try {
    const env = { PULUMI_ACCESS_TOKEN: 'pul-x' }
    const refused = await home.esc(['login', url], { env })
    assertTold(
      { ...refused, stderr: refused.stderr.replace(/^Logging in .*\n/, '') },
      /its certificate is self-signed; set NODE_EXTRA_CA_CERTS/,
    )
    assert.equal(refused.code, 6)
    assert.equal(existsSync(join(home.folder, '.pulumi/credentials.json')), false)
    const plain = await home.esc(['whoami'], {
      env: { ...env, PULUMI_BACKEND_URL: url.replace('https', 'http') },
    })
    assert.equal(plain.code, 6)
    assert.doesNotMatch(plain.stderr, /internal error/)
    const trusted = await home.esc(['login', url], { env: { ...env, NODE_EXTRA_CA_CERTS: files[1] } })
    assert.match(trusted.stdout, /^Logged in to https:\/\/localhost/)
    assert.match((await home.esc(['login', url, '--insecure'], { env })).stdout, /^Logged in/)
  } finally {
    secure.closeAllConnections()
    secure.close()
    home.remove()
  }
})

test('R-42: a proxy of the variables is used, and a dead one is told', async () => {
  const bad = await listenBadly(() => {})
  await bad.close()
  const PULUMI_BACKEND_URL = 'http://esc.internal'
  const through = (HTTP_PROXY: string) =>
    server.esc(['env', 'ls'], { env: { PULUMI_BACKEND_URL, HTTP_PROXY } })
  const dead = await through(bad.url)
  assert.equal(dead.code, 1)
  assert.match(dead.stderr, /could not reach http:\/\/esc\.internal: nothing is listening there/)
  // The server answers requests whose target is a whole URL, as a proxy gets them.
  assert.equal((await through(server.url)).code, 0)
})

test('R-42: a home that cannot be written, or is no directory, does not stop a token from the variable', async () => {
  for (const HOME of ['/proc/nowhere', '/dev/null', '']) {
    const { code, stderr } = await server.esc(['env', 'ls'], { env: { HOME } })
    assert.equal(code, 0, `${HOME}: ${stderr}`)
    assert.match(
      stderr,
      /^Logging in using access token from PULUMI_ACCESS_TOKEN\n(warning: the account could not be stored: .*\n)?$/,
    )
  }
})

test('R-42: a full disk leaves the old login file whole and tells the cause', async (t) => {
  const home = makeHome()
  const disk = join(home.folder, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    home.remove()
    return t.skip('NOT RUN: this user may not mount a small file system')
  }
  try {
    const env = { PULUMI_ACCESS_TOKEN: server.token, PULUMI_HOME: disk }
    assert.equal((await home.esc(['login', server.url], { env })).code, 0)
    const before = readFileSync(join(disk, 'credentials.json'), 'utf8')
    try {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(1 << 20))
    } catch {
      // The disk is full now, as intended.
    }
    const { code, stderr } = await home.esc(['login', `${server.url}/`, '--default-org', 'acme'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /^Error: .*no space left on device/m)
    assert.equal(readFileSync(join(disk, 'credentials.json'), 'utf8'), before)
    assert.deepEqual(
      readdirSync(disk).filter((name) => /tmp|lock/.test(name)),
      [],
    )
  } finally {
    execFileSync('umount', [disk])
    home.remove()
  }
})

test('R-42: the clock may be wrong by years', async () => {
  const home = makeHome()
  const env = { PULUMI_BACKEND_URL: server.url, PULUMI_ACCESS_TOKEN: server.token }
  await home.esc(['env', 'ls'], { env })
  const path = join(home.folder, '.pulumi/credentials.json')
  for (const year of ['1970', '2999', 'never']) {
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(
        /"lastValidatedAt": "[^"]*"/,
        `"lastValidatedAt": "${year}-01-01T00:00:00Z"`,
      ),
    )
    assert.deepEqual(await home.esc(['env', 'ls'], { env: { PULUMI_BACKEND_URL: server.url } }), {
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    })
  }
  home.remove()
})

test('R-42: two command lines that write the login file at once lose nothing', async () => {
  const home = makeHome({ PULUMI_ACCESS_TOKEN: server.token })
  const { port } = new URL(server.url)
  const urls = ['127.0.0.1', 'localhost', '127.0.0.2', '127.0.0.3'].map((host) => `http://${host}:${port}`)
  const reachable = urls.filter((url) => url !== `http://localhost:${port}`).slice(0, 1)
  const logins = await Promise.all(
    Array.from({ length: 6 }, (_, at) =>
      home.esc(['login', `${reachable[0]}${'/'.repeat(at)}`, '--default-org', `org-${at}`]),
    ),
  )
  for (const { code, stderr } of logins) assert.equal(code, 0, stderr)
  const folder = join(home.folder, '.pulumi')
  const credentials = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'))
  assert.deepEqual(Object.keys(credentials.accounts), [reachable[0]])
  assert.match(
    JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).backends[reachable[0] ?? ''].defaultOrg,
    /^org-\d$/,
  )
  assert.deepEqual(
    readdirSync(folder).filter((name) => /tmp|lock/.test(name)),
    [],
  )
  home.remove()
})

test('R-42: a login file that others can read, or that is broken, says what to do', async () => {
  const home = homeAt(server.url)
  const path = join(home.folder, '.pulumi/credentials.json')
  chmodSync(path, 0o644)
  assert.match((await home.esc(['env', 'ls'])).stderr, /^Error: credentials_too_open: .*; run: chmod 600 /)
  chmodSync(path, 0o600)
  writeFileSync(path, '{"accounts": {"http://x": {"accessToken": "pul-secret')
  const { stderr } = await home.esc(['env', 'ls'])
  assert.match(stderr, /^Error: please re-run `esc login` to reset your credentials file\. \(/)
  assert.doesNotMatch(stderr, /pul-secret/)
  home.remove()
})

test('R-42: with nobody at a terminal nothing is asked for', async () => {
  const home = makeHome({ OPENESC_EXIT_CODES: '1' })
  const { code, stderr } = await home.esc(['login', server.url])
  assert.equal(code, 3)
  assert.match(stderr, /PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n$/)
  home.remove()
})

test('R-42: a reader that goes away ends the command quietly', async () => {
  const child = spawn(program, ['gen-docs', '--help'], { env: server.env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  assert.deepEqual([code, stderr], [0, ''])
})

test('R-42: an interrupt while a server is slow ends the command at once, with the signal', async () => {
  const bad = await listenBadly(behaviours['never answers'])
  const home = homeAt(bad.url)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const ended = await home.esc(['open', 'a/b/c'], {
      started: (child) => void setTimeout(() => child.kill(signal), 400),
    })
    assert.deepEqual([ended.signal ?? ended.code, ended.stdout, ended.stderr], [signal, '', ''])
  }
  assert.deepEqual(
    readdirSync(join(home.folder, '.pulumi')).filter((name) => /tmp|lock/.test(name)),
    [],
  )
  rmSync(home.folder, { recursive: true })
  await bad.close()
})

test('R-42: each class of failure has an exit code of its own when asked, and 1 when not', async () => {
  const classes: readonly (readonly [readonly string[], number])[] = [
    [['env', 'get'], 2],
    [['env', 'nope'], 2],
    [['env', 'ls', '--nope'], 2],
    [['open', 'acme/web/missing'], 4],
    [['env', 'init', 'acme/web/twice'], 5],
    [['open', 'acme/web/broken'], 7],
    [['env', 'set', 'acme/web/broken', 'a', '${nope}'], 7],
  ]
  await server.esc(['env', 'init', 'acme/web/twice'])
  await server.esc(['env', 'init', 'acme/web/broken', '-f', '-'], { input: 'values: {a: 1}\n' })
  for (const [args, code] of classes.slice(0, 5)) {
    assert.equal((await server.esc(args, { env: { OPENESC_EXIT_CODES: '1' } })).code, code, args.join(' '))
    assert.equal((await server.esc(args)).code, 1, args.join(' '))
  }
  for (const [args] of classes.slice(6)) {
    assert.equal((await server.esc(args, { env: { OPENESC_EXIT_CODES: '1' } })).code, 7, args.join(' '))
    assert.equal((await server.esc(args)).code, 0, args.join(' '))
  }
  const denied = await server.esc(['env', 'ls'], {
    env: { OPENESC_EXIT_CODES: '1', PULUMI_ACCESS_TOKEN: 'pul-0' },
  })
  assert.equal(denied.code, 3)
})

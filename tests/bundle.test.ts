import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const isBuilt = existsSync(`${dist}esc.cjs`)
const skip = isBuilt ? false : 'NOT RUN: there is no dist; `npm run build` makes it'

test('the bundle of the daily commands holds neither a server nor a database', { skip }, () => {
  // 24 ms of a start went into compiling 700 KB; what people wait for many times a day must stay small.
  const { length } = readFileSync(`${dist}quick.cjs`)
  assert.ok(length < 300_000, `dist/quick.cjs has ${length} bytes`)
})

test('what starts often has no literal with Unicode classes, which the engine reads before the first line', {
  skip,
}, () => {
  for (const file of ['quick.cjs', 'eval-bundle.cjs'])
    assert.doesNotMatch(readFileSync(dist + file, 'latin1'), /(?<!\\)\\p\{/, file)
})

test('the code that the build compiled is taken by the Node that compiled it', { skip }, () => {
  const program = `
    const { readFileSync } = require('node:fs')
    const [bundle, code] = process.argv.slice(1)
    const text = '(function(exports,require,module,__filename,__dirname){' + readFileSync(bundle, 'latin1') + '\\n})'
    const script = new (require('node:vm').Script)(text, { cachedData: readFileSync(code) })
    process.exitCode = script.cachedDataRejected ? 1 : 0
  `
  const files = [
    ['quick.cjs', 'quick.code'],
    ['all.cjs', 'all.code'],
    ['eval-bundle.cjs', 'eval.code'],
  ]
  for (const [bundle, code] of files)
    assert.equal(spawnSync(process.execPath, ['-e', program, dist + bundle, dist + code]).status, 0, bundle)
})

/** What a command loads of the platform, beyond what a bare start has loaded. */
async function loadedBy(args: readonly string[], env: Readonly<Record<string, string>>) {
  const program = `
    const before = new Set(process.moduleLoadList)
    process.once('exit', () => {
      const loaded = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith('NativeModule '))
      require('node:fs').writeSync(2, loaded.map((name) => name.slice(13)).join(' '))
    })
    require(process.argv[1])
  `
  const child = spawn(process.execPath, ['-e', program, `${dist}esc.cjs`, ...args], { env })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { stdout, modules: stderr.split(' ') }
}

test('`esc version` loads two modules of the platform', { skip }, async () => {
  const { modules } = await loadedBy(['version'], { HOME: '/nonexistent' })
  assert.deepEqual(modules, ['vm', 'os'])
})

test('`esc open` makes one request, and loads the sockets but no HTTP client, no TLS and no promises of files', {
  skip,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), 'openesc-bundle-'))
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const value = '{"value":1.10,"trace":{"def":{}}}'
    response.end(`{"id":"s","environment":{"properties":{"n":${value}}}}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const account = { accessToken: 'x', username: 'ada', lastValidatedAt: new Date().toISOString() }
    const accounts = { current: url, accessTokens: { [url]: 'x' }, accounts: { [url]: account } }
    writeFileSync(join(home, 'credentials.json'), JSON.stringify(accounts), { mode: 0o600 })
    const { stdout, modules } = await loadedBy(['open', 'acme/web/dev'], { PULUMI_HOME: home })
    assert.equal(stdout, '{\n  "n": 1.10\n}\n')
    assert.deepEqual(requests, ['POST /api/esc/environments/acme/web/dev/open?duration=2h0m0s'])
    assert.ok(modules.includes('net'))
    const needless = /^(_?http|_?tls|https|crypto|zlib|tty|child_process|readline|worker|undici|fs\/promises)/
    assert.deepEqual(
      modules.filter((name) => needless.test(name)),
      [],
    )
    assert.ok(modules.length < 40, `${modules.length} modules: ${modules.join(' ')}`)
  } finally {
    server.close()
    rmSync(home, { recursive: true })
  }
})

// What the product does not have: passwords, and a console in a browser. A thing that is not there needs no rules, as long as it is not
// there; the one form that there is has rules of its own.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openApi, routes } from '../../src/http/index.ts'
import { loginPages } from '../../src/http/routes/device-login-page.ts'
import { createWorld, type World } from './world.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = globSync('src/**/*.ts', { cwd: root })
  .filter((file) => !/\.test\.ts$|\/contract\//.test(file))
  .map((file) => [file, readFileSync(`${root}/${file}`, 'utf8')] as const)

describe('S-13: there are no passwords', () => {
  test('no route takes or gives one, nothing stores one, and no login asks for one', async () => {
    const described = JSON.stringify(openApi(routes)).toLowerCase()
    for (const word of ['"password"', '"passphrase"', '"passwd"', 'password_hash', 'passwordhash'])
      assert.equal(described.includes(word), false, word)
    const writers = sources.filter(([, text]) => /passwordHash:(?! (?:null|string|row\.))/.test(text))
    assert.deepEqual(
      writers.map(([file]) => file),
      [],
      'the column is there since the first schema, and is only ever null',
    )
    const world = await createWorld()
    const users = await world.store.read(
      async (transaction) => (await transaction.users.list(null, 100)).items,
    )
    assert.ok(users.length > 1)
    assert.ok(users.every(({ passwordHash }) => passwordHash === null))
    const tried = await world.call('nobody', 'GET /api/user', {
      headers: { authorization: `Basic ${Buffer.from('ada:hunter22222').toString('base64')}` },
    })
    assert.equal(tried.status, 401)
    await world.close()
  })

  test('10,000 guesses of tokens, over 50 spellings of one, are throttled for each address; the answer is one for all', async () => {
    let nowMs = 0
    const world = await createWorld({}, { addressLimit: { perSecond: 10, burst: 50, nowMs: () => nowMs } })
    const good = world.tokens.ada
    const spellings = Array.from({ length: 50 }, (_, index) => {
      const at = 8 + (index % (good.length - 8))
      return `${good.slice(0, at)}${good[at] === 'a' ? 'b' : 'a'}${good.slice(at + 1)}`
    })
    const answers = new Map<number, number>()
    for (let guess = 0; guess < 10_000; guess += 1) {
      const authorization = `token ${spellings[guess % 50]}`
      const { status } = await world.call('nobody', 'GET /api/user', { headers: { authorization } })
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
    assert.deepEqual([...answers.keys()].sort(), [401, 429])
    assert.ok((answers.get(401) ?? 0) <= 51, `${answers.get(401)} guesses were looked at`)
    const last = await world.call('nobody', 'GET /api/user', {
      headers: { authorization: `token ${spellings[0]}` },
    })
    assert.equal(last.status, 429)
    assert.ok(last.headers.get('retry-after'))
    assert.equal((await world.call('ada', 'GET /api/user')).status, 200, 'who has a token is not locked out')
    nowMs += 10_000
    const again = await world.call('nobody', 'GET /api/user', {
      headers: { authorization: `token ${spellings[0]}` },
    })
    assert.equal(again.status, 401)
    await world.close()
  })
})

describe('S-56: there is no console, and one form', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world.close())

  test('no page is served and no cookie set, on any route of the API, whoever asks', async () => {
    for (const route of routes) {
      const path = route.path.replace(/\{\w+\}/g, 'none')
      for (const who of ['nobody', 'ada'] as const) {
        const { headers } = await world.call(who, `${route.method} ${path}`, {
          headers: { accept: 'text/html' },
        })
        assert.equal(headers.get('set-cookie'), null, route.id)
        assert.doesNotMatch(headers.get('content-type') ?? '', /html|javascript|svg/, route.id)
        assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, route.id)
      }
    }
    const words = sources.filter(
      ([file, text]) => /^src\/(?:http|service|programs)\//.test(file) && /set-cookie|'cookie'/i.test(text),
    )
    assert.deepEqual(words, [], 'no code of the server knows cookies')
  })

  test('S-57: the pages on which a login is allowed have no script, set no cookie, are in no frame and load one sheet from here', async () => {
    for (const { method, path } of loginPages) {
      const answered = await world.call('nobody', `${method} ${path}?code=%3Cscript%3E%22`, {
        headers: { accept: 'text/html' },
      })
      assert.equal(answered.headers.get('set-cookie'), null, path)
      const policy = answered.headers.get('content-security-policy') ?? ''
      for (const part of [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ])
        assert.ok(policy.includes(part), part)
      assert.equal(answered.headers.get('cache-control'), 'no-store')
      assert.equal(answered.headers.get('referrer-policy'), 'no-referrer')
      if (path.endsWith('.css')) continue
      assert.match(answered.headers.get('content-type') ?? '', /^text\/html/)
      assert.doesNotMatch(answered.text, /<script|javascript:|\sstyle=|\son\w+=|<iframe|<img/i)
      assert.deepEqual(answered.text.match(/(?:src|href)="[^"]*"/g), ['href="/login/page.css"'])
    }
  })

  test('a cookie, a query and a form prove nobody: a browser that is led here by another page has no rights', async () => {
    const token = world.tokens.ada
    for (const headers of [
      { cookie: `__Host-session=${token}; token=${token}; authorization=${token}` },
      { 'x-access-token': token },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie: `session=${token}` },
    ]) {
      const tried = await world.call('nobody', 'POST /api/esc/environments/acme', {
        headers,
        body: { project: 'a', name: 'b' },
      })
      assert.equal(tried.status, 401)
      assert.equal(tried.headers.get('access-control-allow-origin'), null)
    }
    for (const name of ['token', 'access_token', 'authorization'])
      assert.equal((await world.call('nobody', `GET /api/user?${name}=${token}`)).status, 401)
    const preflight = await world.app.fetch(
      new Request('http://localhost/api/user', {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      }),
    )
    assert.equal(preflight.headers.get('access-control-allow-origin'), null)
    assert.equal(preflight.headers.get('access-control-allow-headers'), null)
  })
})

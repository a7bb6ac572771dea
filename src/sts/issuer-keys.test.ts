import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { createIssuerKeys, type Fetch, type KeysAnswer } from './issuer-keys.ts'

const issuer = 'https://login.example.com/t'
const discoveryUrl = `${issuer}/.well-known/openid-configuration`
const jwksUrl = `${issuer}/jwks`

type Pages = { [url: string]: () => Response | Promise<Response> }

function pages(over: Pages = {}): { fetch: Fetch; seen: string[] } {
  const seen: string[] = []
  const all: Pages = {
    [discoveryUrl]: () => Response.json({ issuer, jwks_uri: jwksUrl }),
    [jwksUrl]: () => Response.json({ keys: [{ kid: 'a', kty: 'RSA' }] }),
    ...over,
  }
  const fetch: Fetch = async (url, init) => {
    assert.equal(init.redirect, 'manual')
    seen.push(url)
    const page = all[url]
    if (page === undefined) throw new TypeError('fetch failed')
    return page()
  }
  return { fetch, seen }
}

function problemOf(answer: KeysAnswer): string {
  return 'problem' in answer ? answer.problem : 'no problem'
}

describe('issuer keys', () => {
  test('keys are read once and kept for the five minutes nobody said otherwise', async () => {
    const { fetch, seen } = pages()
    const keys = createIssuerKeys({ fetch })
    const got = await keys.keysOf(issuer, 'a', 0)
    assert.deepEqual('keys' in got && got.keys, [{ kid: 'a', kty: 'RSA' }])
    await keys.keysOf(issuer, 'a', 299_999)
    assert.deepEqual(seen, [discoveryUrl, jwksUrl])
    await keys.keysOf(issuer, 'a', 300_000)
    assert.equal(seen.length, 4)
  })

  for (const [header, seconds] of [
    ['public, max-age=60', 60],
    ['max-age=86400', 3600],
    ['public', 300],
  ] as const) {
    test(`Cache-Control \`${header}\` keeps keys for ${seconds} s`, async () => {
      const answer = () => Response.json({ keys: [{ kid: 'a' }] }, { headers: { 'cache-control': header } })
      const { fetch, seen } = pages({ [jwksUrl]: answer })
      const keys = createIssuerKeys({ fetch })
      await keys.keysOf(issuer, 'a', 0)
      await keys.keysOf(issuer, 'a', seconds * 1000 - 1)
      assert.equal(seen.length, 2)
      await keys.keysOf(issuer, 'a', seconds * 1000)
      assert.equal(seen.length, 4)
    })
  }

  test('an unknown kid reads again, but not within 30 s of the last time', async () => {
    const { fetch, seen } = pages()
    const keys = createIssuerKeys({ fetch })
    await keys.keysOf(issuer, 'a', 0)
    await keys.keysOf(issuer, 'new', 29_999)
    assert.equal(seen.length, 2)
    await keys.keysOf(issuer, 'new', 30_000)
    assert.equal(seen.length, 4)
    await keys.keysOf(issuer, 'new', 59_999)
    assert.equal(seen.length, 4)
  })

  test('calls at the same time share one reading', async () => {
    const { fetch, seen } = pages()
    const keys = createIssuerKeys({ fetch })
    await Promise.all([1, 2, 3].map(() => keys.keysOf(issuer, 'a', 0)))
    assert.equal(seen.length, 2)
  })

  test('a failure is not kept', async () => {
    let broken = true
    const answer = () =>
      broken ? new Response('', { status: 503 }) : Response.json({ issuer, jwks_uri: jwksUrl })
    const keys = createIssuerKeys({ fetch: pages({ [discoveryUrl]: answer }).fetch })
    assert.match(problemOf(await keys.keysOf(issuer, 'a', 0)), /answers 503, wanted 200/)
    broken = false
    assert.equal(problemOf(await keys.keysOf(issuer, 'a', 1)), 'no problem')
  })

  test('a redirect within the origin is followed, one to another origin is not', async () => {
    const redirect = (location: string) => () => new Response(null, { status: 302, headers: { location } })
    const moved = `${issuer}/moved`
    const within = pages({
      [jwksUrl]: redirect('/t/moved'),
      [moved]: () => Response.json({ keys: [{ kid: 'a' }] }),
    })
    const inside = await createIssuerKeys({ fetch: within.fetch }).keysOf(issuer, 'a', 0)
    assert.equal(problemOf(inside), 'no problem')
    for (const location of [
      'https://evil.example.com/jwks',
      'http://login.example.com/t/jwks',
      '//evil.example.com',
    ]) {
      const away = pages({ [jwksUrl]: redirect(location) })
      const answer = await createIssuerKeys({ fetch: away.fetch }).keysOf(issuer, 'a', 0)
      assert.match(problemOf(answer), /redirects to another origin/)
      assert.deepEqual(away.seen, [discoveryUrl, jwksUrl])
    }
    const loop = pages({ [jwksUrl]: redirect(jwksUrl) })
    const circle = await createIssuerKeys({ fetch: loop.fetch }).keysOf(issuer, 'a', 0)
    assert.match(problemOf(circle), /redirects more than 3 times/)
  })

  const bad: readonly [string, Pages, RegExp][] = [
    [
      'a document of another issuer',
      { [discoveryUrl]: () => Response.json({ issuer: `${issuer}/`, jwks_uri: jwksUrl }) },
      /it says `https:\/\/login\.example\.com\/t\/`/,
    ],
    ['a document without jwks_uri', { [discoveryUrl]: () => Response.json({ issuer }) }, /no `jwks_uri`/],
    [
      'a document that is no JSON',
      { [discoveryUrl]: () => new Response('<html>') },
      /does not answer with JSON/,
    ],
    ['a document that is a list', { [discoveryUrl]: () => Response.json([]) }, /not an object/],
    ['a JWKS without keys', { [jwksUrl]: () => Response.json({}) }, /no `keys` array/],
    [
      'a JWKS over 1 MiB',
      { [jwksUrl]: () => new Response(' '.repeat(1024 * 1024 + 1)) },
      /more than 1048576 bytes/,
    ],
    [
      'a JWKS that is not there',
      { [jwksUrl]: () => Promise.reject(new TypeError('fetch failed')) },
      /cannot be reached/,
    ],
    [
      'a plain http JWKS',
      { [discoveryUrl]: () => Response.json({ issuer, jwks_uri: 'http://login.example.com/jwks' }) },
      /must be `https`/,
    ],
    [
      'a JWKS on loopback http of a public issuer',
      { [discoveryUrl]: () => Response.json({ issuer, jwks_uri: 'http://127.0.0.1/jwks' }) },
      /must be `https`/,
    ],
    [
      'a JWKS in a file',
      { [discoveryUrl]: () => Response.json({ issuer, jwks_uri: 'file:///etc/passwd' }) },
      /must be `https`/,
    ],
    [
      'a JWKS at a link-local address',
      { [discoveryUrl]: () => Response.json({ issuer, jwks_uri: 'https://169.254.169.254/jwks' }) },
      /link-local/,
    ],
    [
      'a JWKS at a link-local IPv6 address',
      { [discoveryUrl]: () => Response.json({ issuer, jwks_uri: 'https://[fe80::1]/jwks' }) },
      /link-local/,
    ],
    [
      'a JWKS at a mapped link-local address',
      { [discoveryUrl]: () => Response.json({ issuer, jwks_uri: 'https://[::ffff:169.254.169.254]/jwks' }) },
      /link-local/,
    ],
  ]
  for (const [what, over, problem] of bad) {
    test(`${what} gives no keys`, async () => {
      const answer = await createIssuerKeys({ fetch: pages(over).fetch }).keysOf(issuer, 'a', 0)
      assert.match(problemOf(answer), problem)
      assert.ok('suggestion' in answer && answer.suggestion.length > 0)
    })
  }

  test('a JWKS of exactly 1 MiB is read', async () => {
    const text = JSON.stringify({ keys: [{ kid: 'a' }] })
    const answer = () => new Response(text.padEnd(1024 * 1024, ' '))
    const got = await createIssuerKeys({ fetch: pages({ [jwksUrl]: answer }).fetch }).keysOf(issuer, 'a', 0)
    assert.equal(problemOf(got), 'no problem')
  })

  test('a host that resolves to a link-local address is not connected to, unless that is allowed', async () => {
    const { fetch, seen } = pages()
    const resolve = async () => ['203.0.113.1', '169.254.169.254']
    const refused = await createIssuerKeys({ fetch, resolve }).keysOf(issuer, 'a', 0)
    assert.match(problemOf(refused), /link-local/)
    assert.deepEqual(seen, [])
    const allowed = await createIssuerKeys({ fetch, resolve, allowLinkLocal: true }).keysOf(issuer, 'a', 0)
    assert.equal(problemOf(allowed), 'no problem')
  })

  test('an issuer that answers too slowly is given up', async () => {
    const sockets = createServer(() => {})
    sockets.listen(0, '127.0.0.1')
    await once(sockets, 'listening')
    const slow = `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`
    const keys = createIssuerKeys({ fetch: (url, init) => fetch(url, init), timeoutMs: 50 })
    assert.match(problemOf(await keys.keysOf(slow, null, 0)), /did not answer within 0\.05 s/)
    sockets.closeAllConnections()
    sockets.close()
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { table } from './table.ts'
import { createWorld, type World } from './world.ts'

const env = '/api/esc/environments/acme/web/dev'
const org = '/api/esc/environments/acme'

describe('identity', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world.close())
  table(
    () => world,
    [
      {
        is: 'the caller is told',
        who: 'ada',
        request: 'GET /api/user',
        status: 200,
        holds: ['"githubLogin":"ada"', '"githubLogin":"acme"'],
        holdsNot: ['evil', 'tokenInfo'],
      },
      {
        is: 'no token',
        who: 'nobody',
        request: 'GET /api/user',
        status: 401,
        holds: ['token_missing', 'esc login'],
        headers: { 'www-authenticate': 'token' },
      },
      {
        is: 'a damaged token',
        who: 'wrong',
        request: 'GET /api/user',
        status: 401,
        holds: ['token_malformed'],
      },
      {
        is: 'an expired token',
        who: 'expired',
        request: 'GET /api/user',
        status: 401,
        holds: ['token_expired'],
      },
      {
        is: 'a revoked token',
        who: 'revoked',
        request: 'GET /api/user',
        status: 401,
        holds: ['token_revoked'],
      },
      {
        is: 'the only organization is the default',
        who: 'ada',
        request: 'GET /api/user/organizations/default',
        status: 200,
        body: '{"gitHubLogin":"acme","messages":[]}\n',
      },
      {
        is: 'capabilities need no token',
        who: 'nobody',
        request: 'GET /api/capabilities',
        status: 200,
        body: '{"capabilities":[]}\n',
      },
      { is: 'the version needs no token', who: 'nobody', request: 'GET /api/cli/version', status: 200 },
      { is: 'liveness', who: 'nobody', request: 'GET /healthz', status: 200 },
      { is: 'readiness', who: 'nobody', request: 'GET /readyz', status: 200 },
      {
        is: 'an unknown route',
        who: 'ada',
        request: 'GET /api/nothing',
        status: 404,
        holds: ['route_not_found'],
      },
      {
        is: 'no discovery at the bare base',
        who: 'nobody',
        request: 'GET /.well-known/openid-configuration',
        status: 404,
      },
      {
        is: 'a wrong method',
        who: 'ada',
        request: 'PUT /api/user',
        status: 405,
        headers: { allow: 'GET, HEAD' },
      },
      {
        is: 'any Accept header will do',
        who: 'ada',
        request: 'GET /api/user',
        send: { headers: { accept: 'application/vnd.pulumi+8' } },
        status: 200,
      },
    ],
  )

  for (const scheme of ['token', 'Token', 'TOKEN', 'Bearer', 'bearer']) {
    test(`the scheme \`${scheme}\` is read`, async () => {
      const headers = { authorization: `${scheme} ${world.tokens.ada}` }
      assert.equal((await world.call('nobody', 'GET /api/user', { headers })).status, 200)
    })
  }
  test('another scheme is no token', async () => {
    const headers = { authorization: `Basic ${world.tokens.ada}` }
    assert.equal((await world.call('nobody', 'GET /api/user', { headers })).status, 401)
  })
  test('S-10: a token whose secret differs is answered like one that never existed', async () => {
    const forged = world.parts.tokens.make('personal')
    const headers = { authorization: `token ${forged.text}` }
    const answered = await world.call('nobody', 'GET /api/user', { headers })
    assert.equal(answered.status, 401)
    assert.equal(answered.headers.get('openesc-reason'), 'token_invalid')
  })
})

describe('environments from nothing to an open value', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world.close())
  const plain = `# kept\nvalues:\n    foo: bar   # kept too\n    ref: \${foo}\n`
  table(
    () => world,
    [
      {
        is: 'an empty list is there',
        who: 'ada',
        request: 'GET /api/esc/environments',
        status: 200,
        body: '{"environments":[]}\n',
      },
      {
        is: 'create',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { project: 'web', name: 'dev' } },
        status: 204,
        body: '',
      },
      {
        is: 'a taken name',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { project: 'web', name: 'dev' } },
        status: 409,
        holds: ['onflict'],
      },
      {
        is: 'a name taken in other letters',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { project: 'web', name: 'DEV' } },
        status: 409,
      },
      {
        is: 'no project is `default`',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { name: 'legacy' } },
        status: 204,
      },
      {
        is: 'an empty project is `default`',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { project: '', name: 'legacy' } },
        status: 409,
        holds: ['acme/default/legacy'],
      },
      {
        is: 'a new environment is empty',
        who: 'ada',
        request: `GET ${env}`,
        status: 200,
        body: '',
        headers: { 'content-type': 'application/x-yaml', 'pulumi-esc-revision': '1', etag: /^"[^"]+"$/ },
      },
      {
        is: 'HEAD tells the tag',
        who: 'ada',
        request: `HEAD ${env}`,
        status: 200,
        body: '',
        headers: { etag: /^"[^"]+"$/ },
      },
      { is: 'HEAD of a missing one', who: 'ada', request: `HEAD ${env}x`, status: 404, body: '' },
      {
        is: 'update',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: plain, headers: { 'content-type': 'application/json' } },
        status: 200,
        body: '{}\n',
        headers: { 'pulumi-esc-revision': '2', etag: /^"[^"]+"$/ },
      },
      {
        is: 'a text without secrets is stored byte for byte',
        who: 'ada',
        request: `GET ${env}`,
        status: 200,
        body: plain,
        headers: { 'pulumi-esc-revision': '2' },
      },
      {
        is: 'a broken reference',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: `values:\n  foo: \${bad_ref}\n` },
        status: 400,
        holds: ['unknown property \\"bad_ref\\"', '"environment":"web/dev"'],
      },
      {
        is: 'a missing import',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: 'imports: [web/none]\n' },
        status: 400,
        holds: ['"summary":"not found"'],
      },
      {
        is: 'no YAML at all',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: 'values: [\n' },
        status: 400,
        holds: ['diagnostics'],
      },
      {
        is: 'a warning is no error',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: 'vaues: {}\nvalues: {foo: bar}\n' },
        status: 200,
        holds: ['"severity":"warning"'],
      },
      {
        is: 'nothing was stored by the refused writes',
        who: 'ada',
        request: `GET ${env}`,
        status: 200,
        headers: { 'pulumi-esc-revision': '3' },
      },
      {
        is: 'the other organization finds nothing',
        who: 'eve',
        request: `GET ${env}`,
        status: 404,
        holdsNot: ['forbidden'],
      },
      { is: 'the other organization cannot list', who: 'eve', request: `GET ${org}`, status: 404 },
      {
        is: 'the other organization cannot create',
        who: 'eve',
        request: `POST ${org}`,
        send: { body: { name: 'x' } },
        status: 404,
      },
      {
        is: 'the other organization sees none of it',
        who: 'eve',
        request: 'GET /api/esc/environments',
        status: 200,
        body: '{"environments":[]}\n',
      },
      {
        is: 'a list of an organization that does not exist',
        who: 'ada',
        request: 'GET /api/esc/environments/nowhere',
        status: 404,
      },
      { is: 'a member without grants sees nothing', who: 'ben', request: `GET ${env}`, status: 404 },
      {
        is: 'a member without grants lists nothing',
        who: 'ben',
        request: `GET ${org}`,
        status: 200,
        body: '{"environments":[]}\n',
      },
      { is: 'an anonymous reader is asked to log in', who: 'nobody', request: `GET ${env}`, status: 401 },
      { is: 'delete', who: 'ada', request: `DELETE ${org}/default/legacy`, status: 204, body: '' },
      { is: 'delete twice', who: 'ada', request: `DELETE ${org}/default/legacy`, status: 404 },
    ],
  )
  test('a deleted environment that is made again has another tag', async () => {
    await world.call('ada', `POST ${org}`, { body: { name: 'again' } })
    const first = await world.call('ada', `GET ${org}/default/again`)
    await world.call('ada', `DELETE ${org}/default/again`)
    await world.call('ada', `POST ${org}`, { body: { name: 'again' } })
    const second = await world.call('ada', `GET ${org}/default/again`)
    assert.notEqual(first.headers.get('etag'), second.headers.get('etag'))
  })
})

describe('bad input', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  table(
    () => world,
    [
      ...['open', 'yaml', '.', '..', 'a/b', 'a b', 'ä', 'x'.repeat(101), ''].map((name) => ({
        is: `the environment name ${JSON.stringify(name.slice(0, 8))}`,
        who: 'ada' as const,
        request: `POST ${org}`,
        send: { body: { project: 'web', name } },
        status: 400,
        holds: ['name_invalid'],
      })),
      ...['yaml', 'tags', 'restore', 'Yaml', '..', 'a@b'].map((project) => ({
        is: `the project name ${project}`,
        who: 'ada' as const,
        request: `POST ${org}`,
        send: { body: { project, name: 'ok' } },
        status: 400,
        holds: ['name_invalid'],
      })),
      {
        is: 'a body that is no JSON',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: '{"name":' },
        status: 400,
        holds: ['not valid JSON'],
      },
      {
        is: 'a body that is no UTF-8',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: new Uint8Array([0x22, 0xff, 0x22]) },
        status: 400,
        holds: ['UTF-8'],
      },
      { is: 'no body', who: 'ada', request: `POST ${org}`, status: 400 },
      {
        is: 'a member of the wrong type',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { name: 7 } },
        status: 400,
        holds: ['`name`'],
      },
      { is: 'a list for a body', who: 'ada', request: `POST ${org}`, send: { body: [] }, status: 400 },
      {
        is: 'a body that is nested too deep',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: `${'['.repeat(65)}${']'.repeat(65)}` },
        status: 400,
        holds: ['64 levels'],
      },
      {
        is: 'an unknown member is left alone',
        who: 'ada',
        request: `POST ${org}`,
        send: { body: { name: 'more', later: true } },
        status: 204,
      },
      {
        is: 'a definition of more than 1 MiB',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: `# ${'x'.repeat(1_048_576)}` },
        status: 413,
        holds: ['body_too_large'],
      },
      {
        is: 'gzip',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: gzipSync('values: {foo: bar}\n'), headers: { 'content-encoding': 'gzip' } },
        status: 200,
      },
      {
        is: 'gzip that grows beyond the limit',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: gzipSync('#'.repeat(2_000_000)), headers: { 'content-encoding': 'gzip' } },
        status: 413,
      },
      {
        is: 'damaged gzip',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: 'values: {}', headers: { 'content-encoding': 'gzip' } },
        status: 400,
        holds: ['gzip'],
      },
      {
        is: 'another encoding',
        who: 'ada',
        request: `PATCH ${env}`,
        send: { body: 'values: {}', headers: { 'content-encoding': 'br' } },
        status: 415,
      },
      {
        is: 'a bad continuation token',
        who: 'ada',
        request: `GET ${org}?continuationToken=zzz`,
        status: 400,
        holds: ['continuationToken'],
      },
      {
        is: 'an empty continuation token is none',
        who: 'ada',
        request: `GET ${org}?continuationToken=`,
        status: 200,
      },
      {
        is: 'a count that is no number',
        who: 'ada',
        request: `GET ${env}/versions?count=many`,
        status: 400,
        holds: ['`count`'],
      },
      { is: 'a negative count', who: 'ada', request: `GET ${env}/versions?count=-1`, status: 400 },
      {
        is: 'a parameter given twice',
        who: 'ada',
        request: `GET ${env}/versions?count=1&count=2`,
        status: 400,
        holds: ['2 times'],
      },
      {
        is: 'an empty twin does not count',
        who: 'ada',
        request: `GET ${env}/versions?count=1&count=`,
        status: 200,
      },
      { is: 'an unknown parameter is left alone', who: 'ada', request: `GET ${env}?later=1`, status: 200 },
      {
        is: 'a flag that is none',
        who: 'ada',
        request: `POST ${org}/yaml/check?showSecrets=maybe`,
        send: { body: '' },
        status: 400,
      },
      ...['x', '-1h', '0s', '1', 'h', '1h 2m', '1d', 'Infinityh'].map((duration) => ({
        is: `the duration ${duration}`,
        who: 'ada' as const,
        request: `POST ${env}/open?duration=${encodeURIComponent(duration)}`,
        status: 400,
        holds: ['duration'],
      })),
      ...['2h0m0s', '1h30m', '15m', '1.5h', '90s', '100ms', '.5h', '1µs'].map((duration) => ({
        is: `the duration ${duration}`,
        who: 'ada' as const,
        request: `POST ${env}/open?duration=${encodeURIComponent(duration)}`,
        status: 200,
      })),
      { is: 'S-20: an encoded slash', who: 'ada', request: `GET ${org}/web%2Fdev`, status: 400 },
      { is: 'S-20: double encoding', who: 'ada', request: `GET ${org}/web/de%2576`, status: 400 },
      { is: 'S-20: a broken escape', who: 'ada', request: `GET ${org}/web/de%zz`, status: 400 },
      {
        is: 'S-20: an escape of an ordinary letter is decoded once',
        who: 'ada',
        request: `GET ${org}/web/de%76`,
        status: 200,
      },
      {
        is: 'S-20: other letter case does not match',
        who: 'ada',
        request: `GET ${org}/Web/dev`,
        status: 404,
      },
      { is: 'S-20: a NUL', who: 'ada', request: `GET ${org}/web/dev%00`, status: 400 },
      { is: 'a slash at the end changes nothing', who: 'ada', request: `GET ${env}/`, status: 200 },
      {
        is: 'repeated slashes are one',
        who: 'ada',
        request: `GET //api//esc/environments/acme/web//dev`,
        status: 200,
      },
      {
        is: 'a URL of more than 8 KiB',
        who: 'ada',
        request: `GET ${env}?x=${'x'.repeat(8_200)}`,
        status: 414,
      },
      {
        is: 'headers of more than 16 KiB',
        who: 'ada',
        request: `GET ${env}`,
        send: { headers: { 'x-much': 'x'.repeat(17_000) } },
        status: 431,
      },
    ],
  )
})

describe('concurrent writers', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  const save = (body: string, headers: Record<string, string> = {}) =>
    world.call('ada', `PATCH ${env}`, { body, headers })

  for (const header of ['ETag', 'If-Match']) {
    test(`R-05: a stale \`${header}\` is refused and the current one is not`, async () => {
      const stale = (await world.call('ada', `GET ${env}`)).headers.get('etag')!
      const saved = await save(`values: {by: ${header}}\n`)
      const refused = await save('values: {lost: true}\n', { [header]: stale })
      assert.equal(refused.status, 409)
      assert.equal(refused.headers.get('openesc-reason'), 'etag_mismatch')
      assert.match(
        String(refused.json()['message']),
        /etag mismatch\): revision \d+ was saved by ada at 2026/,
      )
      const next = await save('values: {kept: true}\n', { [header]: saved.headers.get('etag')! })
      assert.equal(next.status, 200)
    })
  }
  test('an empty tag is unconditional', async () => {
    assert.equal((await save('values: {a: 1}\n', { ETag: '' })).status, 200)
  })
  test('R-06: of writers with one tag exactly one wins, and revisions have no gap', async () => {
    const etag = (await world.call('ada', `GET ${env}`)).headers.get('etag')!
    const before = Number((await world.call('ada', `GET ${env}`)).headers.get('pulumi-esc-revision'))
    const writes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => save(`values: {n: ${index}}\n`, { ETag: etag })),
    )
    assert.equal(writes.filter(({ status }) => status === 200).length, 1)
    assert.equal(writes.filter(({ status }) => status === 409).length, 7)
    const free = await Promise.all(Array.from({ length: 4 }, (_, index) => save(`values: {m: ${index}}\n`)))
    assert.ok(free.every(({ status }) => status === 200))
    const after = Number((await world.call('ada', `GET ${env}`)).headers.get('pulumi-esc-revision'))
    assert.equal(after, before + 5)
  })
})

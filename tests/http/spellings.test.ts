import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createWorld, type World } from './world.ts'

const base = '/api/esc/environments/acme/web/prod'

/** Ways to write one segment so that some reader might take it for `name`. */
function twins(name: string): readonly string[] {
  const [first = '', ...others] = [...name]
  const rest = others.join('')
  const upper = name.toUpperCase()
  const wide = [...name].map((each) => String.fromCodePoint(each.codePointAt(0)! + 0xfee0)).join('')
  const raw = [
    ...[upper, first.toUpperCase() + rest, name.slice(0, -1) + name.slice(-1).toUpperCase()],
    ...[wide, `${name}\u0301`, `${first}\u200b${rest}`, `\u202e${name}`, `${name}\u202c`, `\ufeff${name}`],
    ...[`${name}\u00ad`, `${first}\u034f${rest}`, `${name}\u3164`, `${name}\u00a0`, `\u2060${name}`],
    ...[name.replace(/e/, 'е'), name.replace(/a/, 'а'), name.replace(/o/, 'о'), name.replace(/d/, 'ԁ')],
    ...[` ${name}`, `${name} `, `\t${name}`, `${name}\n`, `${name}\r`, `${name}\u0000`, `${name}\u0000.yaml`],
    ...[
      `${name}.`,
      `.${name}`,
      `${name};`,
      `${name};x=1`,
      `..;${name}`,
      `${name}\\`,
      `\\${name}`,
      `${name}:`,
    ],
    ...[
      `${name}*`,
      `${name}'`,
      `${name}"`,
      `${name}--`,
      `${name}@1`,
      `${name}@latest`,
      `{${name}}`,
      `${name}|x`,
    ],
  ].filter((each) => each !== name)
  return [
    ...raw.map((each) => encodeURIComponent(each)),
    ...[`${name}%00`, `${name}%2500`, `%252e%252e%252f${name}`, `${name}%2f`, `%2f${name}`, `${name}%252f`],
    ...[`${name}%5c`, `..%2f${name}`, `..%5c${name}`, `%2e%2e%2f${name}`, `${name}%2f..`, `${name}%2f%2e`],
    ...[
      `%c0%af${name}`,
      `${name}%c0%80`,
      `${name}%ff`,
      `%u0061${name}`,
      `${name}%`,
      `${name}%2`,
      `${name}%zz`,
    ],
    `%25${first.codePointAt(0)!.toString(16)}${rest}`,
  ]
}

/** Ways to write the whole path that mean the same path to us: decoded once, slashes collapsed. */
const same = [
  base,
  `${base}/`,
  `${base}//`,
  base.replace('/acme', '//acme'),
  base.replace('/web/', '///web//'),
  `//${base.slice(1)}`,
  base.replace('prod', '%70rod'),
  base.replace('prod', '%70%72%6f%64'),
  base.replace('web', 'w%65b'),
  base.replace('acme', '%61cme'),
  `${base}?x=/../other`,
  `${base}?`,
]

/** Ways that walk. */
const walks = [
  '/%2e%2e/prod',
  '/..%2fprod',
  '/.%2e/prod',
  '/%2e./prod',
  '/%252e%252e/prod',
  '/..;/prod',
  '/x/%2e%2e/prod',
  '/%2e/prod',
  '/x/..%5cprod',
  '/../web/prod',
  '/./prod',
  '/x/../prod',
  '\\prod',
].map((tail) => `/api/esc/environments/acme/web${tail}`)

describe('S-20: one canonical name', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    for (const [project, name] of [
      ['web', 'prod'],
      ['web', 'other'],
    ]) {
      await world.call('ada', 'POST /api/esc/environments/acme', { body: { project, name } })
    }
    await world.call('ada', `PATCH ${base}`, { body: 'values: {a: canary}\n' })
    await world.call('ada', `PUT ${base}/grants`, { body: { grants: {} } })
    await world.call('ada', `POST ${base}/tags`, { body: { name: 'owner', value: 'canary' } })
    await world.call('ada', `POST ${base}/versions/tags`, { body: { name: 'stable' } })
  })
  after(() => world.close())

  /** As a listener hands it over: a URL no longer shows what was sent. */
  const asSent = async (who: 'ada' | 'ben' | 'eve', path: string) => {
    const headers = { authorization: `token ${world.tokens[who]}` }
    const request = new Request(`http://server.test${path}`, { headers })
    const answered = await world.app.fetch(request, { target: path })
    return { status: answered.status, text: await answered.text() }
  }

  test('S-20: at least 300 spellings are refused at the edge or not found, for who may and for who may not', async () => {
    const places = [
      ...twins('acme').map((name) => base.replace('acme', name)),
      ...twins('web').map((name) => base.replace('web', name)),
      ...twins('prod').map((name) => base.replace('prod', name)),
      ...twins('owner').map((name) => `${base}/tags/${name}`),
      ...twins('stable').map((name) => `${base}/versions/tags/${name}`),
      ...twins('stable').map((name) => `${base}/versions/${name}`),
      ...walks,
    ]
    const spellings = new Set(places)
    assert.ok(spellings.size >= 300, String(spellings.size))
    for (const path of spellings) {
      for (const who of ['ada', 'ben', 'eve'] as const) {
        const { status, text } = await asSent(who, path)
        assert.ok([400, 404].includes(status), `${who} ${path}: ${status} ${text}`)
        assert.ok(!text.includes('canary'), path)
      }
    }
  })

  test('S-20: what means the same path has the same verdict and the same answer', async () => {
    const wanted = await world.call('ada', `GET ${base}`)
    assert.match(wanted.text, /canary/)
    for (const path of same) {
      const answered = await world.call('ada', `GET ${path}`)
      assert.equal(answered.status, 200, path)
      assert.equal(answered.headers.get('etag'), wanted.headers.get('etag'), path)
      assert.equal((await world.call('ben', `GET ${path}`)).status, 404, path)
      assert.equal((await world.call('eve', `GET ${path}`)).status, 404, path)
    }
  })

  test('S-20: nothing is made under a name that is a twin of one that exists, or outside the alphabet', async () => {
    for (const spelled of twins('prod')) {
      let name: string
      try {
        name = decodeURIComponent(spelled)
      } catch {
        continue
      }
      const { status, text } = await world.call('ada', 'POST /api/esc/environments/acme', {
        body: { project: 'web', name },
      })
      const harmless = /^(?:prod\.|\.prod|prod--)$/.test(name)
      assert.ok([400, 409].includes(status) || harmless, `${JSON.stringify(name)}: ${status} ${text}`)
    }
    for (const [request, body, wanted] of [
      ['POST /api/esc/environments/acme', { project: 'WEB', name: 'new' }, 409],
      [`POST ${base}/versions/tags`, { name: 'STABLE' }, 409],
      [`POST ${base}/versions/tags`, { name: 'Latest' }, 400],
      [`POST ${base}/tags`, { name: 'OWNER', value: 'x' }, 409],
      ['POST /api/orgs/acme/teams', { name: 'Admin' }, 400],
      ['POST /api/orgs/acme/teams', { name: 'ROOT' }, 400],
    ] as const) {
      const { status, text } = await world.call('ada', request, { body })
      assert.equal(status, wanted, `${JSON.stringify(body)}: ${text}`)
    }
  })
})

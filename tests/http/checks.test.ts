// What a check may do on a server: read texts, and nothing else.
import assert from 'node:assert/strict'
import dns from 'node:dns'
import { Socket } from 'node:net'
import { test } from 'node:test'
import type { ServiceParts } from '../../src/service/index.ts'
import { createWorld, echoProvider, providerSet, type World } from './world.ts'

const org = '/api/esc/environments/acme'

const texts: Readonly<Record<string, string>> = {
  base: `values:
  password: {fn::secret: sw0rdfish}
  opened: {fn::open::test: {token: "\${password}"}}
`,
  dev: `imports: [web/base]
values:
  own: {fn::secret: '"hunter2"'}
  text: "\${own} \${password} \${opened.token}"
  elsewhere: \${environments.web.base.password}
  decoded: {fn::fromJSON: "\${own}"}
  again: {fn::open::test: {x: "\${opened}"}}
`,
}

async function makeWorld(): Promise<World> {
  const world = await createWorld()
  for (const [name, body] of Object.entries(texts)) {
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
    const saved = await world.call('ada', `PATCH ${org}/web/${name}`, { body })
    assert.equal(saved.status, 200, saved.text)
  }
  const { text } = await world.call('ada', `GET ${org}/web/dev`)
  const again = await world.call('ada', `PATCH ${org}/web/dev`, { body: `${text}  last: 1\n` })
  assert.equal(again.status, 200, again.text)
  return world
}

/** Takes every key, provider and connection away from a running server, and tells what was reached for. */
function deny(world: World, mock: { method: typeof import('node:test').mock.method }): unknown[] {
  const reached: unknown[] = []
  const refuse = (what: string) => (): never => {
    reached.push(what)
    throw new Error(`${what} is out of reach`)
  }
  const crypter = { encrypt: refuse('a key'), decrypt: refuse('a key') }
  const denied: Partial<ServiceParts> = {
    crypterFor: () => crypter,
    sealer: { seal: refuse('a key'), open: refuse('a key') } as unknown as ServiceParts['sealer'],
    providers: () => providerSet(new Map([['test', { ...echoProvider(), open: refuse('a provider') }]])),
  }
  Object.assign(world.parts, denied)
  mock.method(Socket.prototype, 'connect', refuse('the network'))
  mock.method(dns, 'lookup', refuse('the network'))
  return reached
}

test('S-48: checks, reads and comparisons work on a server without keys, providers and network', async (t) => {
  const world = await makeWorld()
  const reached = deny(world, t.mock)
  const env = `${org}/web/dev`
  const proposed = `${texts['dev']}  more: \${again}\n`
  for (const [request, body] of [
    [`POST ${env}/check`, ''],
    [`POST ${env}/check`, proposed],
    [`POST ${env}/versions/2/check`, ''],
    [`POST ${env}/versions/3/check`, ''],
    [`POST ${org}/yaml/check`, proposed],
    [`GET ${env}`, undefined],
    [`GET ${env}/versions`, undefined],
    [`GET ${env}/versions/2`, undefined],
    ['GET /api/esc/providers?orgName=acme', undefined],
  ] as const) {
    const answer = await world.call('ada', request, body === undefined ? {} : { body })
    assert.equal(answer.status, 200, `${request}: ${answer.text}`)
    assert.ok(!/sw0rdfish|hunter2/.test(body === proposed ? '' : answer.text), answer.text)
  }
  assert.deepEqual(reached, [])
  // The same server cannot open: what was taken away is what opening needs.
  const opened = await world.call('ada', `POST ${env}/open`)
  assert.notEqual(opened.status, 200)
  assert.ok(reached.some((what) => what === 'a key'))
  await world.close()
})

test('S-48: who may not see an environment gets the same answer as if there were none, however it is named', async () => {
  const world = await makeWorld()
  for (const name of ['seen', 'hide'])
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
  const importer = 'imports: [web/base]\nvalues: {b: {fn::open::test: {}}}\n'
  await world.call('ada', `PATCH ${org}/web/hide`, { body: 'values: {a: 1, key: {fn::secret: x}}\n' })
  await world.call('ada', `POST ${org}/web/hide/versions/tags`, { body: { name: 'stable', revision: 2 } })
  await world.store.change(async (transaction) => {
    const organization = await transaction.organizations.find('acme')
    for (const [name, level] of [
      ['seen', 'write'],
      ['hide', 'none'],
      ['base', 'none'],
    ] as const) {
      const found = await transaction.environments.find(organization!.id, 'web', name)
      await transaction.settings.put(found!.id, 'grants', { 'u-ben': level })
    }
  })
  const ways: readonly ((name: string) => string)[] = [
    (name) => `imports: [web/${name}]\nvalues: {x: 1}\n`,
    (name) => `imports: [web/${name}@stable]\nvalues: {x: "\${key}"}\n`,
    (name) => `imports: [web/${name}@2, web/${name}@99]\nvalues: {x: "\${imports[\\"web/${name}@2\\"].a}"}\n`,
    (name) => `imports: [{web/${name}: {merge: false}}]\nvalues: {x: 1}\n`,
    (name) => `values: {x: "\${environments.web.${name}.a}", y: "\${environments.web.${name}.zzz}"}\n`,
    (name) => `values: {x: "\${environments.web[\\"${name}@stable\\"].a.b}"}\n`,
    (name) => `values: {x: {fn::open::test: {a: "\${environments.web.${name}}"}}}\n`,
  ]
  const requests = [
    `POST ${org}/web/seen/check`,
    `POST ${org}/yaml/check`,
    `POST ${org}/yaml/open`,
    `PATCH ${org}/web/seen`,
  ]
  for (const way of ways) {
    for (const request of requests) {
      const hidden = await world.call('ben', request, { body: way('hide') })
      const absent = await world.call('ben', request, { body: way('none') })
      assert.equal(hidden.status, absent.status, hidden.text)
      assert.equal(hidden.text.replaceAll('hide', 'none'), absent.text, `${request}\n${way('hide')}`)
      assert.deepEqual([...hidden.headers.keys()], [...absent.headers.keys()])
      assert.match(hidden.text, /not found/)
    }
  }
  // Nor is anything told of what lies behind an environment that may be seen.
  assert.equal((await world.call('ada', `PATCH ${org}/web/seen`, { body: importer })).status, 200)
  const through = await world.call('ben', `POST ${org}/yaml/check`, { body: 'imports: [web/seen]\n' })
  assert.match(through.text, /not found/)
  assert.doesNotMatch(through.text, /password|opened/)
  await world.close()
})

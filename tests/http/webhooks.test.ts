import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createEgress } from '../../src/programs/egress.ts'
import type { HookRequest } from '../../src/service/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const env = `${org}/web/dev`
const target = 'https://hooks.test/in'

/** A receiver as the documentation tells people to write one. */
function accepts({ headers, body }: HookRequest, secret: string, nowMs: number, seen: Set<string>): boolean {
  const id = headers['Webhook-Id'] ?? ''
  const timestamp = headers['Webhook-Timestamp'] ?? ''
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > 300 || seen.has(id)) return false
  const wanted = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest()
  const held = (headers['Webhook-Signature'] ?? '').split(' ').some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ''), 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
  if (held) seen.add(id)
  return held
}

describe('S-52: webhooks', () => {
  let world: World
  const sent: HookRequest[] = []
  let answerWith = 200
  let limited = 0
  before(async () => {
    world = await createWorld(
      {
        refusalOfTarget: createEgress({ allowed: ['hooks.lan:8443'] }).refusalOf,
        sendHook: async (request) => {
          sent.push(request)
          return { status: answerWith, headers: 'X-Test: 1', body: 'INTERNAL PAGE OF THE TARGET' }
        },
      },
      { testFireLimit: { most: 3, milliseconds: 60_000, nowMs: () => limited } },
    )
    for (const name of ['dev', 'other', 'base', 'middle', 'top', 'pinned']) {
      await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
    }
  })
  after(() => world.close())
  const hookOn = async (name: string, change: object = {}) => {
    const made = await world.call('ada', `POST ${org}/web/${name}/hooks`, {
      body: { active: true, displayName: 'x', payloadUrl: target, ...change },
    })
    assert.equal(made.status, 201, made.text)
    return String(made.json()['name'])
  }
  const save = async (name: string, body: string) => {
    const saved = await world.call('ada', `PATCH ${org}/web/${name}`, { body })
    assert.equal(saved.status, 200, saved.text)
  }
  const delivered = async () => {
    sent.length = 0
    await world.service.tick('one')
    return [...sent]
  }

  test('S-49: a target with a password in it, or that two readers read as two hosts, is refused when it is saved', async () => {
    const targets = [
      'https://u:p@hooks.test/',
      'https://u@hooks.test/',
      'https://hooks\t.test/',
      'https://hooks.test\\@evil.test/',
    ]
    for (const payloadUrl of targets) {
      const body = { active: true, displayName: 'x', name: 'x', payloadUrl }
      const refused = await world.call('ada', `POST ${env}/hooks`, { body })
      assert.equal(refused.status, 400, payloadUrl)
      assert.match(refused.text, /without user, password, white space and backslash/)
    }
  })

  test('S-49: a target that no delivery could reach is refused when it is saved, unless the operator let it in', async () => {
    const post = (payloadUrl: string, name = 'x') =>
      world.call('ada', `POST ${env}/hooks`, { body: { active: true, displayName: 'x', name, payloadUrl } })
    const targets: readonly [string, RegExp][] = [
      ['http://hooks.test/in', /got an http URL/],
      ['HTTP://hooks.lan:8443/', /got an http URL/],
      ['https://127.0.0.1/', /got an address in place of a name/],
      ['https://2130706433/', /got an address in place of a name/],
      ['https://[::ffff:10.0.0.1]/', /got an address in place of a name/],
      ['https://169.254.169.254/latest', /got an address in place of a name/],
      ['https://hooks.test:8080/', /got port 8080/],
      ['https://hooks.lan:8444/', /got port 8444/],
      ['https://localhost/', /got a name inside/],
      ['https://a.localhost./', /got a name inside/],
      ['https://metadata.google.internal/', /got a name inside/],
    ]
    for (const [payloadUrl, why] of targets) {
      const refused = await post(payloadUrl)
      assert.equal(refused.status, 400, payloadUrl)
      assert.match(refused.json()['message'] as string, why)
      assert.match(refused.headers.get('openesc-hint') ?? '', /--allowed-target host:port/)
    }
    assert.equal((await post('https://hooks.lan:8443/in', 'inside')).status, 201)
    const change = (body: object) => world.call('ada', `PATCH ${env}/hooks/inside`, { body })
    assert.equal((await change({ active: true, payloadUrl: 'http://hooks.lan:8443/in' })).status, 400)
    await world.store.change(async ({ webhooks, environments, organizations }) => {
      const acme = await organizations.find('acme')
      const dev = await environments.find(acme!.id, 'web', 'dev')
      const hook = await webhooks.find(acme!.id, dev!.id, 'inside')
      await webhooks.update({ ...hook!, payloadUrl: 'http://hooks.lan/in' })
    })
    const off = await change({ active: false, payloadUrl: 'http://hooks.lan/in' })
    assert.equal(off.status, 200, 'one from before can be switched off as it stands')
    await world.call('ada', `DELETE ${env}/hooks/inside`)
  })

  test('S-52: a delivery is proved by id, time and body; tampering, replay and age are refused', async () => {
    const name = await hookOn('dev', { secret: 'first secret' })
    await save('dev', 'values: {a: 1}\n')
    const [request] = await delivered()
    const now = world.clock.now.getTime()
    assert.ok(accepts(request!, 'first secret', now, new Set()))
    assert.ok(!accepts(request!, 'another secret', now, new Set()))
    assert.ok(!accepts({ ...request!, body: `${request!.body} ` }, 'first secret', now, new Set()))
    for (const header of ['Webhook-Id', 'Webhook-Timestamp']) {
      const headers = { ...request!.headers, [header]: `${request!.headers[header]}0` }
      assert.ok(!accepts({ ...request!, headers }, 'first secret', now, new Set()), header)
    }
    const seen = new Set<string>()
    assert.ok(accepts(request!, 'first secret', now, seen))
    assert.ok(!accepts(request!, 'first secret', now, seen), 'a replay')
    assert.ok(!accepts(request!, 'first secret', now + 301_000, new Set()), 'an old one')
    assert.equal(
      request!.headers['Pulumi-Webhook-Signature'],
      createHmac('sha256', 'first secret').update(request!.body).digest('hex'),
      'the header that receivers know is as ever',
    )
    await world.call('ada', `DELETE ${env}/hooks/${name}`)
  })

  test('S-52: two secrets sign for a day after a change, none after it is taken away', async () => {
    const name = await hookOn('dev', { secret: 'old one' })
    const change = (secret: string) =>
      world.call('ada', `PATCH ${env}/hooks/${name}`, { body: { active: true, payloadUrl: target, secret } })
    assert.equal((await change('new one')).status, 200)
    const provedBy = async () => {
      await save('dev', `values: {at: ${world.clock.now.getTime()}}\n`)
      const [request] = await delivered()
      const now = world.clock.now.getTime()
      return ['old one', 'new one'].filter((secret) => accepts(request!, secret, now, new Set()))
    }
    assert.deepEqual(await provedBy(), ['old one', 'new one'])
    world.clock.now = new Date(world.clock.now.getTime() + 86_400_001)
    assert.deepEqual(await provedBy(), ['new one'])
    await change('old one')
    await change('__remove-secret')
    await save('dev', 'values: {}\n')
    const [request] = await delivered()
    assert.equal(request!.headers['Webhook-Signature'], undefined)
    assert.equal(request!.headers['Pulumi-Webhook-Signature'], undefined)
    await change('new one')
    assert.deepEqual(await provedBy(), ['new one'], 'a secret from before the removal stays gone')
    await world.call('ada', `DELETE ${env}/hooks/${name}`)
  })

  test('S-52: no payload and no delivery log holds a value, a secret or what the target said', async () => {
    const name = await hookOn('dev', { secret: 'canary-signing' })
    await save('dev', 'values:\n  a: canary-plain\n  b: {"fn::secret": canary-sealed}\n')
    await world.call('ada', `POST ${env}/tags`, { body: { name: 'owner', value: 'canary-tag' } })
    await world.call('ada', `POST ${env}/versions/tags`, { body: { name: 'stable' } })
    await world.call('ada', `POST ${env}/versions/1/retract`, { body: { reason: 'canary-reason' } })
    const requests = await delivered()
    assert.ok(requests.length >= 3)
    const log = await world.call('ada', `GET ${env}/hooks/${name}/deliveries`)
    assertContract(`GET ${env}/hooks/${name}/deliveries`, log)
    for (const text of [...requests.map((request) => JSON.stringify(request)), log.text]) {
      assert.ok(!text.includes('canary'), text)
    }
    assert.ok(!log.text.includes('INTERNAL'), 'what a target says is nobody’s to read')
    assert.ok(!/signature/i.test(log.text))
    assert.match(log.text, /"responseCode":200/)
    await world.call('ada', `DELETE ${env}/hooks/${name}`)
  })

  test('S-52: retries end within a day; what failed for good is parked where it is seen, and can be sent again', async () => {
    const name = await hookOn('dev')
    answerWith = 503
    await save('dev', 'values: {again: 1}\n')
    let tries = 0
    const began = world.clock.now.getTime()
    for (let minute = 0; minute < 48 * 60; minute += 5) {
      const count = (await delivered()).length
      tries += count
      if (count > 0) assert.ok(world.clock.now.getTime() - began <= 86_400_000)
      world.clock.now = new Date(world.clock.now.getTime() + 300_000)
    }
    assert.equal(tries, 8)
    const log = await world.call('ada', `GET ${env}/hooks/${name}/deliveries`)
    const [parked] = JSON.parse(log.text) as { id: string; responseCode: number }[]
    assert.equal(parked!.responseCode, 503)
    answerWith = 200
    const again = await world.call('ada', `POST ${env}/hooks/${name}/deliveries/${parked!.id}/redeliver`)
    assert.equal(again.json()['responseCode'], 200)
    await world.call('ada', `DELETE ${env}/hooks/${name}`)
  })

  test('S-52: firing by hand is limited for each environment', async () => {
    limited += 60_000
    const name = await hookOn('dev')
    const other = await hookOn('other')
    const ping = async (path: string) => (await world.call('ada', `POST ${org}/web/${path}/ping`)).status
    const fired = []
    for (let index = 0; index < 4; index += 1) fired.push(await ping(`dev/hooks/${name}`))
    assert.deepEqual(fired, [200, 200, 200, 429])
    assert.equal(await ping(`other/hooks/${other}`), 200)
    limited += 60_001
    assert.equal(await ping(`dev/hooks/${name}`), 200)
    for (const each of ['dev', 'other']) {
      await world.call('ada', `DELETE ${org}/web/${each}/hooks/${each === 'dev' ? name : other}`)
    }
  })

  test('an importer’s hook hears that an import changed, through others too, unless it is pinned', async () => {
    await save('base', 'values: {x: 1}\n')
    await world.call('ada', `POST ${org}/web/base/versions/tags`, { body: { name: 'stable' } })
    await save('middle', 'imports: [web/base]\n')
    await save('top', 'imports: [web/middle]\n')
    await save('pinned', 'imports: [web/base@stable]\n')
    for (const name of ['middle', 'top', 'pinned']) {
      await hookOn(name, { filters: ['imported_environment_changed'] })
    }
    const told = async () =>
      (await delivered()).map(({ headers, body }) => {
        assert.equal(headers['Pulumi-Webhook-Kind'], 'imported_environment_changed')
        return JSON.parse(body) as Record<string, unknown>
      })
    assert.deepEqual(await told(), [])
    await save('base', 'values: {x: 2}\n')
    const bodies = await told()
    assert.deepEqual(bodies.map((body) => body['environmentName']).sort(), ['middle', 'top'])
    const { user, ...rest } = bodies.find((body) => body['environmentName'] === 'middle')!
    assert.deepEqual((user as { githubLogin: string }).githubLogin, 'ada')
    assert.deepEqual(rest, {
      organization: rest['organization'],
      projectName: 'web',
      environmentName: 'middle',
      action: 'updated',
      affectedRevisions: [2],
      importedEnvironmentReference: { projectName: 'web', environmentName: 'base', revision: 3 },
    })
    await world.call('ada', `PATCH ${org}/web/base/versions/tags/stable`, { body: { revision: 3 } })
    assert.deepEqual(
      (await told()).map((body) => body['environmentName']),
      ['pinned'],
    )
    await save('middle', 'values: {}\n')
    assert.deepEqual(
      (await told()).map((body) => body['environmentName']),
      ['top'],
      'middle itself asked for changed imports only',
    )
    await save('base', 'values: {x: 3}\n')
    assert.deepEqual(await told(), [], 'nobody imports the newest any more')
  })
})

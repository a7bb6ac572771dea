import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createApp } from '../../src/http/index.ts'
import { countedHere, createService } from '../../src/service/index.ts'
import { remember } from '../canaries.ts'
import { type CallOptions, createWorld, type Who, type World } from './world.ts'

const grant = 'urn:ietf:params:oauth:grant-type:device_code'
const sameOrigin = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }

interface Started {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri_complete: string
}

describe('S-15: a login that a person allows in a browser', () => {
  let world: World
  before(async () => {
    world = await createWorld({}, { loginLimit: { most: 40, milliseconds: 60_000, nowMs: () => 0 } })
  })
  after(() => world.close())

  const wait = (seconds: number) => {
    world.clock.now = new Date(world.clock.now.getTime() + seconds * 1_000)
  }
  const start = async (change: object = {}, server: World = world) => {
    const body = { client_id: 'esc', machine: 'laptop', ...change }
    const started = await server.call('nobody', 'POST /api/oauth/device', { body })
    assert.equal(started.status, 200, started.text)
    const found = started.json() as unknown as Started
    remember(found.device_code)
    return found
  }
  const form = (fields: Record<string, string>): CallOptions => ({
    body: new URLSearchParams(fields).toString(),
    headers: sameOrigin,
  })
  const show = (code: string, who: Who = 'ada') =>
    world.call('nobody', 'POST /login/device', form({ code, token: world.tokens[who] }))
  const confirmationIn = (html: string) => {
    const found = /name="confirmation" value="([^"]+)"/.exec(html)?.[1]
    assert.ok(found, html)
    return found
  }
  const answer = (confirmation: string, said = 'allow') =>
    world.call('nobody', 'POST /login/device/answer', form({ confirmation, answer: said }))
  const poll = (device_code: string, change: object = {}) =>
    world.call('nobody', 'POST /api/oauth/token', {
      body: { grant_type: grant, device_code, client_id: 'esc', ...change },
    })
  const state = async (device_code: string) => String((await poll(device_code)).json()['error'] ?? 'token')
  const allowed = async (who: Who = 'ada') => {
    const started = await start()
    assert.equal((await answer(confirmationIn((await show(started.user_code, who)).text))).status, 200)
    const taken = await poll(started.device_code)
    assert.equal(taken.status, 200, taken.text)
    const token = String(taken.json()['access_token'])
    remember(token)
    return { ...started, token, seconds: Number(taken.json()['expires_in']) }
  }
  const as = (token: string, request: string, body?: object) =>
    world.call('nobody', request, {
      headers: { authorization: `token ${token}` },
      ...(body === undefined ? {} : { body }),
    })

  test('the page says code, machine, address and rights; a click allows; the program gets a session of four hours', async () => {
    const started = await start({ machine: 'build <b>7</b>' })
    assert.match(started.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    assert.equal(await state(started.device_code), 'authorization_pending')
    const shown = await show(started.user_code.toLowerCase().replace('-', ' '))
    assert.equal(shown.status, 200, shown.text)
    for (const said of [started.user_code, 'build &lt;b&gt;7&lt;/b&gt;', 'ada', '4 hours', 'close the page'])
      assert.ok(shown.text.includes(said), said)
    assert.ok(!shown.text.includes(world.tokens.ada), 'the token is not written back')
    wait(5)
    assert.equal(await state(started.device_code), 'authorization_pending', 'seeing it allows nothing')
    const done = await answer(confirmationIn(shown.text))
    assert.match(done.text, /Allowed/)
    wait(5)
    const taken = await poll(started.device_code)
    assert.equal(taken.status, 200, taken.text)
    assert.equal(taken.headers.get('cache-control'), 'no-store')
    const { access_token, expires_in, token_type } = taken.json()
    remember(String(access_token))
    assert.match(String(access_token), /^esc_s_/)
    assert.equal(token_type, 'token')
    assert.ok(Number(expires_in) > 14_380 && Number(expires_in) <= 14_400, String(expires_in))
    const user = await as(String(access_token), 'GET /api/user')
    assert.equal(user.json()['githubLogin'], 'ada')
    wait(5)
    assert.equal(await state(started.device_code), 'expired_token', 'a code is good for one token')
    wait(14_400)
    assert.equal((await as(String(access_token), 'GET /api/user')).status, 401)
  })

  test('one token may ask for 20 codes in ten minutes, wherever it asks', async () => {
    const taken: string[] = []
    const other = await createWorld({
      counting: {
        ...countedHere,
        window: (name, limit, what, per) => {
          const take = countedHere.window(name, limit, what, per)
          return (key) => {
            taken.push(name)
            return take(key)
          }
        },
      },
    })
    const ask = () =>
      other.call('nobody', 'POST /login/device', form({ code: 'BCDF-GHJK', token: other.tokens.ada }))
    for (let turn = 0; turn < 20; turn += 1) assert.equal((await ask()).status, 404)
    const refused = await ask()
    assert.equal(refused.status, 429)
    assert.match(refused.text, /20 codes in ten minutes/)
    assert.equal(taken.filter((name) => name === 'codes').length, 21, 'all servers count together')
    await other.close()
  })

  test('opening the link, or sending the form from another page, allows nothing', async () => {
    const started = await start()
    const link = new URL(started.verification_uri_complete)
    const opened = await world.call('ada', `GET ${link.pathname}${link.search}`)
    assert.equal(opened.status, 200)
    assert.ok(opened.text.includes(started.user_code))
    assert.match(opened.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    assert.doesNotMatch(opened.text, /<script|\sstyle=|\son\w+=/)
    const fields = new URLSearchParams({ code: started.user_code, token: world.tokens.ada }).toString()
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site', origin: 'http://server.test', host: 'server.test' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.test' },
      { origin: 'null' },
    ]) {
      const sent = { body: fields, headers: headers as Record<string, string> }
      const refused = await world.call('nobody', 'POST /login/device', sent)
      assert.equal(refused.status, 403, JSON.stringify(headers))
      assert.doesNotMatch(refused.text, /confirmation/)
    }
    const confirmation = confirmationIn((await show(started.user_code)).text)
    const forged = await world.call('nobody', 'POST /login/device/answer', {
      body: new URLSearchParams({ confirmation, answer: 'allow' }).toString(),
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    assert.equal(forged.status, 403)
    const inUrl = await world.call('ada', `POST /login/device?code=${started.user_code}&token=x`, {
      headers: sameOrigin,
    })
    assert.equal(inUrl.status, 401, 'neither a URL nor a header says who somebody is')
    wait(5)
    assert.equal(await state(started.device_code), 'authorization_pending')
  })

  test('a denied login is over; an answer is taken once; another answer of the same or of another person changes nothing', async () => {
    const started = await start()
    const [first, second] = [await show(started.user_code), await show(started.user_code, 'ben')]
    assert.match((await answer(confirmationIn(first.text), 'deny')).text, /Denied/)
    for (const late of [first, second]) assert.equal((await answer(confirmationIn(late.text))).status, 404)
    assert.equal((await show(started.user_code)).status, 404)
    assert.equal(await state(started.device_code), 'access_denied')
  })

  test('codes live ten minutes and belong to the client that asked; who asks too often is told to slow down', async () => {
    const started = await start()
    assert.equal((await poll(started.device_code, { client_id: 'other' })).json()['error'], 'invalid_grant')
    assert.equal(await state(started.device_code), 'authorization_pending')
    assert.equal(await state(started.device_code), 'slow_down')
    wait(5)
    assert.equal(await state(started.device_code), 'authorization_pending')
    const confirmation = confirmationIn((await show(started.user_code)).text)
    wait(600)
    assert.equal((await answer(confirmation)).status, 404)
    assert.equal((await show(started.user_code)).status, 404)
    assert.equal(await state(started.device_code), 'expired_token')
    assert.equal(await state(`${started.device_code}x`), 'expired_token')
    assert.equal(await state(world.tokens.ada), 'expired_token', 'a token is no code')
    assert.equal((await start().then(({ user_code }) => as(user_code, 'GET /api/user'))).status, 401)
    assert.equal((await as((await start()).device_code, 'GET /api/user')).status, 401, 'a code is no token')
    await world.service.tick('one')
    const kept = await world.store.read(async ({ rememberedAnswers }) =>
      rememberedAnswers.get(`device-login:${started.device_code.split('_')[2]}`, 0),
    )
    assert.equal(kept, null, 'what is over is removed')
  })

  test('each step may meet another server of the same store', async () => {
    const other = createApp(createService(world.parts), { requestIds: () => 'r' })
    const started = await start()
    const page = await other.fetch(
      new Request('http://server.test/login/device', {
        method: 'POST',
        headers: sameOrigin,
        body: new URLSearchParams({ code: started.user_code, token: world.tokens.ada }).toString(),
      }),
    )
    await answer(confirmationIn(await page.text()))
    const ask = () =>
      other.fetch(
        new Request('http://server.test/api/oauth/token', {
          method: 'POST',
          body: JSON.stringify({ grant_type: grant, device_code: started.device_code, client_id: 'esc' }),
        }),
      )
    const [one, two] = await Promise.all([ask(), poll(started.device_code)])
    const given = [await one.text(), two.text].filter((text) => text.includes('access_token'))
    assert.equal(given.length, 1, 'two servers that are asked at once give one token')
    remember(String((JSON.parse(given[0]!) as { access_token: string }).access_token))
  })

  test('only a personal token allows: no session, no machine, none that ended; wrong codes are counted', async () => {
    const { token } = await allowed()
    const machine = await world.call('ada', 'POST /api/orgs/acme/tokens', { body: { name: 'm' } })
    const machineToken = String(machine.json()['tokenValue'])
    remember(machineToken)
    const { user_code } = await start()
    const tried = (text: string) =>
      world.call('nobody', 'POST /login/device', form({ code: user_code, token: text }))
    assert.equal((await tried(token)).status, 403)
    assert.equal((await tried(machineToken)).status, 403)
    for (const who of ['expired', 'revoked', 'wrong'] as const)
      assert.equal((await tried(world.tokens[who])).status, 401, who)
    assert.equal((await tried('')).status, 401)
    let last = 0
    for (let guess = 0; guess < 25; guess += 1) last = (await show('BBBB-BBBB', 'eve')).status
    assert.equal(last, 429)
  })

  test('S-11: a session ends with the token that allowed it, at its revocation and at its end', async () => {
    const made = await world.call('ben', 'POST /api/user/tokens', {
      body: { name: 'short', expires: Math.floor(world.clock.now.getTime() / 1_000) + 600 },
    })
    const { id, tokenValue } = made.json() as { id: string; tokenValue: string }
    remember(tokenValue)
    const started = await start()
    const shown = await world.call(
      'nobody',
      'POST /login/device',
      form({ code: started.user_code, token: tokenValue }),
    )
    assert.match(shown.text, /10 minutes/)
    await answer(confirmationIn(shown.text))
    const taken = (await poll(started.device_code)).json()
    const session = String(taken['access_token'])
    remember(session)
    assert.ok(Number(taken['expires_in']) <= 600)
    assert.equal((await as(session, 'GET /api/user')).status, 200)
    const late = await start()
    await answer(
      confirmationIn(
        (await world.call('nobody', 'POST /login/device', form({ code: late.user_code, token: tokenValue })))
          .text,
      ),
    )
    assert.equal((await world.call('ben', `DELETE /api/user/tokens/${id}`)).status, 204)
    assert.equal((await as(session, 'GET /api/user')).status, 401)
    assert.equal(await state(late.device_code), 'access_denied', 'allowed before, and not yet taken')
  })

  test('S-10: the store holds no code and no token, and who writes to it cannot answer for a person', async () => {
    const started = await start()
    const confirmation = confirmationIn((await show(started.user_code)).text)
    const id = started.device_code.split('_')[2]!
    const rows = await world.store.read(async ({ rememberedAnswers }) =>
      rememberedAnswers.get(`device-login:${id}`, world.clock.now.getTime()),
    )
    for (const secret of [started.device_code, started.user_code, confirmation])
      assert.ok(!JSON.stringify(rows).includes(secret))
    const denied = await start()
    await answer(confirmationIn((await show(denied.user_code)).text), 'allow')
    const deniedId = denied.device_code.split('_')[2]!
    await world.store.change(async ({ rememberedAnswers }) => {
      const nowMs = world.clock.now.getTime()
      const one = await rememberedAnswers.get(`device-answer:${deniedId}`, nowMs)
      await rememberedAnswers.insert({ ...one!, key: `device-answer:${id}` }, nowMs)
    })
    assert.equal(await state(started.device_code), 'authorization_pending', 'another login’s answer is none')
  })

  test('S-25: who allowed what, from where, is in the trail, and no code', async () => {
    const started = await start({ machine: 'seen-here' })
    await answer(confirmationIn((await show(started.user_code)).text))
    remember(String((await poll(started.device_code)).json()['access_token']))
    const trail = (await world.call('ada', 'GET /api/server/auditlogs/export?after=0')).text
    const bodies = trail.split('\n').filter((line) => line.includes('seen-here'))
    assert.equal(bodies.length, 2)
    assert.match(bodies[0]!, /device-login-allowed/)
    assert.match(bodies[1]!, /session-token-created/)
    assert.ok(!trail.includes(started.user_code))
  })

  test('a scope is refused, as is a request without a client; logins begun from one address are counted', async () => {
    const scoped = await world.call('nobody', 'POST /api/oauth/device', {
      body: { client_id: 'esc', scope: 'admin' },
    })
    assert.deepEqual([scoped.status, scoped.json()['error']], [400, 'invalid_scope'])
    const none = await world.call('nobody', 'POST /api/oauth/device', { body: 'scope=' })
    assert.deepEqual([none.status, none.json()['error']], [400, 'invalid_request'])
    let last = 200
    for (let begun = 0; begun < 41 && last === 200; begun += 1)
      last = (await world.call('nobody', 'POST /api/oauth/device', { body: 'client_id=esc' })).status
    assert.equal(last, 429)
  })
})

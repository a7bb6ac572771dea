// Targets that fail, over real connections: how often they are called, and what is said of them. The clock of the breakers is the test's.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createTokenExchange, kmsKeySource } from '../../src/aws/index.ts'
import { createEgress, EgressError } from '../../src/programs/egress.ts'
import { guardedHooks } from '../../src/programs/guarded-hooks.ts'
import { createBreakers, createVendorCalls, TargetClosed } from '../../src/providers/index.ts'

describe('R-14: a target that fails', () => {
  let answer: RequestListener = () => {}
  let called = 0
  const server: Server = createServer((...given) => {
    called += 1
    answer(...given)
  })
  let now = 0
  const scene = () =>
    createBreakers({ monotonicMs: () => now, clock: () => new Date(now), chance: () => 0.01 })
  const at = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const plainly = async (path: string, body: string, signal: AbortSignal) => {
    const got = await fetch(`http://${at()}${path}`, { method: 'POST', body, signal })
    await got.arrayBuffer()
    return { status: got.status, retryAfterSeconds: null, body: null }
  }
  const reset: RequestListener = (request) => request.socket.destroy()
  const status =
    (code: number): RequestListener =>
    (_, response) =>
      response.writeHead(code, { 'content-type': 'text/xml' }).end()
  const forever = new AbortController().signal

  for (const [what, fault] of [
    ['answers 503', status(503)],
    ['throttles', status(429)],
    ['resets connections', reset],
  ] as const) {
    test(`a vendor that ${what} is called 20 times for 40 logins, retries included, then not, and another organization’s calls go through`, async () => {
      const calls = createVendorCalls({
        send: (request, signal) => plainly('/token', JSON.stringify(request.body), signal),
        sleep: async () => {},
        breakers: scene(),
      })
      const login = (organization: string) =>
        calls.post(
          'gcp-login',
          { url: 'https://sts.googleapis.com/v1/token', body: {}, organization },
          forever,
        )
      answer = fault
      called = 0
      const said: unknown[] = []
      for (let turn = 0; turn < 40; turn += 1) await login('acme').catch((error: unknown) => said.push(error))
      // Twenty calls close it; two of them were retries.
      assert.equal(called, 20)
      const closed = said.filter((error) => error instanceof TargetClosed)
      assert.ok(closed.length >= 20, String(closed.length))
      answer = status(200)
      assert.equal((await login('other')).status, 200)
      await assert.rejects(login('acme'), TargetClosed)
      now += 5_000
      assert.equal((await login('acme')).status, 200)
      assert.equal((await login('acme')).status, 200)
    })
  }

  test('a vendor that refuses is well, however often', async () => {
    answer = status(403)
    called = 0
    const calls = createVendorCalls({
      send: (_request, signal) => plainly('/token', '{}', signal),
      sleep: async () => {},
      breakers: scene(),
    })
    for (let turn = 0; turn < 40; turn += 1)
      await calls.post(
        'gcp-login',
        { url: 'https://sts.googleapis.com/', body: {}, organization: 'acme' },
        forever,
      )
    assert.equal(called, 40)
  })

  test('an STS that cannot answer is called 20 times, retries included, then not for this organization', async () => {
    const breakers = scene()
    const sts = createTokenExchange({ region: 'us-east-1', endpoint: `http://${at()}`, fetch, breakers })
    const login = (organization: string) =>
      sts.assumeRoleWithWebIdentity({
        roleArn: 'arn:aws:iam::123456789012:role/deployer',
        roleSessionName: 's',
        organization,
        webIdentityToken: 'a.b.c',
        durationSeconds: 3600,
        policyArns: [],
        signal: forever,
      })
    answer = status(503)
    called = 0
    // One login is one call for its breaker, whatever the SDK makes of it: two of them may be retried once each.
    for (let turn = 0; turn < 40; turn += 1) await assert.rejects(login('acme'))
    assert.equal(called, 22)
    await assert.rejects(login('acme'), (error: TargetClosed) => {
      assert.match(error.message, /^aws-login: 127\.0\.0\.1:\d+ is not called since 1970-/)
      assert.match(error.detail, /try: again after 1970-/)
      return true
    })
    answer = (_, response) =>
      response
        .writeHead(403, { 'content-type': 'text/xml' })
        .end(
          '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
        )
    called = 0
    for (let turn = 0; turn < 30; turn += 1) await assert.rejects(login('other'), /no/)
    assert.equal(called, 30, 'who is told no is answered, and nothing is tried again')
  })

  test('a KMS that throttles is called 20 times, retries included, then not; one that refuses the key is well', async () => {
    const breakers = scene()
    const arn = 'arn:aws:kms:eu-west-1:123456789012:key/0b1c'
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' }
    const source = kmsKeySource({ arn, endpoint: `http://${at()}`, credentials, breakers })
    const refusing =
      (name: string): RequestListener =>
      (_, response) =>
        response
          .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
          .end(JSON.stringify({ __type: name, message: 'no' }))
    const wrap = () => source.wrap(['key-check'], Buffer.from('data key'))
    answer = refusing('AccessDeniedException')
    called = 0
    for (let turn = 0; turn < 30; turn += 1) await assert.rejects(wrap, /AccessDeniedException/)
    assert.equal(called, 30)
    now += 10_000
    answer = refusing('ThrottlingException')
    called = 0
    for (let turn = 0; turn < 40; turn += 1) await assert.rejects(wrap, { code: 'KEY_UNAVAILABLE' })
    assert.equal(called, 22, 'twenty calls, of which two were tried again')
    await assert.rejects(wrap, /kms: 127\.0\.0\.1:\d+ is not called since 1970-/)
    assert.equal(breakers.closed(), 1)
  })

  test('a receiver of webhooks that fails is left alone; one that says no is not', async () => {
    const breakers = scene()
    let code = 500
    let sent = 0
    const send = guardedHooks(async () => {
      sent += 1
      return { status: code, headers: '', body: '' }
    }, breakers)
    const hook = { organizationId: 'o', url: 'https://hooks.example.com/', headers: {}, body: '' }
    for (let turn = 0; turn < 20; turn += 1) await send(hook)
    await assert.rejects(send(hook), /webhook: hooks.example.com is not called since/)
    assert.equal(sent, 20)
    code = 404
    for (let turn = 0; turn < 30; turn += 1) await send({ ...hook, organizationId: 'p' })
    assert.equal(sent, 50)
  })

  test('has so long to take a connection and so long to begin its answer, whatever the whole call may take', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => {}).resume())
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const why: string[] = []
    const call = async (budgets: { connect: number; headers: number }) => {
      const egress = createEgress({ allowed: [host], budgets, log: (fact) => why.push(fact.why) })
      const begun = performance.now()
      await assert.rejects(egress.callVendor({ url: `https://${host}/`, body: {} }, forever), EgressError)
      return performance.now() - begun
    }
    try {
      assert.ok((await call({ connect: 100, headers: 5_000 })) < 2_000)
      assert.ok((await call({ connect: 5_000, headers: 100 })) < 2_000)
      assert.deepEqual(why, ['no connection within 100 ms', 'no answer within 100 ms'])
    } finally {
      silent.close()
    }
  })
})

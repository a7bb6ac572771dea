import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchPressure } from './pressure.ts'

function response() {
  const said = { status: 0, headers: {} as Record<string, unknown> }
  const made = Object.assign(new EventEmitter(), {
    writeHead: (status: number, headers: Record<string, unknown>) => Object.assign(said, { status, headers }),
    end: () => undefined,
  })
  return { said, made: made as unknown as ServerResponse }
}

/** A watch whose clock says at each sample that so many milliseconds have gone by. */
function watched(steps: () => number) {
  let now = 0
  let looks = 0
  const pressure = watchPressure(() => {
    looks += 1
    now += steps()
    return now
  })
  const look = async (samples: number) => {
    for (const until = looks + samples; looks < until; ) await sleep(5)
  }
  return { pressure, look }
}

const open = { method: 'POST', url: '/api/esc/environments/a/b/c/open' }

test('R-23: when every turn is late, requests are sent away with what to do, but neither health, keys nor revocations', async () => {
  const { pressure, look } = watched(() => 400)
  await look(4)
  // Few are no overload, however slow the machine is.
  for (let count = 0; count < 16; count += 1) assert.equal(pressure.sendsAway(open, response().made), false)
  const { said, made } = response()
  assert.equal(pressure.sendsAway(open, made), true)
  assert.equal(said.status, 503)
  assert.equal(said.headers['retry-after'], '1')
  assert.equal(pressure.shed(), 1)
  for (const [method, url] of [
    ['GET', '/healthz'],
    ['GET', '/readyz'],
    ['GET', '/oidc/.well-known/jwks'],
    ['GET', '/oidc/v2/.well-known/openid-configuration'],
    ['DELETE', '/api/user/tokens/t-1'],
  ] as const)
    assert.equal(pressure.sendsAway({ method, url }, response().made), false, url)
  pressure.stop()
})

test('R-23: one late turn, or many requests that only wait, send nobody away; many on a busy process do', async () => {
  const steps = [20, 20, 5000, 20, 20]
  const paused = watched(() => steps.shift() ?? 20)
  for (let sample = 0; sample < 6; sample += 1) {
    await paused.look(1)
    assert.equal(paused.pressure.isHigh(), false)
  }
  const held = Array.from({ length: 100 }, () => response().made)
  for (const made of held) assert.equal(paused.pressure.sendsAway(open, made), false)
  paused.pressure.stop()
  const busy = watched(() => 60)
  await busy.look(5)
  assert.equal(busy.pressure.isHigh(), false)
  for (const made of held.slice(0, 64)) assert.equal(busy.pressure.sendsAway(open, made), false)
  assert.equal(busy.pressure.sendsAway(open, response().made), true)
  for (const made of held) made.emit('close')
  assert.equal(busy.pressure.isHigh(), false)
  busy.pressure.stop()
})

import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { hold } from '../bench/open-loop.ts'

/** Holds a rate against a server that answers so. */
async function held(listener: RequestListener, perSecond: number, seconds: number, connections: number) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const ask = (index: number) => ({ method: 'GET', path: `/${index}`, status: 200 })
    return await hold({ port, perSecond, seconds, connections, ask })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

test('a rate that is held asks as often as it says', async () => {
  const paths = new Set<string>()
  const found = await held(({ url = '' }, response) => void response.end(paths.add(url) && ''), 200, 0.5, 8)
  assert.equal(found.asked, 100)
  assert.equal(paths.size, 100)
  assert.deepEqual([...found.errors], [])
  assert.ok(found.perSecond < 230, `${found.perSecond}`)
})

test('every request that falls into a stall counts with its whole wait, sent or not', async () => {
  const stallMs = 400
  const first = performance.now()
  const stalled = (answer: () => void) => {
    const at = performance.now() - first
    if (at > 100 && at < 100 + stallMs) setTimeout(answer, 100 + stallMs - at)
    else answer()
  }
  // With one connection a closed loop would meet the stall once, and call all else fast.
  const found = await held((_, response) => stalled(() => void response.end()), 100, 1, 1)
  assert.equal(found.asked, 100)
  assert.ok(found.p99Ms > stallMs / 2, `p99 ${found.p99Ms}`)
  assert.ok(found.mostMs >= stallMs * 0.8, `most ${found.mostMs}`)
})

test('answers of another status and broken connections are errors, and 429 is told apart', async () => {
  let n = 0
  const found = await held(
    (_, response) => {
      n += 1
      if (n % 4 === 0) response.writeHead(500).end()
      else if (n % 4 === 1) response.writeHead(429).end()
      else if (n % 4 === 2) response.destroy()
      else response.end()
    },
    100,
    0.2,
    4,
  )
  assert.deepEqual(
    new Map(found.errors),
    new Map([
      ['status 500', 5],
      ['broken connection', 5],
    ]),
  )
  assert.equal(found.turnedAway, 5)
})

// Limits over several servers of one database: three real servers and a real PostgreSQL, asked over the network.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createSharedCounting } from '../../src/service/index.ts'
import { openPermitBook, type PermitBook } from '../../src/store/index.ts'
import { type Database, startDatabase } from '../../tools/database.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

/** `--rate-limit`: so many a second for each token, and twice as many at once. */
const perSecond = 30
const folder = mkdtempSync(join(tmpdir(), 'openesc-limits-'))
let database: Database
let url: string
let servers: ServerProcess[] = []

before(async () => {
  database = await startDatabase()
  url = await database.createOwned()
  const start = () =>
    startServerProcess({
      data: folder,
      flags: ['--database', url, '--rate-limit', String(perSecond)],
    })
  servers = [await start()]
  servers.push(...(await Promise.all([start(), start()])))
})
after(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')))
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Counted {
  readonly allowed: number
  readonly refused: readonly Response[]
  /** From the first request to the last one, and to the last answer: a busy machine answers late. */
  readonly askedSeconds: number
  readonly answeredSeconds: number
}

/** Asks for so long, a hundred and twenty times a second; gives what was answered. */
async function askFor(milliseconds: number, request: (turn: number) => Promise<Response>): Promise<Counted> {
  const started = performance.now()
  const answers: Promise<Response>[] = []
  const secondsGone = () => (performance.now() - started) / 1000
  while (performance.now() - started < milliseconds) {
    while (answers.length < secondsGone() * 120 + 1) answers.push(request(answers.length))
    await wait(2)
  }
  const askedSeconds = secondsGone()
  const all = await Promise.all(answers)
  const answeredSeconds = secondsGone()
  const refused = all.filter(({ status }) => status === 429)
  for (const { status } of all) assert.ok(status === 200 || status === 429, String(status))
  return { allowed: all.length - refused.length, refused, askedSeconds, answeredSeconds }
}

function isWithin({ allowed, askedSeconds, answeredSeconds }: Counted, rate: number, burst: number) {
  const least = (burst + rate * askedSeconds) * 0.9
  const most = (burst + rate * answeredSeconds) * 1.1
  assert.ok(allowed >= least && allowed <= most, `${allowed} is not within ${least} and ${most}`)
}

async function freshToken(): Promise<string> {
  const made = await servers[0]!.call('POST /api/user/tokens', { description: 'limits' })
  assert.equal(made.status, 200, await made.clone().text())
  return ((await made.json()) as { tokenValue: string }).tokenValue
}

/** One request of a token at one of the servers. */
const user = (index: number, token: string) => servers[index]!.call('GET /api/user', undefined, token)

describe('S-55: three servers on one PostgreSQL', () => {
  test('let through for a token what its limit says, within a tenth, however requests are spread', async () => {
    const even = await freshToken()
    const counted = await askFor(2_000, (turn) => user(turn % 3, even))
    isWithin(counted, perSecond, 2 * perSecond)
    const refusal = counted.refused.at(-1)!
    assert.equal(refusal.headers.get('retry-after'), '1')
    assert.match(await refusal.text(), /more than 30 requests a second with this token/)
    const uneven = await freshToken()
    isWithin(await askFor(2_000, (turn) => user(turn % 10 === 0 ? 1 : 0, uneven)), perSecond, 2 * perSecond)
    const one = await freshToken()
    await Promise.all([user(1, one), user(2, one)])
    isWithin(await askFor(1_000, () => user(0, one)), perSecond, 2 * perSecond)
  })

  test('let through from one address without a token what its limit says', async () => {
    const anonymous = (turn: number) => fetch(`${servers[turn % 3]!.url}/api/capabilities`)
    const counted = await askFor(3_000, anonymous)
    isWithin(counted, 10, 10)
    assert.match(await counted.refused[0]!.text(), /more than 10 requests a second from this address/)
  })

  test('count a caller who comes at once to all of them only once', async () => {
    const token = await freshToken()
    const all = await Promise.all(Array.from({ length: 240 }, (_, turn) => user(turn % 3, token)))
    const allowed = all.filter(({ status }) => status === 200).length
    assert.ok(allowed >= 2 * perSecond * 0.9, String(allowed))
    // While they are answered the bucket fills again.
    assert.ok(allowed <= 2 * perSecond + 2 * perSecond, String(allowed))
  })

  test('go on within the limit when one of them dies in the middle', async () => {
    const token = await freshToken()
    let left = [0, 1, 2]
    const counted = askFor(2_500, (turn) => user(left[turn % left.length]!, token))
    await wait(1_000)
    left = [0, 1]
    await wait(200)
    await servers[2]!.stop('SIGKILL')
    isWithin(await counted, perSecond, 2 * perSecond)
  })
})

describe('S-55: limits over one book', () => {
  let now = 0
  const books: PermitBook[] = []
  const countingOver = (book: PermitBook, servers = 1) =>
    createSharedCounting({ book, servers: () => servers, nowMs: () => performance.now(), onAnswering() {} })
  const bookAt = (place = url) => {
    const book = openPermitBook(place)
    books.push(book)
    return book
  }
  after(() => Promise.all(books.map((book) => book.close())))
  const allowedOf = async (attempts: (() => void | Promise<void>)[]) => {
    const settled = await Promise.allSettled(attempts.map(async (attempt) => await attempt()))
    return settled.filter(({ status }) => status === 'fulfilled').length
  }

  test('a window is never passed by servers together: 60 tokens a minute for an environment', async () => {
    const limit = { most: 60, milliseconds: 60_000, nowMs: () => now }
    const limiters = [1, 2, 3].map(() =>
      countingOver(bookAt()).window('mints', limit, 'identity tokens a minute', 'minted by this environment'),
    )
    const attempts = Array.from({ length: 150 }, (_, turn) => () => limiters[turn % 3]!('e'))
    assert.equal(await allowedOf(attempts), 60)
    assert.equal(await allowedOf([() => limiters[0]!('other')]), 1)
    await assert.rejects(
      async () => await limiters[1]!('e'),
      (error: { retryAfterSeconds: number; message: string }) => {
        assert.match(error.message, /more than 60 identity tokens a minute minted by this environment/)
        assert.ok(error.retryAfterSeconds > 50 && error.retryAfterSeconds <= 60)
        return true
      },
    )
  })

  test('200 opens a second of an organization are 200 over three servers', async () => {
    const limit = { perSecond: 200, burst: 200, nowMs: () => now }
    const limiters = [1, 2, 3].map(() => countingOver(bookAt()).rate('opens', limit))
    const started = performance.now()
    let allowed = 0
    while (performance.now() - started < 1_000) {
      allowed += await allowedOf([0, 1, 2, 0, 0, 0].map((at) => () => limiters[at]!('o')))
      await wait(2)
    }
    const most = 200 + 200 * ((performance.now() - started) / 1_000)
    assert.ok(Math.abs(allowed - most) <= most / 10, `${allowed} of ${most}`)
  })

  test('requests in a row cost far fewer questions than there are requests', async () => {
    let asked = 0
    const book = bookAt()
    const counted: PermitBook = {
      ...book,
      take(asks) {
        asked += 1
        return book.take(asks)
      },
    }
    const take = countingOver(counted).rate('token', { perSecond: 50, burst: 200, nowMs: () => now })
    for (let turn = 0; turn < 100; turn += 1) await take('in a row')
    assert.ok(asked <= 30, String(asked))
  })

  test('while the book does not answer each server lets its share through, and says so', async () => {
    const said: boolean[] = []
    const book = bookAt('postgres://nobody@127.0.0.1:1/none')
    const counting = createSharedCounting({
      book,
      servers: () => 3,
      nowMs: () => performance.now(),
      onAnswering: (answers) => said.push(answers),
    })
    now = 0
    const limit = { perSecond: 3, burst: 30, nowMs: () => now }
    const take = counting.rate('token', limit)
    assert.equal(await allowedOf(Array.from({ length: 20 }, () => () => take('t'))), 10)
    assert.deepEqual(said, [false])
    const window = counting.window('mints', { ...limit, most: 6, milliseconds: 60_000 }, 'pings', 'here')
    assert.equal(await allowedOf(Array.from({ length: 20 }, () => () => window('t'))), 2)
  })
})

// Servers that run out of descriptors, memory, connections, threads, time and entropy: real processes, real limits.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../tools/demo/process.ts'
import { type ServerPlan, TorturedServer } from '../tools/torture/servers.ts'
import { whyNoTracer } from '../tools/torture/tracer.ts'
import { type Client, send } from '../tools/torture/workload.ts'

type Around = NonNullable<ServerPlan['around']>

interface Scene {
  readonly folder: string
  readonly port: number
  readonly server: TorturedServer
  /** The same folder without the limit. */
  readonly sound: TorturedServer
}

async function starve(around: Around, work: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-exhausted-'))
  const port = await freePort()
  const server = new TorturedServer({ folder, port, database: undefined, around })
  const sound = new TorturedServer({ folder, port, database: undefined })
  try {
    await work({ folder, port, server, sound })
  } finally {
    await server.end('SIGKILL')
    await sound.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

const limited =
  (limit: string): Around =>
  (command) => ['bash', '-c', `${limit} && exec "$@"`, 'bash', ...command]

/** An environment whose text counts, and what of it was acknowledged. No answer is trusted that is not exactly right. */
class Counter {
  acknowledged = 0
  tried = 0
  readonly outcomes = new Map<string, number>()
  readonly #server: TorturedServer
  readonly #padding: string

  constructor(server: TorturedServer, paddingBytes = 100) {
    this.#server = server
    this.#padding = 'x'.repeat(paddingBytes)
  }

  async client(): Promise<Client> {
    return { urls: [this.#server.url], token: await this.#server.token() }
  }

  async create(): Promise<void> {
    const body = JSON.stringify({ project: 'torture', name: 'shared' })
    const made = await send(await this.client(), this.#server.url, '/acme', { method: 'POST', body })
    assert.equal(made?.status, 204, made?.text)
  }

  async save(): Promise<void> {
    this.tried += 1
    const number = this.tried
    const body = `values:\n  token: n${number}\n  padding: ${this.#padding}\n`
    const answer = await this.#call('', { method: 'PATCH', body })
    if (answer === 200) this.acknowledged = Math.max(this.acknowledged, number)
  }

  async open(): Promise<void> {
    await this.#call('/open', { method: 'POST' })
  }

  async read(): Promise<number> {
    const answer = await send(await this.client(), this.#server.url, '/acme/torture/shared')
    this.#note(answer?.status)
    if (answer?.status !== 200) return -1
    const number = Number(/token: n(\d+)/.exec(answer.text)?.[1] ?? 0)
    assert.ok(
      number <= this.tried && (number === 0 || answer.text.includes(this.#padding)),
      'a text nobody wrote',
    )
    return number
  }

  /** Everything acknowledged is there; a later one that was tried may be. */
  async check(): Promise<void> {
    const found = await this.read()
    assert.ok(found >= this.acknowledged, `${found} of ${this.acknowledged} acknowledged`)
  }

  async #call(suffix: string, init: { readonly method: string; readonly body?: string }): Promise<number> {
    const answer = await send(await this.client(), this.#server.url, `/acme/torture/shared${suffix}`, init)
    this.#note(answer?.status)
    return answer?.status ?? 0
  }

  #note(status = 0): void {
    const known = status === 0 || status === 200 || status === 429 || status === 503 || status === 507
    assert.ok(known, `answered ${status}`)
    this.outcomes.set(String(status), (this.outcomes.get(String(status)) ?? 0) + 1)
  }
}

function hold(port: number, count: number): readonly Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    return socket
  })
}

const together = (count: number, work: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, work))

test('R-23: without descriptors a server refuses or drops, answers nothing wrong, and serves again when there are some', async () => {
  // An idle server holds 43.
  for (const descriptors of [48, 56]) {
    await starve(limited(`ulimit -n ${descriptors}`), async ({ port, server, sound }) => {
      const counter = new Counter(server)
      await server.start()
      await counter.create()
      await counter.save()
      const held = hold(port, 90)
      await sleep(300)
      for (let round = 0; round < 4 && server.runs; round += 1) {
        await Promise.all([
          counter.save(),
          together(6, () => counter.read()),
          together(3, () => counter.open()),
        ])
      }
      for (const socket of held) socket.destroy()
      // A server may also have ended, in order: then its next start has everything.
      if (!server.runs) await sound.start()
      else await sleep(300)
      await counter.check()
      const before = counter.acknowledged
      // Evaluators that could not start without descriptors are started again within seconds.
      for (const until = Date.now() + 20_000; counter.acknowledged === before && Date.now() < until; ) {
        await counter.save()
        if (counter.acknowledged === before) await sleep(250)
      }
      assert.ok(counter.acknowledged > before, `${descriptors}: ${JSON.stringify([...counter.outcomes])}`)
    })
  }
})

test('R-23: without memory a server ends and loses nothing; its next start goes on', async () => {
  const small: Around = (command) => ['env', 'NODE_OPTIONS=--max-old-space-size=36', ...command]
  await starve(small, async ({ server, sound }) => {
    const counter = new Counter(server, 60_000)
    await server.start()
    await counter.create()
    for (let round = 0; round < 8 && server.runs; round += 1) {
      await Promise.all([
        counter.save(),
        together(16, () => counter.read()),
        together(16, () => counter.open()),
      ])
    }
    if (!server.runs) await sound.start()
    await counter.check()
    await counter.save()
    await counter.check()
  })
})

test('R-23: a server whose process was paused for seconds sends nobody away afterwards and answers rightly', async () => {
  await starve(
    (command) => command,
    async ({ server }) => {
      const counter = new Counter(server)
      await server.start()
      await counter.create()
      await counter.save()
      server.signal('SIGSTOP')
      const waiting = [counter.save(), ...Array.from({ length: 20 }, () => counter.read())]
      await sleep(1500)
      server.signal('SIGCONT')
      await Promise.all(waiting)
      assert.deepEqual([...counter.outcomes.keys()], ['200'])
      assert.equal(counter.acknowledged, 2)
      await counter.check()
    },
  )
})

test('R-23: without new threads, or without the system call for entropy, a server does not start or serves rightly', async (t) => {
  const reason = whyNoTracer()
  if (reason !== null) return t.skip(`this machine traces no processes: ${reason}`)
  for (const rule of ['clone3,clone:error=EAGAIN:when=6+', 'getrandom:error=ENOSYS']) {
    const [call = ''] = rule.split(':')
    const traced: Around = (command) => [
      ...['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${rule}`],
      ...command,
    ]
    await starve(traced, async ({ server, sound }) => {
      const counter = new Counter(server)
      const started = await server.start().then(
        () => true,
        () => false,
      )
      if (!started) await sound.start()
      await counter.create()
      await Promise.all([counter.save(), together(8, () => counter.open())])
      if (!server.runs && !sound.runs) await sound.start()
      await counter.check()
    })
  }
})

test('R-23: under load a server stays below 512 MiB', async (t) => {
  await starve(
    (command) => command,
    async ({ server }) => {
      const counter = new Counter(server, 2000)
      await server.start()
      await counter.create()
      await counter.save()
      for (let round = 0; round < 8; round += 1) {
        await Promise.all([
          counter.save(),
          together(40, () => counter.open()),
          together(20, () => counter.read()),
        ])
      }
      assert.equal(counter.outcomes.get('0'), undefined)
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]
      t.diagnostic(`${Math.round(Number(peak) / 1024)} MiB at its peak`)
      assert.ok(Number(peak) < 512 * 1024, `${peak} KiB at its peak`)
    },
  )
})

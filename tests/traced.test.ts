// Servers that die, or whose disk fails, at a chosen system call.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../tools/demo/process.ts'
import { cutPower } from '../tools/torture/power-loss.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { type Injection, whyNoTracer, withFault } from '../tools/torture/tracer.ts'
import { send } from '../tools/torture/workload.ts'

const reason = whyNoTracer()
const skipped = `this machine traces no processes: ${reason}`

async function inFolder(work: (folder: string, port: number) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-traced-'))
  try {
    await work(folder, await freePort())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A server in the folder with a fault in it, and one without. */
function servers(folder: string, port: number, injection: Injection) {
  const plan = { folder, port, database: undefined }
  // Calls are counted by thread: one thread flushes the log.
  const alone = ['env', 'UV_THREADPOOL_SIZE=1']
  const faulty = new TorturedServer({
    ...plan,
    around: (command) => withFault(injection, [...alone, ...command]),
  })
  return { faulty, sound: new TorturedServer(plan) }
}

test('R-02: a first start that dies at any sync or rename leaves a next start whose token works', async (t) => {
  if (reason !== null) return t.skip(skipped)
  const every = Number(process.env['OPENESC_TRACE_EVERY'] ?? 10)
  let deaths = 0
  for (const call of ['fsync', 'fdatasync', 'rename']) {
    for (let when = 1; ; when += call === 'rename' ? 1 : every) {
      let died = false
      await inFolder(async (folder, port) => {
        const { faulty, sound } = servers(folder, port, { call, when, fault: 'signal=SIGKILL' })
        try {
          died = await faulty.start().then(
            () => false,
            () => true,
          )
          await faulty.end('SIGKILL')
          await sound.start()
          const client = { urls: [sound.url], token: await sound.token() }
          const answer = await send(client, sound.url, '/acme')
          assert.equal(answer?.status, 200, `${call} ${when}: ${answer?.text}`)
        } finally {
          await faulty.end('SIGKILL')
          await sound.end('SIGKILL')
        }
      })
      if (!died) break
      deaths += 1
    }
  }
  assert.ok(deaths >= 4, `${deaths} deaths`)
})

test('R-22: a server whose sync fails ends at once, never acknowledges that write, and recovers the others', async (t) => {
  if (reason !== null) return t.skip(skipped)
  await inFolder(async (folder, port) => {
    const { faulty, sound } = servers(folder, port, { call: 'fsync,fdatasync', when: 80, fault: 'error=EIO' })
    const path = '/acme/torture/shared'
    try {
      await faulty.start()
      const client = { urls: [faulty.url], token: await faulty.token() }
      const body = JSON.stringify({ project: 'torture', name: 'shared' })
      assert.equal((await send(client, faulty.url, '/acme', { method: 'POST', body }))?.status, 204)
      let acknowledged = 0
      let status = 200
      while (status === 200) {
        const text = `values:\n  token: n${acknowledged + 1}\n`
        status = (await send(client, faulty.url, path, { method: 'PATCH', body: text }))?.status ?? 0
        if (status === 200) acknowledged += 1
        assert.ok(acknowledged < 200, 'the sync never failed')
      }
      assert.ok(status === 503 || status === 0, `answered ${status}`)
      const deadline = performance.now() + 5000
      while (faulty.runs && performance.now() < deadline) await new Promise((next) => setTimeout(next, 20))
      assert.equal(faulty.child.exitCode, 1)
      assert.match(faulty.output, /the disk under the store failed/)
      assert.ok(existsSync(faulty.dataFolder))
      await sound.start()
      const found = /token: n(\d+)/.exec((await send(client, sound.url, path))?.text ?? '')?.[1]
      // The write that failed may have reached the disk all the same; it was not acknowledged.
      assert.ok(
        Number(found) === acknowledged || Number(found) === acknowledged + 1,
        `${found}, ${acknowledged}`,
      )
    } finally {
      await faulty.end('SIGKILL')
      await sound.end('SIGKILL')
    }
  })
})

test('R-03, R-01: the log is synced before any acknowledgement, and no power cut loses one or damages the store', async (t) => {
  if (reason !== null) return t.skip(skipped)
  const cuts = Number(process.env['OPENESC_POWER_CUTS'] ?? 16)
  const { lost, early, acknowledged, checkpoints } = await cutPower({ saves: 20, cuts, seed: 11 })
  assert.ok(acknowledged >= 20)
  assert.ok(checkpoints > 0, 'the log was never written back')
  assert.deepEqual({ lost, early }, { lost: [], early: 0 })
})

test('R-03: a server that never syncs is found out by the same cuts', async (t) => {
  if (reason !== null) return t.skip(skipped)
  const { lost, early } = await cutPower({ saves: 6, cuts: 20, seed: 11, sabotage: 'no-sync.ts' })
  assert.ok(lost.length > 0)
  assert.ok(early > 0)
})

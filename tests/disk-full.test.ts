// A server on a real disk of a few megabytes that fills up under load.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../tools/demo/process.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { onSmallDisk, SmallDisk, whyNoSmallDisk } from '../tools/torture/small-disk.ts'
import { send } from '../tools/torture/workload.ts'

const reason = whyNoSmallDisk()
const times = Number(process.env['OPENESC_DISK_FILLS'] ?? 3)

test(`R-20: a disk that fills up ${times} times refuses changes with 507, lets reads and opens go on, and loses nothing`, async (t) => {
  if (reason !== null) return t.skip(`this machine gives a process no disk of its own: ${reason}`)
  const folder = await mkdtemp(join(tmpdir(), 'openesc-full-'))
  const data = join(folder, 'data')
  const server = new TorturedServer({
    folder,
    port: await freePort(),
    database: undefined,
    around: (command) => onSmallDisk(data, 24, command),
  })
  try {
    await server.start()
    const disk = new SmallDisk(server.child, data)
    const client = { urls: [server.url], token: await server.token() }
    const path = '/acme/torture/shared'
    const call = (suffix: string, init = {}) => send(client, server.url, `${path}${suffix}`, init)
    const body = JSON.stringify({ project: 'torture', name: 'shared' })
    assert.equal((await send(client, server.url, '/acme', { method: 'POST', body }))?.status, 204)
    let written = 0
    const save = async () => {
      written += 1
      const answer = await call('', {
        method: 'PATCH',
        body: `values:\n  token: n${written}\n  padding: ${'x'.repeat(20_000)}\n`,
      })
      const reason = answer?.headers.get('openesc-reason')
      return { status: answer?.status ?? 0, text: answer?.text ?? '', reason, token: `n${written}` }
    }
    const latest = async () => /token: (\S+)/.exec((await call(''))?.text ?? '')?.[1]
    for (let time = 0; time < times; time += 1) {
      let last = (await save()).token
      // Under load and at an uneven moment; sometimes all at once, sometimes by the server's own writing.
      disk.fill(time % 3 === 1 ? 300_000 + 70_000 * time : 0)
      let refused: Awaited<ReturnType<typeof save>> | null = null
      for (let tries = 0; refused === null && tries < 400; tries += 1) {
        const answer = await save()
        if (answer.status === 200) last = answer.token
        else refused = answer
      }
      assert.equal(refused?.status, 507, refused?.text)
      assert.equal(refused?.reason, 'storage_full')
      assert.equal(await latest(), last)
      assert.equal((await call('/open', { method: 'POST' }))?.status, 200)
      for (let reads = 0; reads < 50; reads += 1) assert.equal((await call(''))?.status, 200)
      disk.free()
      const deadline = performance.now() + 10_000
      let again = await save()
      while (again.status === 507 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        again = await save()
      }
      assert.equal(again.status, 200, again.text)
      assert.equal(await latest(), again.token)
      assert.ok(server.runs)
    }
    // Full to the last byte, it still ends in order.
    disk.fill()
    assert.equal(await server.end('SIGTERM'), 0)
  } finally {
    await server.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})

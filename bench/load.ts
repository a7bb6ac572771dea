// How many opens, reads and saves a second does one server do, on each store? `node bench/load.ts [seconds]`: real processes, closed loop, 8 clients.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabase } from '../tools/database.ts'
import { freePort } from '../tools/demo/process.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { type Client, send } from '../tools/torture/workload.ts'

const seconds = Number(process.argv[2] ?? 5)
const clients = 8

async function measure(name: string, once: (index: number) => Promise<unknown>): Promise<void> {
  const times: number[] = []
  const started = performance.now()
  const end = started + seconds * 1000
  const client = async (index: number) => {
    while (performance.now() < end) {
      const before = performance.now()
      await once(index)
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1)
  const rate = Math.round((times.length * 1000) / (performance.now() - started))
  console.log(`${name.padEnd(18)} ${rate}/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`)
}

async function load(store: string, database: string | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-load-'))
  const server = new TorturedServer({ folder, port: await freePort(), database })
  try {
    await server.start()
    const client: Client = { urls: [server.url], token: await server.token() }
    const definition = `values:\n${Array.from({ length: 50 }, (_, index) => `  key${index}: value ${index}\n`).join('')}`
    const headers = { 'content-type': 'application/x-yaml' }
    const save = (index: number) =>
      send(client, server.url, `/acme/load/e${index}`, {
        method: 'PATCH',
        body: `${definition}  n: ${performance.now()}\n`,
        headers,
      })
    for (let index = 0; index < clients; index += 1) {
      await send(client, server.url, '/acme', {
        method: 'POST',
        body: JSON.stringify({ project: 'load', name: `e${index}` }),
      })
      await save(index)
    }
    await measure(`${store} open`, (index) =>
      send(client, server.url, `/acme/load/e${index}/open`, { method: 'POST' }),
    )
    await measure(`${store} read`, (index) => send(client, server.url, `/acme/load/e${index}`))
    await measure(`${store} save`, save)
  } finally {
    await server.end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }
}

await load('sqlite', undefined)
const database = await startDatabase()
try {
  await load('postgres', await database.create())
} finally {
  await database.stop()
}

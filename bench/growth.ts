// How does one server slow down as its store grows? `node bench/growth.ts [--sizes 100,1000,10000,100000] [--seconds 2] [--store sqlite,postgres]`,
// or `--environments N` for one size alone:
// real processes on both stores, 8 clients in a closed loop over random environments, the list's first page, and the time of a start.
// The exponent is the slope between the first and the last size on logarithmic axes: 0 = it does not matter, 1 = twice the store, half
// the speed. Memory is the server's resident set under that load, audit on.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemRandom } from '../src/crypto/index.ts'
import { unlock } from '../src/programs/key-file.ts'
import { openStore } from '../src/programs/store.ts'
import { hashContent } from '../src/service/index.ts'
import { startDatabase } from '../tools/database.ts'
import { freePort } from '../tools/demo/process.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { type Client, send } from '../tools/torture/workload.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,10000,100000' },
    environments: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    store: { type: 'string', default: 'sqlite,postgres' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = (values.environments ?? values.sizes).split(',').map(Number)
const seconds = Number(values.seconds)
const clients = 8
const definition = `values:\n${Array.from({ length: 50 }, (_, index) => `  key${index}: value ${index}\n`).join('')}`

interface Measured {
  readonly environments: number
  /** Per second, and milliseconds at 50 and 99 of 100. */
  readonly rates: Readonly<
    Record<string, { readonly rate: number; readonly p50: number; readonly p99: number }>
  >
  readonly startMs: number
  readonly residentMiB: number
}

async function rate(once: () => Promise<unknown>) {
  const times: number[] = []
  const started = performance.now()
  const client = async () => {
    while (performance.now() - started < seconds * 1000) {
      const before = performance.now()
      await once()
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { rate: (times.length * 1000) / (performance.now() - started), p50: at(0.5), p99: at(0.99) }
}

/** Fills the store of a stopped server up to `size` environments, as saves would have. */
async function grow(data: string, database: string | undefined, from: number, size: number): Promise<void> {
  const store = await openStore({ data, database })
  try {
    await unlock(store, join(data, 'key'), systemRandom)
    const source = Buffer.from(definition)
    const contentHash = hashContent(source)
    const project = await store.read(async ({ organizations, projects }) => {
      const acme = await organizations.find('acme')
      return await projects.find(acme!.id, 'load')
    })
    const editor = { id: 'u-load', login: 'load', name: 'load' }
    for (let first = from; first < size; first += 500) {
      await store.change(async ({ environments, revisions }) => {
        for (let index = first; index < Math.min(size, first + 500); index += 1) {
          const id = `e-${index}`
          const times = { createdMs: 1, modifiedMs: 1 }
          const place = { id, projectId: project!.id, name: `e${index}` }
          await environments.insert({
            ...place,
            latest: 1,
            ownedBy: editor,
            deletionProtected: false,
            ...times,
          })
          await revisions.insert({
            environmentId: id,
            number: 1,
            source,
            contentHash,
            bonds: '{}',
            creator: editor,
            createdMs: 1,
            retraction: null,
            sourceChangeRequest: null,
          })
        }
      })
    }
  } finally {
    await store.close()
  }
}

async function curve(store: string, database: string | undefined): Promise<readonly Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-growth-'))
  const metricsPort = await freePort()
  const extra = ['--metrics-port', String(metricsPort)]
  const server = new TorturedServer({ folder, port: await freePort(), database, extra })
  try {
    await server.start()
    const client: Client = { urls: [server.url], token: await server.token() }
    const body = JSON.stringify({ project: 'load', name: 'first' })
    await send(client, server.url, '/acme', { method: 'POST', body })
    await server.end('SIGTERM')
    const found: Measured[] = []
    let grown = 0
    for (const size of sizes) {
      await grow(server.dataFolder, database, grown, size)
      grown = size
      const { ready } = await server.start()
      const any = () => `/acme/load/e${Math.floor(Math.random() * size)}`
      const headers = { 'content-type': 'application/x-yaml' }
      const rates = {
        open: await rate(() => send(client, server.url, `${any()}/open`, { method: 'POST' })),
        read: await rate(() => send(client, server.url, any())),
        save: await rate(() =>
          send(client, server.url, any(), {
            method: 'PATCH',
            body: `${definition}  n: ${performance.now()}\n`,
            headers,
          }),
        ),
        list: await rate(() => send(client, server.url, '/acme')),
      }
      const status = (await (await fetch(`http://127.0.0.1:${metricsPort}/status`)).json()) as {
        residentBytes: number
      }
      found.push({ environments: size, rates, startMs: ready, residentMiB: status.residentBytes / 2 ** 20 })
      if (!values.json) console.log(line(store, found.at(-1)!))
      await server.end('SIGTERM')
    }
    return found
  } finally {
    await server.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

function line(store: string, { environments, rates, startMs, residentMiB }: Measured): string {
  const shown = Object.entries(rates).map(
    ([name, { rate, p50, p99 }]) => `${name} ${Math.round(rate)}/s (${p50.toFixed(0)}, ${p99.toFixed(0)} ms)`,
  )
  return `${store.padEnd(9)}${String(environments).padStart(7)}  ${shown.join('  ')}  start ${Math.round(startMs)} ms  ${Math.round(residentMiB)} MiB`
}

/** How a quantity goes with the size: the slope on logarithmic axes. */
function exponents(found: readonly Measured[]): Readonly<Record<string, number>> {
  const [first, last] = [found[0]!, found.at(-1)!]
  const slope = (from: number, to: number) =>
    Number((Math.log(to / from) / Math.log(last.environments / first.environments)).toFixed(3))
  return {
    ...Object.fromEntries(
      Object.keys(first.rates).map((name) => [
        name,
        slope(1 / first.rates[name]!.rate, 1 / last.rates[name]!.rate),
      ]),
    ),
    start: slope(first.startMs, last.startMs),
  }
}

const all: Record<
  string,
  { readonly curve: readonly Measured[]; readonly exponents: Readonly<Record<string, number>> }
> = {}
const database = values.store.includes('postgres') ? await startDatabase() : null
try {
  for (const store of values.store.split(',')) {
    const found = await curve(store, store === 'postgres' ? await database!.create() : undefined)
    all[store] = { curve: found, exponents: exponents(found) }
    if (!values.json && sizes.length > 1) {
      const shown = Object.entries(all[store].exponents).map(([name, value]) => `${name} ${value}`)
      console.log(`${store.padEnd(9)}exponent  ${shown.join('  ')}`)
    }
  }
} finally {
  await database?.stop()
}
if (values.json) console.log(JSON.stringify(all))

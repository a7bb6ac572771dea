// How many requests a second does one server on one core answer, next to a bare node:http server in the same run? The load
// comes from a process of its own; the cases take turns, so that a busy neighbour meets them all. Where the system tells it,
// `cpuUs` is the server's own processor time for a request in microseconds, the least of all rounds, and `cpuOfBare` the bare server's as a
// part of it: what a core of its own would do. `NODE_OPTIONS=--cpu-prof OPENESC_SOURCES=1` writes a profile by source.
//
// node bench/server.ts [--rounds N] [--slice MILLISECONDS] [--environments N] [--only NAME,NAME] [--json]
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort } from '../tools/demo/process.ts'
import type { Job, LoadResult } from './server-load.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    slice: { type: 'string', default: '300' },
    environments: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})
const connections = 16
const hasTaskset = spawnSync('taskset', ['--version']).status === 0

/** A child on a core of its own, where the system lets us choose. */
function startOn(
  core: number,
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): ChildProcess {
  const [file = '', ...rest] = hasTaskset
    ? ['taskset', '-c', String(core), command, ...args]
    : [command, ...args]
  return spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'], ...(env === undefined ? {} : { env }) })
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line
  throw new Error('a process ended before it said anything')
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'openesc-bench-'))
const port = await freePort()
const tokenFile = join(folder, 'token')
const { PATH, NODE_OPTIONS, OPENESC_SOURCES } = process.env
const esc = startOn(
  0,
  here('../bin/esc'),
  [
    ...['server', 'start', '--port', String(port), '--data', join(folder, 'data'), '--rate-limit', '0'],
    ...['--organization', 'acme', '--user', 'ada', '--token-file', tokenFile],
  ],
  {
    HOME: folder,
    ...(PATH ? { PATH } : {}),
    // For a profile of the server by its sources.
    ...(NODE_OPTIONS ? { NODE_OPTIONS } : {}),
    ...(OPENESC_SOURCES ? { OPENESC_SOURCES } : {}),
  },
)
// The log is read, as whoever collects it would.
esc.stdout?.resume()
const bare = startOn(0, process.execPath, [here('server-bare.ts')])
const barePort = Number(await firstLine(bare))
const load = startOn(1, process.execPath, [here('server-load.ts')])
const results = createInterface({ input: load.stdout! })[Symbol.asyncIterator]()

type Sample = LoadResult & { readonly cpuUs: number }

async function measure(job: Job): Promise<LoadResult> {
  load.stdin!.write(`${JSON.stringify(job)}\n`)
  const { value, done } = await results.next()
  if (done) throw new Error('the load ended')
  return JSON.parse(value) as LoadResult
}

async function untilReady(): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the server did not become ready')
}

/** The processor time that a process has used, all its threads together, in seconds; NaN where the system does not tell. */
function processorSeconds({ pid }: ChildProcess): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const used = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return used.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9
  } catch {
    return Number.NaN
  }
}

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('')

/** Ten values, three of them secret. */
const imported = (base: number) =>
  `values:\n${lines(7, (i) => `  name${base}_${i}: value ${i}\n`)}${lines(3, (i) => `  secret${base}_${i}: {fn::secret: shh-${i}}\n`)}`

/** Twenty values over three imports: fifty in all. */
const root = `imports: [bench/base1, bench/base2, bench/base3]\nvalues:\n${lines(10, (i) => `  own${i}: value ${i}\n`)}${lines(
  10,
  (i) => `  made${i}: \${name${(i % 3) + 1}_${i % 7}} and \${own${i}}\n`,
)}`

try {
  await untilReady()
  const headers = { authorization: `token ${(await readFile(tokenFile, 'utf8')).trim()}` }
  const environments = '/api/esc/environments/acme'
  const call = async (method: string, path: string, body = ''): Promise<Response> => {
    const init = { method, headers, ...(body === '' ? {} : { body }) }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init)
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  const create = (name: string) =>
    call('POST', environments, JSON.stringify({ project: 'bench', name })).then((answer) => answer.text())
  for (const [name, text] of [
    ...[1, 2, 3].map((base) => [`base${base}`, imported(base)] as const),
    ['dev', root] as const,
  ]) {
    await create(name)
    await call('PATCH', `${environments}/bench/${name}`, text)
  }
  for (let client = 0; client < connections; client += 1) await create(`saved${client}`)
  const missing = Number(options.environments) - connections - 4
  const creating = async (first: number) => {
    for (let index = first; index < missing; index += 32) await create(`e${index}`)
  }
  await Promise.all(Array.from({ length: 32 }, (_, first) => creating(first)))
  const dev = `${environments}/bench/dev`
  const { id } = (await (await call('POST', `${dev}/open`)).json()) as { readonly id: string }

  const common = { port, headers, status: 200, connections, milliseconds: Number(options.slice) }
  const jobs: Readonly<Record<string, Job>> = {
    'bare node:http': {
      ...common,
      port: barePort,
      headers: { authorization: 'token id77_secret77' },
      method: 'GET',
      path: '/',
    },
    health: { ...common, headers: {}, method: 'GET', path: '/healthz' },
    JWKS: { ...common, headers: {}, method: 'GET', path: '/oidc/.well-known/jwks' },
    'caller read': { ...common, method: 'GET', path: '/api/user' },
    'settings read': { ...common, method: 'GET', path: `${dev}/settings` },
    'property read': { ...common, method: 'GET', path: `${dev}/open/${id}?property=made3` },
    'session read': { ...common, method: 'GET', path: `${dev}/open/${id}` },
    'definition read': { ...common, method: 'GET', path: dev },
    'open (3 imports, 50 values)': { ...common, method: 'POST', path: `${dev}/open` },
    'list, a page': { ...common, method: 'GET', path: environments },
    save: {
      ...common,
      method: 'PATCH',
      path: `${environments}/bench/saved{client}`,
      body: `${imported(1)}  n: {n}\n`,
    },
  }
  const wanted = options.only.split(',')
  const chosen = Object.entries(jobs).filter(
    ([name]) => name.startsWith('bare') || wanted.some((part) => name.includes(part)),
  )
  const samples = new Map<string, Sample[]>(chosen.map(([name]) => [name, []]))
  // The first round only warms the compiler.
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    for (const [name, job] of chosen) {
      const server = job.port === port ? esc : bare
      const before = processorSeconds(server)
      const result = await measure(job)
      const cpuUs = ((processorSeconds(server) - before) * 1e6) / result.count
      if (round > 0) samples.get(name)?.push({ ...result, cpuUs })
    }
  }
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
  const rows = [...samples].map(([name, all]) => ({
    name,
    perSecond: Math.round(median(all.map(({ perSecond }) => perSecond))),
    cpuUs: Math.round(Math.min(...all.map(({ cpuUs }) => cpuUs))),
    p50Ms: Number(median(all.map(({ p50Ms }) => p50Ms)).toFixed(2)),
    p99Ms: Number(median(all.map(({ p99Ms }) => p99Ms)).toFixed(2)),
    bytes: all.at(-1)?.bytes ?? 0,
  }))
  const floor = rows[0]
  const share = (part: number, whole = Number.NaN) => Number((part / whole).toFixed(2))
  const told = rows.map((row) => ({
    ...row,
    ofBare: share(row.perSecond, floor?.perSecond),
    cpuOfBare: share(floor?.cpuUs ?? Number.NaN, row.cpuUs),
  }))
  if (options.json) console.log(JSON.stringify({ name: 'server', rows: told }))
  else console.table(told)
} finally {
  for (const child of [load, bare, esc]) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
}

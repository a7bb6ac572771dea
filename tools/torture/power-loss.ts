// What a power cut leaves of a store. A traced server works; each of its writes to the store's files, each sync and each acknowledgement is
// in the trace, in order. A cut at any place of it leaves what was synced before, and of the rest any part, torn at sectors.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { freePort } from '../demo/process.ts'
import { TorturedServer } from './servers.ts'
import { readTrace, type Step, wholeTrace } from './trace.ts'
import { seeded, send } from './workload.ts'

const sectorBytes = 512

export interface PowerLossFindings {
  readonly cuts: number
  readonly acknowledged: number
  readonly syncs: number
  /** How often the log was written back into the file while the server worked. */
  readonly checkpoints: number
  /** Acknowledgements that left before the log was synced since its last write. */
  readonly early: number
  /** One line for each cut after which something acknowledged was gone or the file was damaged. */
  readonly lost: readonly string[]
}

/** Traces a server through `saves` saves and cuts the power at `cuts` places. */
export async function cutPower(plan: {
  readonly saves: number
  readonly cuts: number
  readonly seed: number
  readonly sabotage?: string
}): Promise<PowerLossFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-power-'))
  try {
    const trace = join(folder, 'trace')
    const steps = readTrace(await wholeTrace(trace, await workTraced(folder, trace, plan)))
    const random = seeded(plan.seed)
    const lost: string[] = []
    const first = steps.findIndex(({ kind }) => kind === 'acknowledged')
    for (let cut = 0; cut < plan.cuts; cut += 1) {
      const at = first + Math.floor(random() * (steps.length - first))
      const found = await look(join(folder, `cut-${cut}`), steps.slice(0, at), random)
      if (found !== null) lost.push(`cut at step ${at}: ${found}`)
    }
    const count = (kind: Step['kind']) => steps.filter((step) => step.kind === kind).length
    return {
      cuts: plan.cuts,
      acknowledged: count('acknowledged'),
      syncs: count('sync'),
      checkpoints: steps.slice(first).filter((step) => step.kind === 'sync' && step.file === 'openesc.db')
        .length,
      early: earlyOnes(steps),
      lost,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Works; gives the process that was traced, which has ended. */
async function workTraced(
  folder: string,
  trace: string,
  { saves, sabotage }: { readonly saves: number; readonly sabotage?: string },
): Promise<number> {
  const calls = 'pwrite64,write,writev,ftruncate,fsync,fdatasync'
  const server = new TorturedServer({
    folder,
    port: await freePort(),
    database: undefined,
    sabotage,
    around: (command) => [
      ...['strace', '-D', '-f', '-q', '-y', '-xx', '-s', '1000000', '-o', trace, '-e', `trace=${calls}`],
      ...command,
    ],
  })
  try {
    await server.start()
    const client = { urls: [server.url], token: await server.token() }
    const body = JSON.stringify({ project: 'torture', name: 'shared' })
    const made = await send(client, server.url, '/acme', { method: 'POST', body })
    if (made?.status !== 204) throw new Error(`cannot create: ${made?.status} ${made?.text}`)
    for (let number = 1; number <= saves; number += 1) {
      // Some are large, so that the log is written back into the file now and then.
      const padding = 'x'.repeat(number % 5 === 0 ? 60_000 : 300)
      const text = `values:\n  token: n${number + 1}\n  padding: ${padding}\n`
      const saved = await send(client, server.url, '/acme/torture/shared', { method: 'PATCH', body: text })
      if (saved?.status !== 200) throw new Error(`cannot save: ${saved?.status} ${saved?.text}`)
    }
    // Writes the log back into the file.
    await server.end('SIGTERM')
    return server.child.pid ?? 0
  } finally {
    await server.end('SIGKILL')
  }
}

function earlyOnes(steps: readonly Step[]): number {
  let dirty = false
  let early = 0
  for (const step of steps) {
    if (step.kind === 'acknowledged') early += dirty ? 1 : 0
    else if (step.file === 'openesc.db-wal') dirty = step.kind !== 'sync'
  }
  return early
}

type Change = Extract<Step, { kind: 'write' | 'truncate' }>

/** Makes the files as a cut after the steps leaves them, and opens them. Null when all that was acknowledged is there. */
async function look(folder: string, steps: readonly Step[], random: () => number): Promise<string | null> {
  let acknowledged = 0
  const files = new Map<string, { synced: Buffer<ArrayBuffer>; pending: Change[] }>()
  for (const step of steps) {
    if (step.kind === 'acknowledged') {
      acknowledged = Math.max(acknowledged, step.revision)
      continue
    }
    const file = files.get(step.file) ?? { synced: Buffer.alloc(0), pending: [] }
    files.set(step.file, file)
    if (step.kind !== 'sync') file.pending.push(step)
    else {
      for (const change of file.pending.splice(0)) file.synced = applied(file.synced, change)
    }
  }
  await mkdir(folder, { recursive: true })
  for (const [name, { synced, pending }] of files) {
    let content = longer(Buffer.alloc(0), synced.length)
    synced.copy(content)
    // The kernel may have written any of the rest already, in any order, a sector at a time.
    const eagerness = random()
    for (const change of pending) {
      if (random() < eagerness) content = applied(content, torn(change, random))
    }
    await writeFile(join(folder, name), content)
  }
  try {
    return verdictOf(join(folder, 'openesc.db'), acknowledged)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The content with the change in it, made in place where there is room: the content given is used up. */
function applied(content: Buffer<ArrayBuffer>, change: Change): Buffer<ArrayBuffer> {
  if (change.kind === 'truncate') {
    const cut = Buffer.alloc(change.length)
    content.copy(cut)
    return cut
  }
  const end = change.offset + change.bytes.length
  const grown = end > content.length ? longer(content, end) : content
  change.bytes.copy(grown, change.offset)
  return grown
}

function longer(content: Buffer<ArrayBuffer>, length: number): Buffer<ArrayBuffer> {
  // Room behind the content is zeros: nothing is ever written there, and a shorter content is a new one.
  if (content.byteOffset + length <= content.buffer.byteLength)
    return Buffer.from(content.buffer, content.byteOffset, length)
  const roomy = Buffer.alloc(2 * length)
  content.copy(roomy)
  return roomy.subarray(0, length)
}

/** Half of the writes reach the disk whole; of the others the sectors before or after some place. */
function torn(change: Change, random: () => number): Change {
  if (change.kind === 'truncate' || random() < 0.5) return change
  const sectors = Math.ceil(change.bytes.length / sectorBytes)
  const place = Math.floor(random() * (sectors + 1)) * sectorBytes
  return random() < 0.5
    ? { ...change, bytes: change.bytes.subarray(0, place) }
    : { ...change, offset: change.offset + place, bytes: change.bytes.subarray(place) }
}

function verdictOf(path: string, acknowledged: number): string | null {
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(path)
    const integrity = Object.values(database.prepare('pragma integrity_check').get() ?? {})[0]
    if (integrity !== 'ok') return `damaged: ${String(integrity)}`
    const row = database.prepare('select latest from environments').get()
    const latest = Number(row?.['latest'] ?? 0)
    if (latest < acknowledged) return `revision ${acknowledged} was acknowledged, ${latest} is there`
    const sources = database.prepare('select number, source from revisions order by number').all()
    for (const { number, source } of sources) {
      const token = /token: n(\d+)/.exec(Buffer.from(source as Uint8Array).toString())?.[1]
      if (Number(number) > 1 && token !== String(number)) return `revision ${number} holds ${token}`
    }
    if (sources.length !== latest) return `${sources.length} revisions, the latest is ${latest}`
    const entries = database
      .prepare("select count(*) as n from audit_entries where event = 'environment-updated'")
      .get()
    if (Number(entries?.['n']) !== latest - 1) return `${entries?.['n']} audit entries of ${latest - 1} saves`
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    database?.close()
  }
}

// The drill of a backup: it is made while a server works, restored elsewhere, and held against what the clients saw.
import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../demo/process.ts'
import { cleanEnvironment } from '../demo/servers.ts'
import { ask } from './asking.ts'
import { check, freshTrail } from './checker.ts'
import { History } from './history.ts'
import { TorturedServer } from './servers.ts'
import { type Client, seeded, send, work } from './workload.ts'

const program = fileURLToPath(new URL('../../bin/esc', import.meta.url))

export interface DrillFindings {
  readonly backups: number
  /** Acknowledged before the last backup began; all of that is in it. */
  readonly acknowledged: number
  readonly callsPerSecond: number
  readonly backupMilliseconds: readonly number[]
  readonly restoreMilliseconds: readonly number[]
  readonly bytes: number
  /** What a restored copy lacks or has half, and refusals that did not come or touched something. */
  readonly wrong: readonly string[]
}

/** Makes backups under load, restores each, and starts a server on it. */
export async function drill(plan: {
  readonly backups: number
  readonly seed: number
  readonly betweenMilliseconds: number
}): Promise<DrillFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-drill-'))
  const history = new History(join(folder, 'history.jsonl'))
  const server = new TorturedServer({ folder, port: await freePort(), database: undefined })
  const random = seeded(plan.seed)
  const times: { backup: number[]; restore: number[] } = { backup: [], restore: [] }
  const wrong: string[] = []
  let stop = false
  let bytes = 0
  let acknowledged = 0
  const counts = { asked: 0, atOnce: 0, answered: 0 }
  try {
    await server.start()
    const client: Client = { urls: [server.url], token: await server.token() }
    for (const name of ['shared', ...Array.from({ length: 4 }, (_, index) => `env-${index}`)]) {
      const body = JSON.stringify({ project: 'torture', name })
      const made = await send(client, server.url, '/acme', { method: 'POST', body })
      if (made?.status !== 204) throw new Error(`cannot create ${name}: ${made?.status} ${made?.text}`)
    }
    const stopped = () => stop
    const began = performance.now()
    const working = Promise.all([
      work({ client, history, random, round: 0, writers: 4, stopped }),
      ...Array.from({ length: 4 }, () => ask(client, random, counts, stopped)),
    ])
    const key = join(folder, 'key')
    await copyFile(join(server.dataFolder, 'key'), key)
    try {
      for (let index = 0; index < plan.backups; index += 1) {
        await new Promise((resolve) => setTimeout(resolve, plan.betweenMilliseconds))
        // A backup of nothing would prove nothing.
        const deadline = performance.now() + 30_000
        while (history.acknowledged < acknowledged + 3 && performance.now() < deadline)
          await new Promise((resolve) => setTimeout(resolve, 5))
        acknowledged = history.acknowledged
        const known = pastOf(history)
        const file = join(folder, `${index}.backup`)
        const made = performance.now()
        await esc(folder, 'backup', file, '--data', server.dataFolder)
        times.backup.push(performance.now() - made)
        bytes = (await stat(file)).size
        const restored = performance.now()
        const there = join(folder, `restored-${index}`)
        await esc(folder, 'restore', file, '--data', join(there, 'data'), '--key-file', key)
        times.restore.push(performance.now() - restored)
        wrong.push(...(await look(there, key, known)))
        if (index === 0) wrong.push(...(await refusals(folder, file, key, join(there, 'data'))))
      }
    } finally {
      stop = true
      await working
    }
    const seconds = (performance.now() - began) / 1_000
    return {
      backups: plan.backups,
      acknowledged,
      callsPerSecond: Math.round((counts.asked + 2 * history.saves.length) / seconds),
      backupMilliseconds: times.backup,
      restoreMilliseconds: times.restore,
      bytes,
      wrong,
    }
  } finally {
    await server.end('SIGKILL')
    history.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What was acknowledged by now must be in a backup that begins now; what comes later may be. */
function pastOf(history: History): { after(): Pick<History, 'saves' | 'created'> } {
  const saved = history.saves.length
  const created = new Set(history.created.keys())
  return {
    after: () => ({
      saves: history.saves.map((save, index) =>
        index < saved || save.outcome !== 'ok' ? save : { ...save, outcome: 'unknown' as const },
      ),
      created: new Map([...history.created].filter(([name]) => created.has(name))),
    }),
  }
}

/** Starts a server on what was restored and reads everything back. */
async function look(
  folder: string,
  key: string,
  known: ReturnType<typeof pastOf>,
): Promise<readonly string[]> {
  const extra = ['--key-file', key]
  const server = new TorturedServer({ folder, port: await freePort(), database: undefined, extra })
  try {
    await server.start()
    const token = (await readFile(join(server.dataFolder, 'restored-token'), 'utf8')).trim()
    const client = { urls: [server.url], token }
    const { lost, torn } = await check(client, known.after(), new Map(), freshTrail())
    return [...lost, ...torn]
  } finally {
    await server.end('SIGKILL')
  }
}

/** A wrong key, a damaged file and a store that is there are refused before anything is touched. */
async function refusals(folder: string, file: string, key: string, used: string): Promise<readonly string[]> {
  const wrong: string[] = []
  const damaged = join(folder, 'damaged.backup')
  const content = await readFile(file)
  const middle = content.length >> 1
  content[middle] = (content[middle] ?? 0) ^ 1
  await writeFile(damaged, content)
  const cut = join(folder, 'cut.backup')
  await writeFile(cut, (await readFile(file)).subarray(0, middle))
  const otherKey = join(folder, 'other-key')
  const text = await readFile(key, 'utf8')
  const last = text.trimEnd().length - 2
  await writeFile(otherKey, text.slice(0, last) + (text[last] === 'A' ? 'B' : 'A') + text.slice(last + 1), {
    mode: 0o600,
  })
  for (const [what, backup, keyFile] of [
    ['a damaged file', damaged, key],
    ['a file cut off', cut, key],
    ['another key', file, otherKey],
  ] as const) {
    const target = join(folder, 'refused')
    const refused = await esc(folder, 'restore', backup, '--data', target, '--key-file', keyFile).then(
      () => false,
      () => true,
    )
    if (!refused) wrong.push(`${what} was restored`)
    if ((await readdir(folder)).includes('refused')) wrong.push(`${what} left something behind`)
    await rm(target, { recursive: true, force: true })
  }
  const before = await readdir(used)
  const refused = await esc(folder, 'restore', file, '--data', used, '--key-file', key).then(
    () => false,
    () => true,
  )
  if (!refused || String(await readdir(used)) !== String(before))
    wrong.push('a store that is there was touched')
  return wrong
}

async function esc(home: string, task: 'backup' | 'restore', ...args: readonly string[]): Promise<void> {
  const child = spawn(program, ['server', task, ...args], {
    env: cleanEnvironment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`server ${task} ended with ${code}: ${said}`)
}

// Servers under torture: real processes that are killed and started again.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../demo/servers.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface ServerPlan {
  readonly folder: string
  readonly port: number
  /** `postgres://…`; absent = SQLite in the folder. */
  readonly database: string | undefined
  /** Starts it through the wrapper that acknowledges changes before they are durable. */
  readonly sabotage: boolean
}

/** One server; its process comes and goes, its address stays. */
export class TorturedServer {
  readonly url: string
  readonly #plan: ServerPlan
  #child: ChildProcess | null = null
  #output = ''

  constructor(plan: ServerPlan) {
    this.#plan = plan
    this.url = `http://127.0.0.1:${plan.port}`
  }

  /** Starts the process and waits until it is ready; gives the milliseconds that took. */
  async start(): Promise<number> {
    const { folder, port, database, sabotage } = this.#plan
    const started = performance.now()
    const args = [
      ...(sabotage ? ['--import', join(root, 'tools/torture/sabotage.ts')] : []),
      ...[
        join(root, 'src/main.ts'),
        'server',
        'start',
        '--port',
        String(port),
        '--data',
        join(folder, 'data'),
      ],
      ...[
        '--organization',
        'acme',
        '--user',
        'ada',
        '--token-file',
        join(folder, 'token'),
        '--rate-limit',
        '0',
      ],
    ]
    const env = { ...cleanEnvironment(folder), ...(database ? { OPENESC_DATABASE: database } : {}) }
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    this.#output = ''
    child.stderr.on('data', (chunk) => {
      this.#output = (this.#output + String(chunk)).slice(-4000)
    })
    while (performance.now() - started < 30_000) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${this.#output}`)
      if (await this.#ready()) return performance.now() - started
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`the server was not ready within 30 s:\n${this.#output}`)
  }

  /** Kills the process; resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill(signal)
    await closed
    return child.exitCode
  }

  async token(): Promise<string> {
    return (await readFile(join(this.#plan.folder, 'token'), 'utf8')).trim()
  }

  async #ready(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1000) })
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    }
  }
}

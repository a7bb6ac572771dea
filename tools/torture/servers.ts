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
  /** Runs the sources with this file of `tools/torture/` loaded before them, instead of what is shipped. */
  readonly sabotage?: string | undefined
  /** The folder of another version, whose `bin/esc` runs; this one when absent. */
  readonly version?: string | undefined
  /** Leaves the limits on requests as they are by default. */
  readonly limited?: boolean
  /** More arguments of `server start`. */
  readonly extra?: readonly string[]
  /** Puts other programs around the command line: a small disk, a tracer. */
  readonly around?: (command: readonly string[]) => readonly string[]
}

/** How long a start took: until the process listened, and until it was ready; milliseconds. */
export interface StartTimes {
  readonly listening: number
  readonly ready: number
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

  get child(): ChildProcess {
    if (this.#child === null) throw new Error('the server was not started')
    return this.#child
  }

  get dataFolder(): string {
    return join(this.#plan.folder, 'data')
  }

  /** The last of what it wrote to its standard error. */
  get output(): string {
    return this.#output
  }

  /** Starts the process and waits until it is ready. */
  async start(): Promise<StartTimes> {
    const {
      folder,
      port,
      database,
      sabotage,
      version = root,
      limited = false,
      extra = [],
      around = (command) => command,
    } = this.#plan
    const started = performance.now()
    // What is shipped, when it is no older than the sources: `bin/esc` decides.
    const program =
      sabotage === undefined
        ? [join(version, 'bin/esc')]
        : [process.execPath, '--import', join(root, 'tools/torture', sabotage), join(root, 'src/main.ts')]
    const [command = '', ...args] = around([
      ...program,
      ...['server', 'start', '--port', String(port), '--data', this.dataFolder],
      ...['--organization', 'acme', '--user', 'ada', '--token-file', join(folder, 'token')],
      ...(limited ? [] : ['--rate-limit', '0']),
      ...extra,
    ])
    const env = { ...cleanEnvironment(folder), ...(database ? { OPENESC_DATABASE: database } : {}) }
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    this.#output = ''
    child.stderr.on('data', (chunk) => {
      this.#output = (this.#output + String(chunk)).slice(-4000)
    })
    let listening = 0
    while (performance.now() - started < 30_000) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${this.#output}`)
      const state = await this.#state()
      const now = performance.now() - started
      if (state !== 'away') listening ||= now
      if (state === 'ready') return { listening, ready: now }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`the server was not ready within 30 s:\n${this.#output}`)
  }

  /** Sends a signal without waiting for what comes of it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Ends the process; resolves with its code when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill(signal)
    await closed
    return child.exitCode
  }

  /** Whether the process runs. */
  get runs(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  async token(): Promise<string> {
    return (await readFile(join(this.#plan.folder, 'token'), 'utf8')).trim()
  }

  async #state(): Promise<'away' | 'listening' | 'ready'> {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(250) })
      await response.arrayBuffer()
      return response.ok ? 'ready' : 'listening'
    } catch (error) {
      return (error as Error).name === 'TimeoutError' ? 'listening' : 'away'
    }
  }
}

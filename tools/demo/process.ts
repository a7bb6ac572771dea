// Real child processes for the demo: started, awaited, and ended by the demo itself.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const esc = fileURLToPath(new URL('../../bin/esc', import.meta.url))

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const given = new Set<number>()

/**
 * A port of the loopback interface that was free a moment ago, and that this process is given once. It lies below those that systems
 * give to connections and to listeners without a number, so that none of them takes it before the caller does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** Runs `esc` to its end and gives what it printed. */
export async function runEsc(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Result> {
  const child = spawn(esc, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)])
  const code = await new Promise<number>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode)
    else child.once('close', (exit) => resolve(exit ?? 1))
  })
  return { code, stdout, stderr }
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

export interface Running {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts a long-running `esc` program and waits until `url` answers. Its output goes to `log`, which the error message
 * quotes: a program that outlives the demo must not write into a pipe that nobody reads any more.
 */
export async function startEsc(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  url: string,
  options: { readonly log: string; readonly detached: boolean },
): Promise<Running> {
  const log = openSync(options.log, 'a')
  const child = spawn(esc, args, { env, stdio: ['ignore', log, log], detached: options.detached })
  closeSync(log)
  const output = () => readFileSync(options.log, 'utf8').slice(-4000)
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`\`esc ${args.join(' ')}\` ended with ${child.exitCode}:\n${output()}`)
    }
    if (await answers(url)) return { url, pid: child.pid ?? 0, stop: () => stop(child) }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop(child)
  throw new Error(`\`esc ${args.join(' ')}\` did not answer at ${url} within 30 s:\n${output()}`)
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) })
    await response.arrayBuffer()
    return response.status < 500
  } catch {
    return false
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await closed
  clearTimeout(killer)
}

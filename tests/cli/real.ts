import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The program as it is shipped. */
export const program: string = fileURLToPath(new URL('../../bin/esc', import.meta.url))

/** How a real process ended and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Variables and input of one call. */
export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Called with the process once it runs. */
  readonly started?: (child: ChildProcess) => void
}

/** A home directory of its own in which real processes of the command line run. */
export interface Home {
  readonly folder: string
  /** The runtime directory, in which files of `run` and `edit` are made. */
  readonly runtime: string
  readonly env: Readonly<Record<string, string>>
  readonly esc: (args: readonly string[], options?: CallOptions) => Promise<Ended>
  readonly remove: () => void
}

/** A fresh home; `env` is what every call gets. */
export function makeHome(env: Readonly<Record<string, string>> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-home-'))
  const runtime = join(folder, 'runtime')
  mkdirSync(runtime, { mode: 0o700 })
  const all = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: runtime,
    NODE_NO_WARNINGS: '1',
    ...env,
  }
  return {
    folder,
    runtime,
    env: all,
    esc: (args, options = {}) => call(args, { ...options, env: { ...all, ...options.env } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function call(args: readonly string[], { env = {}, input, started }: CallOptions): Promise<Ended> {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()))
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  started?.(child)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...out }
}

/** A real server, and a home that is logged in to it as its administrator, in the organization `acme`. */
export interface RealServer extends Home {
  readonly url: string
  readonly token: string
  readonly stop: () => Promise<void>
}

/** Starts a server as people do. */
export async function startServer(args: readonly string[] = []): Promise<RealServer> {
  const plain = makeHome()
  const data = join(plain.folder, 'data')
  const server = spawn(
    program,
    ['server', 'start', '--port', '0', '--data', data, '--organization', 'acme', '--user', 'ada', ...args],
    { env: plain.env, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  while (!/First start/.test(said)) {
    const [chunk] = (await once(server.stderr, 'data')) as [Buffer]
    said += chunk.toString()
  }
  const url = /listens on (\S+)/.exec(said)?.[1] ?? ''
  const token = readFileSync(join(data, 'first-token'), 'utf8').trim()
  const env = { ...plain.env, PULUMI_BACKEND_URL: url, PULUMI_ACCESS_TOKEN: token }
  return {
    ...plain,
    url,
    token,
    env,
    esc: (line, options = {}) => call(line, { ...options, env: { ...env, ...options.env } }),
    stop: async () => {
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      await ended
      plain.remove()
    },
  }
}

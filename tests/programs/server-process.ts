import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuseCanaries, rememberRequest } from '../canaries.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is shipped; the sources, which start a second later, where flags of node's reach into the program. */
function programFor(node: readonly string[]): string {
  return join(root, node.length === 0 ? 'dist/esc.cjs' : 'src/main.ts')
}

/** A server of its own process, as people start it. */
export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** The first administrator's token, on a store that it made. */
  readonly token: () => string
  /** Everything that it wrote so far to either stream. */
  readonly said: () => string
  readonly call: (request: string, body?: string | object, token?: string) => Promise<Response>
  /** Ends it with a signal; gives its exit code, or the signal that ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string | null>
}

/** How a server of its own is started. */
export interface ServerProcessOptions {
  readonly data: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly node?: readonly string[]
}

/** Starts one on a free port. Fails with what it said when it ends instead of listening. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { data, flags = [], env = {}, node = [] } = options
  const child = spawn(
    process.execPath,
    [
      ...[...node, programFor(node), 'server', 'start', '--port', '0', '--data', data],
      ...['--organization', 'acme', ...flags],
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  while (!/listens on \S+\n/.test(said)) {
    const ended = await Promise.race([exited.then(() => true), once(child.stderr, 'data').then(() => false)])
    if (ended) throw new Error(said)
  }
  const url = /listens on (\S+)\n/.exec(said)![1]!
  const token = () => readFileSync(join(data, 'first-token'), 'utf8').trim()
  return {
    url,
    child,
    token,
    said: () => said,
    call(request, body, given) {
      const [method, path] = request.split(' ') as [string, string]
      const text = typeof body === 'object' ? JSON.stringify(body) : body
      rememberRequest(given ?? token(), text)
      const headers = {
        authorization: `token ${given ?? token()}`,
        ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
      }
      return fetch(`${url}${path}`, { method, headers, ...(text === undefined ? {} : { body: text }) })
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      const [code, by] = await exited
      refuseCanaries('what a server wrote', said)
      return code ?? by
    },
  }
}

/** Runs a command of the program to its end; gives what it said and its exit code. */
export async function runProgram(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly node?: readonly string[] } = {},
): Promise<{ readonly said: string; readonly code: number | null }> {
  const { node = [] } = options
  const child = spawn(process.execPath, [...node, programFor(node), ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  const [code] = (await once(child, 'close')) as [number | null]
  return { said, code }
}

import { runCli, type World } from '../../../src/cli/index.ts'
import { createFetchTransport, type FetchLike } from '../../../src/client/index.ts'
import { runScript, type Streams } from './shell.ts'
import type { Transcript } from './transcript.ts'

/** What all calls of one transcript share. */
export interface Stage {
  readonly transcript: Transcript
  readonly files: Map<string, Uint8Array>
  readonly fetch: FetchLike
  readonly nowMilliseconds: number
}

const home = '/home/test-user'
const milliseconds = 5_000

/** One call of the command line, as the script's `esc` runs it. Gives the exit code. */
export async function callCli(args: readonly string[], streams: Streams, stage: Stage): Promise<number> {
  const heading = Buffer.from(`> ${['esc', ...args].join(' ')}\n`)
  streams.stdout(heading)
  streams.stderr(heading)
  const call = runCli(args, worldOf(streams, stage))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`esc ${args.join(' ')} took over ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The accounts that are stored beforehand. */
export function accountFiles(nowMilliseconds: number): readonly (readonly [string, Uint8Array])[] {
  const account = {
    accessToken: 'access-token',
    username: 'test-user',
    organizations: ['test-org'],
    lastValidatedAt: new Date(nowMilliseconds).toISOString(),
  }
  const urls = ['https://api.fake.pulumi.com', 'https://api.pulumi.com']
  const credentials = {
    current: urls[0],
    accessTokens: Object.fromEntries(urls.map((url) => [url, account.accessToken])),
    accounts: Object.fromEntries(urls.map((url) => [url, account])),
  }
  return [[`${home}/.pulumi/credentials.json`, Buffer.from(JSON.stringify(credentials))]]
}

function worldOf(streams: Streams, stage: Stage): World {
  const { files, transcript, fetch, nowMilliseconds } = stage
  const processEnv = Object.fromEntries(transcript.processEnv)
  return {
    version: '0.0.0-test',
    processEnv,
    homeDirectory: home,
    stdin: inputOf(streams.stdin),
    stdout: { isTerminal: false, write: streams.stdout },
    stderr: { isTerminal: false, write: streams.stderr },
    files: fileSystem(files, nowMilliseconds),
    transport: () => createFetchTransport(fetch),
    clock: { now: () => nowMilliseconds, sleep: async () => {}, timeZone: 'UTC' },
    temporary: {
      create: async (pattern, content) => {
        const path = freshPath(files, pattern)
        files.set(path, content)
        return path
      },
    },
    lookPath: async (name) => {
      if (!transcript.programs.has(name)) throw new Error('command not found')
      return name
    },
    spawn: async (child) => {
      const sink = (target: typeof child.stdout, own: Streams['stdout']) => (target === 'inherit' ? own : target)
      const code = await runScript(
        transcript.programs.get(child.path) ?? '',
        { files, program: () => null },
        {
          stdin: streams.stdin,
          stdout: sink(child.stdout, streams.stdout),
          stderr: sink(child.stderr, streams.stderr),
        },
        { variables: new Map(Object.entries(child.processEnv)), parameters: child.args },
      )
      return { code, signal: null }
    },
    page: async () => false,
    // Whoever is asked for a token has the one that the server knows.
    terminal: { askSecret: async () => 'access-token', browserToken: async () => null },
    programs: { startServer: refuse, startSandbox: refuse, openLocal: null },
    defaultBackend: 'https://api.pulumi.com',
  }
}

async function refuse(): Promise<never> {
  throw new Error('no programs are started in a transcript')
}

function inputOf(content: Uint8Array): World['stdin'] {
  let rest = Buffer.from(content)
  return {
    isTerminal: false,
    readAll: async () => {
      const all = rest
      rest = Buffer.alloc(0)
      return all
    },
    readLine: async () => {
      if (rest.length === 0) return null
      const end = rest.indexOf('\n')
      const line = end < 0 ? rest : rest.subarray(0, end)
      rest = end < 0 ? Buffer.alloc(0) : rest.subarray(end + 1)
      return line.toString()
    },
  }
}

function fileSystem(files: Map<string, Uint8Array>, nowMilliseconds: number): World['files'] {
  return {
    read: async (path) => files.get(path) ?? null,
    write: async (path, content) => void files.set(path, content),
    create: async (path, content) => {
      if (files.has(path)) return false
      files.set(path, content)
      return true
    },
    remove: async (path) => void files.delete(path),
    makeDirectory: async () => {},
    status: async (path) => (files.has(path) ? { mode: 0o600, modifiedMilliseconds: nowMilliseconds } : null),
  }
}

function freshPath(files: ReadonlyMap<string, Uint8Array>, pattern: string): string {
  for (let number = 0; ; number += 1) {
    const path = `temp/${pattern.replace('*', `temp-${number}`)}`
    if (!files.has(path)) return path
  }
}

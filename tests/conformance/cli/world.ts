import type { World } from '../../../src/cli/index.ts'
import { createFetchTransport, type FetchLike } from '../../../src/client/index.ts'
import { runScript, type Streams } from './shell.ts'

/** What a world of tests is made of. `files` changes as commands run. */
export interface TestWorldParts {
  readonly streams: Streams
  readonly files: Map<string, Uint8Array>
  readonly fetch: FetchLike
  readonly nowMilliseconds: number
  readonly processEnv: ReadonlyMap<string, string>
  /** Scripts by the name of the program that they are. */
  readonly programs: ReadonlyMap<string, string>
}

/** The home directory of the test user. */
export const home = '/home/test-user'

/** A world without a terminal, in which nothing is real but the parts that were handed in. */
export function createTestWorld(parts: TestWorldParts): World {
  const { streams, files, fetch, nowMilliseconds, programs } = parts
  const processEnv = Object.fromEntries(parts.processEnv)
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
      if (!programs.has(name)) throw new Error('command not found')
      return name
    },
    spawn: async (child) => {
      const sink = (target: typeof child.stdout, own: Streams['stdout']) =>
        target === 'inherit' ? own : target
      const code = await runScript(
        programs.get(child.path) ?? '',
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
    terminal: { askSecret: async () => 'access-token' },
    programs: { startServer: refuse, startSandbox: refuse },
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
    list: async (path) => {
      const names = [...files.keys()].filter((file) => file.startsWith(`${path}/`))
      return names.length === 0 ? null : names.map((file) => file.slice(path.length + 1)).sort()
    },
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

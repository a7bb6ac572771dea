import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openAccount } from '../../src/aws/account.ts'
import { createTokenExchange } from '../../src/aws/index.ts'
import { type World as CliWorld, type FileSystem, runCli } from '../../src/cli/index.ts'
import { createFetchTransport } from '../../src/client/index.ts'
import { systemBreakers } from '../../src/programs/breakers.ts'
import { providersFor } from '../../src/programs/powers.ts'
import { type Stage, startStage } from '../../src/sts/stage.test.ts'
import { files } from '../../src/world/files.ts'
import { issuerOver } from '../http/real-issuer.ts'
import { createWorld, type Who, type World } from '../http/world.ts'

/** The account that the sandbox plays. */
export const account = '123456789012'

/** The issuer's base URL: nothing listens there, the sandbox reads the server in this process. */
export const baseUrl = 'https://esc.example.com'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The result as JSON; fails when it is none. */
  readonly json: <T = Record<string, unknown>>() => T
}

export interface RunOptions {
  readonly as?: Who
  readonly stdin?: string
  /** Whether standard input is a terminal, as for somebody who can be asked. */
  readonly terminal?: boolean
  readonly change?: Partial<CliWorld>
  /** Is told what is written, in its order. */
  readonly heard?: (stream: 'stdout' | 'stderr', text: string) => void
}

/** The real command line over a real server and a real sandbox, all in this process, files in a folder of their own. */
export interface Scene {
  readonly server: World
  readonly stage: Stage
  readonly folder: string
  readonly esc: (command: string | readonly string[], options?: RunOptions) => Promise<Ran>
  readonly write: (name: string, content: string | object) => string
  readonly read: (name: string) => string
  /** Makes or replaces an environment of acme: `web/dev`. */
  readonly define: (name: string, text: string) => Promise<void>
  readonly close: () => Promise<void>
}

export async function startScene(): Promise<Scene> {
  const keys = await createWorld()
  const issuer = await issuerOver(keys, baseUrl)
  let server: World | null = null
  const stage = await startStage({
    fetch: async (input, init) => await server!.app.fetch(new Request(input, init)),
  })
  const sts = createTokenExchange({
    breakers: systemBreakers(),
    region: 'us-east-1',
    endpoint: stage.url,
    fetch: (url, init) => fetch(url, init),
  })
  const calls = {
    post: () => {
      throw new Error('AWS alone is called')
    },
  }
  server = await createWorld(
    { providers: (scope) => providersFor({ issuer, sts, calls, store: server!.store }, scope) },
    { issuers: [issuer.v1, issuer.v2] },
  )
  const folder = mkdtempSync(join(tmpdir(), 'openesc-scene-'))
  const { app, tokens } = server
  const esc = async (command: string | readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const out = { stdout: '', stderr: '' }
    const sink = (name: 'stdout' | 'stderr') => ({
      isTerminal: false,
      write: (bytes: Uint8Array) => {
        const text = Buffer.from(bytes).toString()
        out[name] += text
        options.heard?.(name, text)
      },
    })
    let lines = (options.stdin ?? '').split('\n')
    const world: CliWorld = {
      version: '0.0.0-test',
      processEnv: {
        PULUMI_ACCESS_TOKEN: tokens[options.as ?? 'ada'],
        PULUMI_BACKEND_URL: 'http://server.test',
        PULUMI_HOME: join(folder, '.pulumi'),
      },
      homeDirectory: folder,
      stdin: {
        isTerminal: options.terminal ?? false,
        readAll: async () => Buffer.from(options.stdin ?? ''),
        readLine: async () => {
          const [line, ...rest] = lines
          lines = rest
          return line ?? null
        },
      },
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      files: filesIn(folder),
      transport: () => createFetchTransport((request) => app.fetch(request)),
      clock: { now: () => Date.now(), sleep: async () => {}, timeZone: 'UTC' },
      temporary: { create: async () => '' },
      lookPath: async (name) => name,
      spawn: async () => ({ code: 1, signal: null }),
      page: async () => false,
      terminal: { askSecret: async () => null },
      programs: {
        startServer: async () => 1,
        startSandbox: async () => 1,
        awsAccount: async (asked) =>
          openAccount({
            ...asked,
            endpoint: asked.endpoint ?? stage.url,
            credentials: stage.sandbox.administrator,
          }),
      },
      defaultBackend: null,
      ...options.change,
    }
    const code = await runCli(typeof command === 'string' ? command.split(' ') : command, world)
    return { code, ...out, json: <T>() => JSON.parse(out.stdout) as T }
  }
  const scene: Scene = {
    server,
    stage,
    folder,
    esc,
    write: (name, content) => {
      const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
      writeFileSync(join(folder, name), text)
      return name
    },
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    define: async (name, text) => {
      const [project = '', environment = ''] = name.split('/')
      const org = '/api/esc/environments/acme'
      await server!.call('ada', `POST ${org}`, { body: { project, name: environment } })
      const saved = await server!.call('ada', `PATCH ${org}/${name}`, { body: text })
      if (saved.status !== 200) throw new Error(saved.text)
    },
    close: async () => {
      rmSync(folder, { recursive: true, force: true })
      await stage.close()
      await server!.close()
      await keys.close()
    },
  }
  // The first command of an account says that it logs in.
  await esc('whoami')
  return scene
}

/** A definition that logs in to AWS at `aws.login`. */
export function loginDefinition(role: string, more = ''): string {
  return `values:
  aws:
    login:
      fn::open::aws-login:
        oidc:
          roleArn: ${role}
          sessionName: environments
${more === '' ? '' : `${more.trimEnd()}\n`}`
}

function filesIn(folder: string): FileSystem {
  const at = (path: string) => resolve(folder, path)
  return {
    read: (path) => files.read(at(path)),
    write: (path, content, mode) => files.write(at(path), content, mode),
    create: (path, content, mode) => files.create(at(path), content, mode),
    remove: (path) => files.remove(at(path)),
    list: (path) => files.list(at(path)),
    makeDirectory: (path, mode) => files.makeDirectory(at(path), mode),
    status: (path) => files.status(at(path)),
  }
}

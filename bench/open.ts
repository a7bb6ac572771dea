// How long does a person wait for `esc env open`? Whole processes against a local server, next to a bare Node and, when
// OPENESC_PEER names one, another `esc` that speaks the same API with the same account.
//
// [OPENESC_PEER=/path/to/esc] node bench/open.ts [--json]
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, runEsc, startEsc } from '../tools/demo/process.ts'
import { report, summarize } from './report.ts'

const runs = 20
const peer = process.env['OPENESC_PEER']
const esc = fileURLToPath(new URL('../bin/esc', import.meta.url))
const definition = `values:
  greeting: hello
  name: world
  text: \${greeting} \${name}
  environmentVariables:
    TEXT: \${text}
`

const folder = await mkdtemp(join(tmpdir(), 'openesc-bench-'))
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const { PATH } = process.env
const env = { ...(PATH ? { PATH } : {}), HOME: folder, PULUMI_HOME: join(folder, '.pulumi') }
const tokenFile = join(folder, 'token')
const server = await startEsc(
  [
    'server',
    'start',
    '--port',
    String(port),
    '--data',
    join(folder, 'data'),
    '--issuer-base-url',
    url,
    '--organization',
    'acme',
    '--user',
    'ada',
    '--token-file',
    tokenFile,
  ],
  env,
  `${url}/healthz`,
  { log: join(folder, 'server.log'), detached: false },
)
try {
  const token = (await readFile(tokenFile, 'utf8')).trim()
  await succeed(runEsc(['login', url], { ...env, PULUMI_ACCESS_TOKEN: token }))
  await writeFile(join(folder, 'bench.yaml'), definition)
  await succeed(runEsc(['env', 'init', 'acme/bench/small', '--file', join(folder, 'bench.yaml')], env))

  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['node -e 0 (the floor)', process.execPath, ['-e', '0']],
    ['esc version', esc, ['version']],
    ['esc env open acme/bench/small', esc, ['env', 'open', 'acme/bench/small']],
    ['esc run acme/bench/small -- true', esc, ['run', 'acme/bench/small', '--', 'true']],
    ...(peer === undefined
      ? []
      : ([
          ['peer version', peer, ['version']],
          ['peer env open acme/bench/small', peer, ['env', 'open', 'acme/bench/small']],
          ['peer run acme/bench/small -- true', peer, ['run', 'acme/bench/small', '--', 'true']],
        ] as const)),
  ]
  const samples = new Map<string, number[]>(cases.map(([name]) => [name, []]))
  for (let round = 0; round < runs; round += 1) {
    for (const [name, command, args] of cases) {
      const started = performance.now()
      const result = spawnSync(command, args, { env, encoding: 'utf8' })
      if (result.status !== 0) throw new Error(`${name}: ${result.stderr}`)
      samples.get(name)?.push(performance.now() - started)
    }
  }
  report(
    'esc as a whole process against a local server',
    [...samples].map(([name, times]) => summarize(name, times)),
  )
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function succeed(running: ReturnType<typeof runEsc>): Promise<void> {
  const { code, stderr } = await running
  if (code !== 0) throw new Error(stderr)
}

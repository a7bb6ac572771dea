// Compiles the bundles as a short command runs them, and keeps the code beside them for later starts: `all.code`, `quick.code`,
// `evaluator-bundle.code`, `eval.code`.
//
// The code holds every function that ran, so the daily command is run once, against a server that answers just that. It is
// made here and nowhere else: a start never writes code, and reads it only from where the bundle itself lies.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const runner = fileURLToPath(new URL('run-and-keep.cjs', import.meta.url))
const doorRunner = fileURLToPath(new URL('keep-door.cjs', import.meta.url))

/** Compiles the bundles in a folder. */
export async function compileBundles(dist) {
  const home = mkdtempSync(join(tmpdir(), 'openesc-build-'))
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(opened)
  })
  try {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${server.address().port}`
    writeFileSync(join(home, 'credentials.json'), JSON.stringify(accounts(url)), { mode: 0o600 })
    await keep(dist, 'quick', home, ['env', 'open', 'acme/web/dev'])
    await keep(dist, 'all', home, ['--help'])
    await keepEvaluator(dist)
    await keepDoor(dist, 'eval')
  } catch (error) {
    console.warn(`warning: starts will be slower, since nothing could be compiled ahead: ${error.message}`)
  } finally {
    server.close()
    rmSync(home, { recursive: true, force: true })
  }
}

async function keep(dist, name, home, args) {
  const env = { HOME: home, PULUMI_HOME: home, PATH: process.env.PATH }
  const child = spawn(process.execPath, [runner, `${dist}${name}`, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await ended(child)
}

/** Lets a program evaluate a small definition with the library, and keep its code. */
async function keepDoor(dist, door) {
  await ended(
    spawn(process.execPath, [doorRunner, `${dist}${door}`], { stdio: ['ignore', 'ignore', 'pipe'] }),
  )
}

async function ended(child) {
  const [[code], told] = await Promise.all([once(child, 'close'), text(child.stderr)])
  if (code !== 0) throw new Error(told.trim() || `exit code ${code}`)
}

/** Lets a worker evaluate a small definition, as most are, and keep its code. */
async function keepEvaluator(dist) {
  const worker = new Worker(`${dist}evaluator.cjs`, { workerData: { keep: `${dist}evaluator-bundle.code` } })
  const work = {
    ...{
      name: 'acme/web',
      source: Buffer.from(definition),
      context: new Map(),
      limits: {},
      catalogued: true,
    },
    task: { kind: 'open' },
  }
  const timer = setTimeout(() => worker.terminate(), 20_000)
  worker.on('message', ({ kind, job, questions }) => {
    if (kind === 'ready') worker.postMessage({ kind: 'start', job: 1, work })
    else if (kind === 'asked') {
      const answers = questions.map(({ number, question }) => ({ number, answer: answerTo(question) }))
      worker.postMessage({ kind: 'answered', job, answers })
    } else if (job < 3) worker.postMessage({ kind: 'start', job: job + 1, work })
    else worker.postMessage('keep')
  })
  const [code] = await once(worker, 'exit')
  clearTimeout(timer)
  if (code !== 0) throw new Error('the evaluator did not end')
}

function answerTo({ ask }) {
  if (ask === 'load') return { source: Buffer.from('values: {region: eu-west-1}'), crypter: 1 }
  return { error: { kind: 'provider', message: 'nothing is opened here' } }
}

const definition = `imports: [base]
values:
  host: db.\${region}.example.com
  list: [1, two, true, {a: null}]
  secret: {fn::secret: hunter2}
  url: {fn::join: ['', ['https://', "\${host}"]]}
  json: {fn::toJSON: "\${list}"}
  login:
    fn::open::aws-login:
      oidc: {roleArn: none, sessionName: x}
  environmentVariables: {URL: "\${url}"}
`

const trace = {
  def: {
    environment: 'acme/web/dev',
    begin: { line: 1, column: 1, byte: 0 },
    end: { line: 1, column: 1, byte: 0 },
  },
}
const environment = { properties: { greeting: { value: 'hello', trace } } }
const opened = JSON.stringify({ id: 'session', environment })

function accounts(url) {
  const account = { accessToken: 'none', username: 'ada', lastValidatedAt: new Date().toISOString() }
  return { current: url, accessTokens: { [url]: 'none' }, accounts: { [url]: account } }
}

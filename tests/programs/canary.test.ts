// Known secrets go through every feature of a real server and command line, failures and a crash included; then everything
// that either wrote is searched for them, in every form that a careless program gives them (S-67, S-08, S-68, S-01).
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { faultOf } from '../../src/programs/fault.ts'
import { formsOf, canariesIn as secretsIn } from '../canaries.ts'
import { runProgram, type ServerProcess, startServerProcess } from './server-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-canary-'))
const dev = '/api/esc/environments/acme/web/dev'
const made = new Map<string, string>()

/** A secret that is like no other text, named after what it goes through. */
function canary(use: string): string {
  const text = `canary-${use}-${(made.size * 7919 + 104729).toString(36)}zq`
  made.set(use, text)
  return text
}

/** The canaries in some bytes, by use. */
function canariesIn(bytes: Buffer): readonly string[] {
  const found = new Set(secretsIn(bytes, made.values()))
  return [...made].flatMap(([use, text]) => (found.has(text) ? [use] : []))
}

function filesBelow(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
  )
}

describe('S-67: canaries', () => {
  let server: ServerProcess
  let target: Server
  const data = join(folder, 'data')
  const home = join(folder, 'home')
  const crasher = join(folder, 'crasher.mjs')
  const told: [string, string][] = []
  /** Every refusal's whole answer; what is meant to hold a secret is not kept. */
  const failing = async (what: string, request: string, body?: string | object, token?: string) => {
    const answered = await server.call(request, body, token)
    assert.ok(answered.status >= 400, `${what}: ${answered.status}`)
    told.push([what, JSON.stringify([...answered.headers]) + (await answered.text())])
  }
  const cli = async (what: string, ...args: string[]) => {
    const { said } = await runProgram(args, {
      env: {
        HOME: home,
        PULUMI_HOME: join(home, '.pulumi'),
        PULUMI_ACCESS_TOKEN: server.token(),
        PULUMI_BACKEND_URL: server.url,
      },
    })
    told.push([what, said])
    return said
  }

  before(async () => {
    target = createServer((_, response) => response.writeHead(500).end(canary('target-body')))
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
    writeFileSync(
      crasher,
      `process.on('SIGUSR2', () => setImmediate(() => { throw Object.assign(new Error(${JSON.stringify(`select ${canary('crash')}\n    at x`)}), { detail: ${JSON.stringify(canary('crash-detail'))} }) }))`,
    )
    server = await startServerProcess({
      data,
      flags: [
        '--metrics-port',
        '0',
        '--sts-endpoint',
        `http://127.0.0.1:${(target.address() as AddressInfo).port}`,
      ],
      env: { DEBUG: '*', AWS_EC2_METADATA_DISABLED: 'true' },
      // A fault that nothing catches, with a secret in its message, when the test says so.
      node: ['--import', crasher],
    })
  })
  after(async () => {
    await server.stop('SIGKILL')
    target.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('go through everything', async () => {
    await server.call('POST /api/esc/environments/acme', { project: 'web', name: 'dev' })
    const text = `values:
  password:
    fn::secret: ${canary('definition')}
  list: [{fn::secret: ${canary('nested')}}]
  joined:
    fn::join: ['-', [a, "\${password}"]]
  encoded:
    fn::toBase64: \${password}
  environmentVariables:
    PASSWORD: \${password}
  files:
    CERT: \${joined}
`
    assert.equal((await server.call(`PATCH ${dev}`, text)).status, 200)
    assert.equal(
      (await server.call(`PATCH ${dev}`, `${text}  again:\n    fn::secret: ${canary('second')}\n`)).status,
      200,
    )
    const opened = (await (await server.call(`POST ${dev}/open`)).json()) as { id: string }
    assert.match(await (await server.call(`GET ${dev}/open/${opened.id}`)).text(), /canary-definition/)
    assert.match(await (await server.call(`GET ${dev}/decrypt`)).text(), /canary-second/)
    await server.call(`POST ${dev}/encrypt-secrets`, { plaintexts: [canary('sealed')] })
    await server.call(`POST ${dev}/hooks`, {
      active: true,
      payloadUrl: 'https://hooks.invalid/x',
      secret: canary('hook'),
    })
    await server.call(`POST ${dev}/drafts`, `values: {a: {fn::secret: ${canary('draft')}}}\n`)
    await server.call('POST /api/esc/environments/acme/web/dev/clone', { project: 'web', name: 'copy' })
    await server.call('POST /api/server/keys/rotate')
    await server.call('POST /api/server/keys/verify')
    const token = (await (
      await server.call('POST /api/user/tokens', { name: 'ci', description: 'ci' })
    ).json()) as { tokenValue: string }
    made.set('token', token.tokenValue.slice(-40))
    assert.equal((await server.call('GET /api/user', undefined, token.tokenValue)).status, 200)
  })

  test('and through what fails', async () => {
    await failing('another’s token', 'GET /api/user', undefined, `pul-${canary('token-wrong')}`)
    await failing('malformed YAML', `PATCH ${dev}`, `values: {a: {fn::secret: ${canary('yaml')}}\n b: [`)
    await failing(
      'an unknown builtin',
      `PATCH ${dev}`,
      `values:\n  a: {fn::nothing: 1}\n  b: {fn::secret: ${canary('builtin')}}\n`,
    )
    await failing(
      'JSON that is none',
      `PATCH ${dev}`,
      `values:\n  a: {fn::fromJSON: {fn::secret: "{${canary('json')}"}}\n`,
    )
    await failing(
      'base64 that is none',
      `PATCH ${dev}`,
      `values:\n  a: {fn::fromBase64: {fn::secret: "!${canary('base64')}"}}\n`,
    )
    await failing('a body that is no JSON', `POST ${dev}/hooks`, `{"secret": "${canary('body')}"`)
    await failing('an unknown member', `POST ${dev}/hooks`, { secretly: canary('member') })
    await failing('a moved seal', `POST ${dev}/decrypt-secrets`, {
      ciphertexts: [Buffer.from(canary('seal')).toString('base64')],
    })
    const login = `values:\n  key: {fn::secret: ${canary('provider')}}\n  aws:\n    fn::open::aws-login:\n      static: {accessKeyId: AKIAEXAMPLE, secretAccessKey: "\${key}", nothing: "\${key}"}\n`
    await failing('a provider that refuses its inputs', `PATCH ${dev}`, login)
    const oidc = `values:\n  key: {fn::secret: ${canary('sts')}}\n  aws:\n    fn::open::aws-login:\n      oidc: {roleArn: "arn:aws:iam::123456789012:role/x", sessionName: environments}\n`
    assert.equal((await server.call(`PATCH ${dev}`, oidc)).status, 200)
    await failing('STS that answers with anything', `POST ${dev}/open`)
    await failing('an exchange', 'POST /api/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: 'urn:pulumi:org:acme',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from(`{"iss":"${canary('exchange')}"}`).toString('base64url')}.x`,
      requested_token_type: 'urn:pulumi:token-type:access_token:organization',
    })
  })

  test('and through the command line', async () => {
    writeFileSync(join(folder, 'broken.yaml'), `values: {a: {fn::secret: ${canary('cli-file')}}\n b: [`)
    await cli(
      'edit from a file that is broken',
      'env',
      'edit',
      'acme/web/dev',
      '--file',
      join(folder, 'broken.yaml'),
    )
    await cli('set', 'env', 'set', 'acme/web/copy', 'password', canary('cli-set'), '--secret')
    const ran = await cli(
      'run',
      'env',
      'run',
      'acme/web/copy',
      '--',
      process.execPath,
      '-e',
      'console.log(process.env.PASSWORD)',
    )
    assert.match(ran, /\[secret\]/)
    await cli('get', 'env', 'get', 'acme/web/copy')
    await cli('a definition with seals', 'env', 'get', 'acme/web/copy', '--definition')
    await cli('history', 'env', 'version', 'history', 'acme/web/copy')
    await cli('diff', 'env', 'diff', 'acme/web/dev@1', 'acme/web/dev@2')
    await cli('verify', 'audit', 'export', 'acme')
  })

  test('and through a crash: nothing that was told, logged, kept or left behind holds one', async () => {
    const trail = await (await server.call('GET /api/orgs/acme/auditlogs/export?format=jsonl')).text()
    const serverTrail = await (await server.call('GET /api/server/auditlogs/export')).text()
    const metrics = /metrics[^\n]*(http:\S+)/.exec(server.said())?.[1]
    told.push(['the trail', trail], ['the server’s trail', serverTrail])
    if (metrics !== undefined) told.push(['metrics', await (await fetch(metrics)).text()])
    server.child.kill('SIGUSR2')
    assert.equal(await server.stop('SIGWINCH'), 70, 'it ended by the fault')
    assert.match(server.said(), /error: the server ends: a fault of its own: \{"name":"Error"/)
    told.push(['the log', server.said()])
    for (const [what, text] of told)
      assert.deepEqual(canariesIn(Buffer.from(text)), [], `${what}: ${text.slice(0, 2_000)}`)
    const own = [join(folder, 'broken.yaml'), crasher]
    for (const path of filesBelow(folder)) {
      if (own.includes(path) || !statSync(path).isFile()) continue
      assert.deepEqual(canariesIn(readFileSync(path)), [], path)
    }
    const cwd = readdirSync(process.cwd()).filter((name) => /^(?:core|report\.|Heap\.|isolate)/.test(name))
    assert.deepEqual(cwd, [], 'no dump was written')
    assert.ok(made.size >= 20, `${made.size} canaries`)
  })

  test('the search finds what is there', () => {
    const text = canary('self')
    for (const form of formsOf(text))
      assert.deepEqual(canariesIn(Buffer.concat([Buffer.from('x{'), form, Buffer.from('}')])), ['self'])
    assert.deepEqual(canariesIn(Buffer.concat([Buffer.from('head'), gzipSync(text)])), ['self'])
    assert.deepEqual(canariesIn(Buffer.from(Buffer.from(`ab${text}cd`).toString('base64'))), ['self'])
  })
})

test('S-68: a database’s error is logged by its kind and place: no statement, no value', () => {
  const error = new pg.DatabaseError(`duplicate key: ${canary('pg')}`, 1, 'error')
  Object.assign(error, {
    code: '23505',
    detail: `Key (x)=(${canary('pg-detail')})`,
    query: canary('pg-query'),
    parameters: [canary('pg-value')],
  })
  const told = JSON.stringify(faultOf(error))
  assert.match(told, /"code":"23505"/)
  assert.deepEqual(canariesIn(Buffer.from(told)), [])
  const lines = new Error(`first\n    at ${canary('line')}\n    at x (${canary('place')}:1)`)
  assert.deepEqual(canariesIn(Buffer.from(JSON.stringify(faultOf(lines)))), [])
})

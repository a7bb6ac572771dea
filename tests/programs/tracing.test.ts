// The set-up of docs/operations.md, word for word, before a real server; only the exporter is one that writes into a file.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runProgram, type ServerProcess, startServerProcess } from './server-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: number; readonly message?: string }
}

// What an exporter is handed, kept as far as a collector would see it.
const exporter = `
import { appendFileSync } from 'node:fs'
export class OTLPTraceExporter {
  export(spans, done) {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext()
      const { name, attributes, status, events, links } = span
      const parent = span.parentSpanContext?.spanId
      const line = { name, traceId, spanId, parent, attributes, status, events, links }
      appendFileSync(process.env.SPANS, JSON.stringify(line) + '\\n')
    }
    done({ code: 0 })
  }
  async shutdown() {}
}`

const roleArn = 'arn:aws:iam::123456789012:role/deployer'
const answer = `<?xml version="1.0"?>
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/deployer/traced</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>ASIATRACED</AccessKeyId><SecretAccessKey>very-secret-key</SecretAccessKey>
<SessionToken>very-secret-session</SessionToken><Expiration>2040-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

let folder: string
const carried: (string | undefined)[] = []
const sts = createServer((request, response) => {
  carried.push(request.headers['traceparent'] as string | undefined)
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end(answer))
})
let stsUrl: string

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openesc-tracing-'))
  const modules = join(folder, 'node_modules', '@opentelemetry')
  mkdirSync(join(modules, 'exporter-trace-otlp-http'), { recursive: true })
  for (const name of ['api', 'context-async-hooks', 'core', 'sdk-trace-base'])
    symlinkSync(join(root, 'node_modules', '@opentelemetry', name), join(modules, name))
  writeFileSync(
    join(modules, 'exporter-trace-otlp-http', 'package.json'),
    '{"type":"module","main":"index.js"}',
  )
  writeFileSync(join(modules, 'exporter-trace-otlp-http', 'index.js'), exporter)
  const [, setup = ''] =
    /```js\n(\/\/ tracing\.mjs\n[\s\S]*?)```/.exec(readFileSync(join(root, 'docs/operations.md'), 'utf8')) ??
    []
  writeFileSync(join(folder, 'tracing.mjs'), setup)
  sts.listen(0, '127.0.0.1')
  await once(sts, 'listening')
  stsUrl = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
})
after(() => {
  sts.closeAllConnections()
  sts.close()
  rmSync(folder, { recursive: true })
})

const environments = '/api/esc/environments/acme'

async function prepare(server: ServerProcess): Promise<void> {
  const define = async (name: string, text: string) => {
    assert.equal((await server.call(`POST ${environments}`, { project: 'web', name })).status, 204)
    assert.equal((await server.call(`PATCH ${environments}/web/${name}`, text)).status, 200)
  }
  await define('base', 'values:\n  password:\n    fn::secret: hush-hush\n')
  const login = `fn::open::aws-login:\n      oidc: { roleArn: '${roleArn}', sessionName: traced }\n`
  await define('dev', `imports: [web/base]\nvalues:\n  copy: \${password}\n  aws:\n    ${login}`)
}

test('R-44, S-67: spans lead from the client’s trace to the call to STS, and tell no secret', async () => {
  const spansFile = join(folder, 'spans')
  const server = await startServerProcess({
    data: join(folder, 'traced'),
    flags: ['--sts-endpoint', stsUrl],
    env: { SPANS: spansFile },
    node: ['--import', join(folder, 'tracing.mjs')],
  })
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  try {
    await prepare(server)
    const opened = await runProgram(['env', 'open', 'acme/web/dev'], {
      env: {
        HOME: folder,
        PULUMI_BACKEND_URL: server.url,
        PULUMI_ACCESS_TOKEN: server.token(),
        TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`,
      },
    })
    assert.equal(opened.code, 0, opened.said)
    assert.match(opened.said, /very-secret-key/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
  assert.match(server.said(), new RegExp(`"operation":"OpenEnvironment".*"traceId":"${traceId}"`))
  const text = readFileSync(spansFile, 'utf8')
  for (const secret of ['hush-hush', 'very-secret', 'eyJ', server.token(), roleArn])
    assert.ok(!text.includes(secret), secret)
  const all = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Span)
  const spans = all.filter((span) => span.traceId === traceId)
  const lines = spans.map((span) => {
    const path: string[] = []
    for (let at: Span | undefined = span; at !== undefined; ) {
      path.unshift(at.name)
      const above: string | undefined = at.parent
      at = spans.find(({ spanId }) => spanId === above)
    }
    return path.join(' > ')
  })
  for (const line of [
    'request',
    'request > evaluate',
    'request > evaluate > load environment',
    'request > evaluate > load environment > decrypt',
    'request > evaluate > open provider',
    'request > evaluate > open provider > mint token',
    'request > evaluate > open provider > mint token > change store',
    'request > evaluate > open provider > exchange token',
    'request > change store',
  ])
    assert.ok(lines.includes(line), `${line} is not in\n${lines.join('\n')}`)
  const request = spans.find(({ attributes }) => attributes['openesc.operation'] === 'OpenEnvironment')!
  assert.equal(request.parent, 'b7ad6b7169203331')
  assert.equal(request.attributes['http.route'], '/api/esc/environments/{org}/{project}/{env}/open')
  assert.equal(request.attributes['http.response.status_code'], 200)
  const exchange = spans.find(({ name }) => name === 'exchange token')!
  assert.deepEqual(carried, [`00-${traceId}-${exchange.spanId}-01`])
})

test('R-44: without a tracer the client’s trace still reaches STS, or else the id of the request does', async () => {
  carried.length = 0
  const server = await startServerProcess({
    data: join(folder, 'plain'),
    flags: ['--sts-endpoint', stsUrl],
  })
  try {
    await prepare(server)
    const open = (headers: Record<string, string>) =>
      fetch(`${server.url}${environments}/web/dev/open`, {
        method: 'POST',
        headers: { authorization: `token ${server.token()}`, ...headers },
      })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const ids: string[] = []
    for (const headers of [{ traceparent }, {}, { traceparent: '00-nonsense' }] as Record<string, string>[]) {
      const response = await open(headers)
      assert.equal(response.status, 200)
      ids.push(response.headers.get('x-pulumi-request-id')!.replaceAll('-', ''))
    }
    assert.deepEqual(carried, [traceparent, ...ids.slice(1).map((id) => `00-${id}-${id.slice(16)}-00`)])
  } finally {
    await server.stop()
  }
})

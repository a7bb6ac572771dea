// A server as its operator sees it: status, metrics, alert rules, the examination of its data.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import { freePort, runEsc } from '../tools/demo/process.ts'
import { cleanEnvironment } from '../tools/demo/servers.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { send } from '../tools/torture/workload.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
let folder: string
let server: TorturedServer
let metricsPort: number

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openesc-operating-'))
  metricsPort = await freePort()
  const extra = ['--metrics-port', String(metricsPort)]
  server = new TorturedServer({ folder, port: await freePort(), database: undefined, extra })
  await server.start()
  const client = { urls: [server.url], token: await server.token() }
  const body = JSON.stringify({ project: 'torture', name: 'shared' })
  assert.equal((await send(client, server.url, '/acme', { method: 'POST', body }))?.status, 204)
  for (let number = 0; number < 3; number += 1) {
    const text = `values:\n  n: ${number}\n  s:\n    fn::secret: hush\n`
    assert.equal(
      (await send(client, server.url, '/acme/torture/shared', { method: 'PATCH', body: text }))?.status,
      200,
    )
  }
  await send(client, server.url, '/acme/torture/shared/open', { method: 'POST' })
})
after(async () => {
  await server.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const esc = (...args: string[]) => runEsc(args, cleanEnvironment(folder))

test('R-44: the status tells version, schema, audit backlog, space, log and memory', async () => {
  const read = async () => {
    const told = await esc('server', 'status', '--metrics-port', String(metricsPort), '--output', 'json')
    assert.equal(told.code, 0, told.stderr)
    return JSON.parse(told.stdout)
  }
  let status = await read()
  // The installation is looked at as the server starts, when that entry may still wait, and every ten seconds.
  for (const until = Date.now() + 30_000; status.installation.trails.length < 2 && Date.now() < until; ) {
    await sleep(500)
    status = await read()
  }
  assert.equal(status.records, 'enforced')
  const { replicas, keys, trails, leases, waiting } = status.installation
  assert.equal(replicas.length, 1)
  assert.equal(replicas[0].url, server.url)
  assert.ok(Date.parse(replicas[0].lastSeen) >= Date.parse(replicas[0].started))
  assert.ok(keys.dataKeys > 0 && keys.underOldKeys === 0 && Date.parse(keys.oldest) > 0)
  assert.deepEqual(
    trails.map(({ name }: { name: string }) => name),
    ['acme', 'server'],
  )
  assert.match(trails[0].hash, /^[0-9a-f]{64}$/)
  assert.deepEqual([leases, waiting.firings, status.backupAgeSeconds], [[], 0, null])
  const active = status.signingKeys.filter(({ state }: { state: string }) => state === 'active')
  assert.deepEqual(
    active.map(({ issuer }: { issuer: string }) => issuer),
    ['v1', 'v2'],
  )
  const text = (await esc('server', 'status', '--metrics-port', String(metricsPort))).stdout
  for (const line of [
    /^ready +yes$/m,
    /^records +protected$/m,
    /^backup +never$/m,
    /^server +\S+-\d+ 0\.1\.0 at http/m,
  ])
    assert.match(text, line)
  assert.equal(status.store, 'sqlite')
  assert.equal(status.ready, true)
  assert.ok(status.schema >= 4)
  assert.equal(status.storage.full, false)
  assert.ok(status.storage.reserveBytes > 0 && status.walBytes > 0 && status.residentBytes > 0)
  assert.deepEqual(Object.keys(status.audit), ['waiting', 'oldestMs'])
  const silent = await esc('server', 'status', '--metrics-port', '1')
  assert.equal(silent.code, 1)
  assert.match(silent.stderr, /no server answers on port 1/)
})

test('R-44: every metric that an alert rule names is served', async () => {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const { groups } = parse(read('deploy/alerts.yaml')) as {
    groups: { rules: { alert: string; expr: string }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  assert.ok(rules.length > 8)
  for (const { alert, expr } of rules) {
    for (const [name] of expr.matchAll(/\b(?:openesc|process)_\w+/g)) {
      const family = name.replace(/_(?:bucket|count|sum)$/, '')
      assert.ok(text.includes(`# TYPE ${family} `), `${alert}: ${name}`)
    }
  }
})

test('R-25: the examination runs beside the server, leaves nothing behind, and names what is damaged', async () => {
  const data = server.dataFolder
  const good = await esc('server', 'doctor', '--data', data)
  assert.equal(good.code, 0, good.stderr)
  assert.match(good.stderr, /sealed values open, 4 revisions and \d+ audit entries hold/)
  assert.ok(!(await readdir(data)).some((name) => name.startsWith('doctor')))
  await server.end('SIGTERM')
  const database = new DatabaseSync(join(data, 'openesc.db'))
  const row = database.prepare('select source from revisions where number = 3').get()
  const source = Buffer.from(row?.['source'] as Uint8Array).toString()
  const at = source.indexOf('ciphertext:') + 90
  const changed = source.slice(0, at) + (source[at] === 'A' ? 'B' : 'A') + source.slice(at + 1)
  database.prepare('update revisions set source = ? where number = 3').run(Buffer.from(changed))
  database.exec('delete from revisions where number = 2')
  database.close()
  const bad = await esc('server', 'doctor', '--data', data)
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /revision acme\/torture\/shared@3/)
  assert.match(bad.stderr, /acme\/torture\/shared@2 is missing/)
  assert.ok(!bad.stderr.includes('hush'))
})

test('the recipes are well-formed, and run nothing as root', async (t) => {
  const compose = parse(read('deploy/compose.yaml')) as { services: { server: { read_only: boolean } } }
  assert.equal(compose.services.server.read_only, true)
  const documents = parseAllDocuments(read('deploy/kubernetes/openesc.yaml'))
  assert.ok(documents.every((document) => 'errors' in document && document.errors.length === 0))
  const dockerfile = read('deploy/Dockerfile')
  assert.match(dockerfile, /^USER (?!root)\w+$/m)
  for (const [, path] of dockerfile.matchAll(/COPY --from=build \/app\/(\S+)/g)) {
    assert.ok((await readdir(root)).includes(String(path)), `${path} is in the repository`)
  }
  const verified = await new Promise<string | null>((resolve) => {
    const child = spawn('systemd-analyze', ['verify', join(root, 'deploy/openesc.service')])
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += String(chunk)
    })
    child.on('error', () => resolve(null))
    child.on('close', () => resolve(said))
  })
  if (verified === null) return t.diagnostic('systemd-analyze is not here: the unit was not verified')
  // The program itself is installed only on a real host.
  const complaints = verified
    .split('\n')
    .filter((line) => /openesc\.service/.test(line) && !/not executable|No such file/.test(line))
  assert.deepEqual(complaints, [])
})

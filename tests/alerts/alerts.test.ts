// Each shipped alert rule: silent on a healthy server, and raised by the fault that it is for. Rules are evaluated as they are
// shipped, over what a server serves at `/metrics` before and after the fault; how long a fault must last (`for`) is Prometheus's to count.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { KeyRing } from '../../src/crypto/index.ts'
import { createClockWatch } from '../../src/programs/clock-watch.ts'
import { createMetrics } from '../../src/programs/metrics.ts'
import { createStatus } from '../../src/programs/status.ts'
import { noteReplica, surveyInstallation } from '../../src/service/index.ts'
import type { Store } from '../../src/store/index.ts'
import { freePort } from '../../tools/demo/process.ts'
import { TorturedServer } from '../../tools/torture/servers.ts'
import { onSmallDisk, SmallDisk, whyNoSmallDisk } from '../../tools/torture/small-disk.ts'
import { send } from '../../tools/torture/workload.ts'
import { issuerOver } from '../http/real-issuer.ts'
import { createWorld, type World } from '../http/world.ts'
import { type ServerProcess, startServerProcess } from '../programs/server-process.ts'
import { fires, type Scrape } from './promql.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { groups } = parse(readFileSync(join(root, 'deploy/alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[]
}
const rules = new Map(groups.flatMap((group) => group.rules).map(({ alert, expr }) => [alert, expr]))
const caused = new Set<string>()

function raised(alert: string, from: Scrape, to: Scrape): void {
  caused.add(alert)
  const rule = rules.get(alert)
  assert.ok(rule !== undefined, alert)
  assert.ok(fires(rule, from, to), `${alert} is silent: ${rule}`)
}

function quiet(alert: string, from: Scrape, to: Scrape): void {
  assert.ok(!fires(rules.get(alert)!, from, to), `${alert} is raised without a fault`)
}

/** A machine that is busy with other tests is slow, and these say so. */
const ofSpeed: ReadonlySet<string> = new Set(['OpenescSlow', 'OpenescEventLoopBlocked', 'OpenescAuditLag'])

const env = '/api/esc/environments/acme'

/** A real server and what it serves at its port for metrics. */
async function watched(flags: readonly string[], data: string) {
  const port = await freePort()
  const server = await startServerProcess({ data, flags: ['--metrics-port', String(port), ...flags] })
  const scrape = async (): Promise<Scrape> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null)
    return { atSeconds: performance.now() / 1000, text: answer === null ? null : await answer.text() }
  }
  return { server, scrape }
}

/** A server's own knowledge of itself over a store in this process, with a clock that can be moved. */
async function apart(world: World, change: Partial<Parameters<typeof createStatus>[0]> = {}) {
  const metrics = createMetrics()
  const clock = { ms: Date.now() }
  const status = createStatus({
    path: null,
    data: '',
    reserve: null,
    metrics,
    nowMs: () => clock.ms,
    ...change,
  })
  status.ready = true
  // Only the id of the key that wraps is asked for.
  const keyRing = { keyId: 'k_test' } as KeyRing
  const parts = { store: world.store, keyRing, clock: () => new Date(clock.ms) }
  const look = async () => {
    status.installation = await surveyInstallation(parts)
    status.surveyedMs = clock.ms
  }
  const scrape = (): Scrape => ({ atSeconds: clock.ms / 1000, text: metrics.text() })
  return { clock, status, parts, look, scrape }
}

let folder: string
let world: World
const refusal = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized</Message></Error><RequestId>r</RequestId></ErrorResponse>`
const sts = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(403, { 'content-type': 'text/xml' }).end(refusal))
})

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openesc-alerts-'))
  world = await createWorld()
  sts.listen(0, '127.0.0.1')
  await once(sts, 'listening')
})
after(async () => {
  sts.closeAllConnections()
  sts.close()
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

async function define(server: ServerProcess, name: string, text: string): Promise<void> {
  assert.equal((await server.call(`POST ${env}`, { project: 'web', name })).status, 204)
  assert.equal((await server.call(`PATCH ${env}/web/${name}`, text)).status, 200)
}

test('R-44: refusals of AWS, a locked store and a dead server raise their alerts, and a healthy server raises none', async () => {
  const data = join(folder, 'one')
  const url = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
  const { server, scrape } = await watched(['--sts-endpoint', url], data)
  try {
    const fresh = await scrape()
    const login =
      'fn::open::aws-login: { oidc: { roleArn: arn:aws:iam::123456789012:role/x, sessionName: session } }'
    await define(server, 'plain', 'values:\n  a: 1\n')
    await define(server, 'login', `values:\n  aws:\n    ${login}\n`)
    assert.equal((await server.call(`POST ${env}/web/plain/open`)).status, 200)
    const healthy = await scrape()
    for (const alert of rules.keys()) if (!ofSpeed.has(alert)) quiet(alert, fresh, healthy)

    for (let tries = 0; tries < 6; tries += 1)
      assert.equal((await server.call(`POST ${env}/web/login/open`)).status, 400)
    const refused = await scrape()
    raised('OpenescStsRefuses', healthy, refused)
    raised('OpenescProviderFails', healthy, refused)
    quiet('OpenescErrors', healthy, refused)

    // Another program holds the file, and the writes of this one wait until they give up.
    const other = new DatabaseSync(join(data, 'openesc.db'), { timeout: 5_000 })
    other.exec('begin immediate')
    const save = server.call(`PATCH ${env}/web/plain`, 'values:\n  a: 2\n')
    const read = server.call(`GET ${env}/web/plain/versions`)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    raised('OpenescAuditLag', refused, await scrape())
    assert.equal((await save).status, 503)
    await read
    other.exec('rollback')
    other.close()
    const locked = await scrape()
    raised('OpenescStoreFailing', refused, locked)
    raised('OpenescSlow', refused, locked)

    await server.stop('SIGKILL')
    raised('OpenescDown', locked, await scrape())
  } finally {
    await server.stop('SIGKILL')
  }
})

/** Those that a full disk raises: changes are errors then. */
const ofDisk = ['OpenescStorageLow', 'OpenescStorageFull', 'OpenescErrors'] as const

test('R-44: a disk that fills up raises its alerts', async (t) => {
  const reason = whyNoSmallDisk()
  if (reason !== null) {
    for (const alert of ofDisk) caused.add(alert)
    return t.skip(`this machine gives a process no disk of its own: ${reason}`)
  }
  const data = join(folder, 'small', 'data')
  const port = await freePort()
  const server = new TorturedServer({
    folder: join(folder, 'small'),
    port: await freePort(),
    database: undefined,
    extra: ['--metrics-port', String(port)],
    around: (command) => onSmallDisk(data, 24, command),
  })
  const scrape = async (): Promise<Scrape> => ({
    atSeconds: performance.now() / 1000,
    text: await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  })
  try {
    await server.start()
    const client = { urls: [server.url], token: await server.token() }
    const create = () =>
      send(client, server.url, '/acme', {
        method: 'POST',
        body: JSON.stringify({ project: 'web', name: 'a' }),
      })
    const healthy = await scrape()
    for (const alert of ofDisk) quiet(alert, healthy, healthy)
    new SmallDisk(server.child, data).fill()
    // The server looks at its disk every few seconds, and whenever a change fails.
    let full = await scrape()
    for (let tries = 0; tries < 100 && !fires(rules.get('OpenescStorageFull')!, healthy, full); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      full = await scrape()
    }
    for (const alert of ['OpenescStorageFull', 'OpenescStorageLow']) raised(alert, healthy, full)
    for (let tries = 0; tries < 20; tries += 1) assert.equal((await create())?.status, 507)
    raised('OpenescErrors', full, await scrape())
  } finally {
    await server.end('SIGKILL')
  }
})

test('R-44: a silent server and a store that is away raise their alerts', async () => {
  const { clock, parts, look, scrape, status } = await apart(world)
  status.keysReadMs = clock.ms
  await noteReplica(parts, { holder: 'here-1', version: '1', schema: 8, url: 'http://a' })
  await noteReplica(parts, { holder: 'there-2', version: '1', schema: 8, url: 'http://b' })
  await look()
  const healthy = scrape()
  for (const alert of ['OpenescServerSilent', 'OpenescInstallationUnknown']) quiet(alert, healthy, healthy)
  clock.ms += 61_000
  raised('OpenescInstallationUnknown', healthy, scrape())
  await noteReplica(parts, { holder: 'here-1', version: '1', schema: 8, url: 'http://a' })
  await look()
  raised('OpenescServerSilent', healthy, scrape())
  quiet('OpenescInstallationUnknown', healthy, {
    ...scrape(),
    text: scrape().text!.replace(/^.*signing keys.*$/m, ''),
  })
  // The same host and address again: the one before has ended.
  await noteReplica(parts, { holder: 'there-3', version: '1', schema: 8, url: 'http://b' })
  await look()
  quiet('OpenescServerSilent', healthy, scrape())
})

test('R-44: schedules that nobody runs, keys that nobody changes and backups that nobody makes raise their alerts', async () => {
  const path = join(folder, 'file.db')
  writeFileSync(path, '')
  writeFileSync(join(folder, 'last-backup'), JSON.stringify({ madeMs: Date.now() }))
  const { clock, look, scrape, status } = await apart(world, { path, data: folder })
  status.issuer = await issuerOver(world, 'https://esc.example.com')
  const call = (request: string, body?: string | object) =>
    world.call('ada', request, body === undefined ? {} : { body })
  await call(`POST ${env}`, { project: 'web', name: 'rotated' })
  const due = new Date(clock.ms - 301_000).toISOString()
  await look()
  const healthy = scrape()
  const alerts = [
    'OpenescSchedulesWait',
    'OpenescBackupOld',
    'OpenescSigningKeyOld',
    'OpenescOldKeysNeeded',
    'OpenescLogGrows',
  ]
  for (const alert of alerts) quiet(alert, healthy, healthy)

  await world.store.change(async (transaction) => {
    const acme = await transaction.organizations.find('acme')
    const environment = await transaction.environments.find(acme!.id, 'web', 'rotated')
    const owner = { id: 'u', login: 'u', name: 'u' }
    await transaction.schedules.insert({
      id: 's-late',
      organizationId: acme!.id,
      environmentId: environment!.id,
      kind: 'environment_rotation',
      paused: false,
      cron: null,
      onceMs: Date.parse(due),
      environmentPath: '',
      owner,
      createdMs: 1,
      modifiedMs: 1,
      lastExecutedMs: null,
      nextExecutionMs: null,
    })
    await transaction.schedules.insertFiring({ id: 'f', scheduleId: 's-late', fireMs: Date.parse(due) })
    const [key] = (await transaction.dataKeys.list(null, 1)).items
    await transaction.dataKeys.insert({ ...key!, id: 'd_other', keyId: 'k_before' })
  })
  await look()
  raised('OpenescSchedulesWait', healthy, scrape())
  raised('OpenescOldKeysNeeded', healthy, scrape())
  clock.ms += 2 * 86_400_000 + 1_000
  raised('OpenescBackupOld', healthy, scrape())
  clock.ms += 110 * 86_400_000
  raised('OpenescSigningKeyOld', healthy, scrape())
  // A sparse file: what counts is the size of the log.
  writeFileSync(`${path}-wal`, '')
  truncateSync(`${path}-wal`, 300_000_000)
  raised('OpenescLogGrows', healthy, scrape())
})

test('R-44: a clock that differs raises its alert', async () => {
  const { status, scrape } = await apart(world)
  const off = { ahead: 0 }
  const store: Store = { ...world.store, clockMs: async () => Date.now() - off.ahead }
  status.clocks = createClockWatch({
    store,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    log: () => {},
  })
  await status.clocks.measure()
  const healthy = scrape()
  quiet('OpenescClockSkew', healthy, healthy)
  off.ahead = 30_000
  for (let looks = 0; looks < 10; looks += 1) await status.clocks.measure()
  raised('OpenescClockSkew', healthy, scrape())
})

test('R-44: memory and a loop that is held up raise their alerts', async () => {
  const { scrape } = await apart(world)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const healthy = scrape()
  const until = performance.now() + 1_300
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50))
  raised('OpenescEventLoopBlocked', healthy, scrape())
  const held = Buffer.alloc(600_000_000, 1)
  raised('OpenescMemory', healthy, scrape())
  assert.equal(held[1], 1)
})

test('R-44: no alert rule is shipped that no fault was caused for', () => {
  assert.deepEqual([...caused].sort(), [...rules.keys()].sort())
})

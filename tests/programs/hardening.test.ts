// The program itself, as a process: how it starts, tells its state, ends, and what it leaves behind.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { maintain } from '../../src/programs/maintenance.ts'
import { startKmsDouble } from '../aws/kms-double.ts'
import { runProgram, startServerProcess } from './server-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-hardening-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let serial = 0
const fresh = () => {
  serial += 1
  return join(folder, `d${serial}`)
}
const dev = '/api/esc/environments/acme/web/dev'
const secret = 'values:\n  password:\n    fn::secret: hush\n'

/** Asks again, as every client does, while a server that has just started on a busy machine says that it is not up to it yet. */
async function whenFree(ask: () => Promise<Response>): Promise<{ status: number; text: string }> {
  for (let left = 10; ; left -= 1) {
    const answer = await ask()
    const text = await answer.text()
    if (left === 0 || answer.status !== 503) return { status: answer.status, text }
    await wait(500)
  }
}

test('S-69: production mode refuses unsafe settings before it touches anything, and lists all of them', async () => {
  const data = fresh()
  const flags = [
    '--host',
    '0.0.0.0',
    '--sts-endpoint',
    'http://127.0.0.1:3721',
    '--rate-limit',
    '0',
    '--production',
  ]
  const started = await runProgram(
    ['server', 'start', '--port', '0', '--data', data, '--issuer-base-url', 'http://10.0.0.1', ...flags],
    { node: ['--report-on-fatalerror'] },
  )
  assert.notEqual(started.code, 0)
  for (const part of [
    'issuerBaseUrl: it is not https',
    'host: 0.0.0.0',
    'keyFile:',
    'stsEndpoint:',
    'rateLimit:',
    'node: started with --report-on-fatalerror',
  ])
    assert.ok(started.said.includes(part), `${part} in ${started.said}`)
  assert.equal(existsSync(join(data, 'openesc.db')), false)
  assert.equal(existsSync(join(data, 'key')), false)
})

test('S-69: a development server is not reached from other machines: it does not start, and says how it would', async () => {
  for (const host of ['0.0.0.0', 'esc.example.com']) {
    const data = fresh()
    const { said, code } = await runProgram([
      'server',
      'start',
      '--port',
      '0',
      '--data',
      data,
      '--host',
      host,
    ])
    assert.notEqual(code, 0)
    assert.match(said, /can be reached from other machines, and this is development mode/)
    assert.match(said, /--production/)
    assert.equal(existsSync(data), false, 'nothing was made')
  }
  const proxy = await runProgram(['server', 'start', '--trusted-proxy', 'proxy', '--data', fresh()])
  assert.match(proxy.said, /trustedProxies: wanted an address or a network/)
})

describe('S-71: a production server', () => {
  test('says that it stops, finishes what is under way, and ends with 0; it runs with safe settings', async () => {
    const data = fresh()
    const keys = fresh()
    mkdirSync(keys, { mode: 0o700 })
    // Root may not run it, and this test may be root.
    const uid = process.getuid?.() === 0 ? ['--import', 'data:text/javascript,process.getuid=()=>1000'] : []
    const server = await startServerProcess({
      data,
      node: uid,
      flags: [
        '--production',
        '--issuer-base-url',
        'https://esc.example.com',
        '--key-file',
        join(keys, 'key'),
      ],
    })
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
    await server.call('POST /api/esc/environments/acme', { project: 'web', name: 'dev' })
    server.child.kill('SIGTERM')
    await wait(200)
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503, 'not ready any more')
    assert.equal((await fetch(`${server.url}/livez`)).status, 200, 'but alive')
    assert.equal((await server.call(`PATCH ${dev}`, secret)).status, 200, 'and still serving')
    const stopping = performance.now()
    assert.equal(await server.stop(), 1, 'a second signal ends at once')
    assert.ok(performance.now() - stopping < 3_000)
    const again = await startServerProcess({ data, flags: ['--key-file', join(keys, 'key')] })
    assert.match(await (await again.call(`GET ${dev}`)).text(), /ciphertext/, 'what was answered is kept')
    assert.equal(await again.stop(), 0)
  })
})

describe('S-70: readiness', () => {
  test('goes with the key and comes back with it, without a restart; the key documents stay', async () => {
    const kms = await startKmsDouble()
    const data = fresh()
    const server = await startServerProcess({
      data,
      flags: [
        '--kms-key',
        'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000001',
        '--kms-endpoint',
        kms.endpoint,
      ],
      env: {
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'example',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    })
    const until = async (status: number) => {
      const end = performance.now() + 5_000
      for (;;) {
        const answered = await fetch(`${server.url}/readyz`)
        if (answered.status === status) return await answered.text()
        assert.ok(performance.now() < end, `wanted ${status} within 5 s`)
        await wait(200)
      }
    }
    try {
      await until(200)
      assert.equal(existsSync(join(data, 'key')), false, 'no key file is made')
      kms.fault = { refuse: 'AccessDeniedException' }
      const told = await until(503)
      assert.doesNotMatch(told, /kms|arn|key/i, 'strangers hear no more than that it is not ready')
      assert.equal((await fetch(`${server.url}/oidc/.well-known/jwks`)).status, 200)
      await server.call('POST /api/esc/environments/acme', { project: 'web', name: 'dev' })
      const refused = await server.call(`PATCH ${dev}`, secret)
      assert.equal(refused.status, 503)
      assert.match(await refused.text(), /key_unavailable/)
      kms.fault = null
      await until(200)
      assert.equal((await server.call(`PATCH ${dev}`, secret)).status, 200)
    } finally {
      await server.stop()
      await kms.close()
    }
  })
})

describe('S-06: while it serves', () => {
  test('a store comes over to a new key, and is sealed anew', async () => {
    const data = fresh()
    const first = await startServerProcess({ data })
    await first.call('POST /api/esc/environments/acme', { project: 'web', name: 'dev' })
    await first.call(`PATCH ${dev}`, secret)
    await first.stop()
    const both = ['--key-file', join(data, 'new-key'), '--old-key-file', join(data, 'key')]
    const second = await startServerProcess({ data, flags: both })
    const status = async () =>
      (await (await second.call('GET /api/server/keys')).json()) as Record<string, unknown>
    for (let left = 50; (await status())['underOldKeys'] !== 0; left -= 1) {
      assert.ok(left > 0, 'comes over within 5 s')
      await wait(100)
    }
    await second.call('POST /api/server/keys/rotate')
    for (let left = 100; ; left -= 1) {
      const { rotation } = (await status()) as { rotation: { finished: string; values: number } }
      if (rotation.finished !== '') {
        assert.ok(rotation.values >= 2)
        break
      }
      assert.ok(left > 0, 'is done within 10 s')
      await wait(100)
    }
    await second.stop()
    const third = await startServerProcess({ data, flags: ['--key-file', join(data, 'new-key')] })
    const clear = await third.call(`GET ${dev}/decrypt`)
    assert.match(await clear.text(), /hush/)
    await third.stop()
    const verified = await runProgram([
      'server',
      'keys',
      'verify',
      '--data',
      data,
      '--key-file',
      join(data, 'new-key'),
    ])
    assert.equal(verified.code, 0, verified.said)
    assert.match(verified.said, /of \d+ open under k_/)
  })
})

describe('S-74: a restored backup', () => {
  let data: string
  let backup: string
  let token: string
  before(async () => {
    data = fresh()
    backup = `${fresh()}.db`
    const server = await startServerProcess({ data })
    const made = (await (
      await server.call('POST /api/user/tokens', { name: 'ci', description: 'ci' })
    ).json()) as { id: string; tokenValue: string }
    token = made.tokenValue
    const created = await whenFree(() =>
      server.call('POST /api/esc/environments/acme', { project: 'web', name: 'dev' }),
    )
    assert.equal(created.status, 204, created.text)
    const saved = await whenFree(() => server.call(`PATCH ${dev}`, secret))
    assert.equal(saved.status, 200, saved.text)
    await runProgram(['server', 'backup', backup, '--data', data])
    if (!existsSync(backup)) {
      // The file is held by the server: it is backed up when it stopped.
      await server.stop()
      const told = await runProgram(['server', 'backup', backup, '--data', data])
      assert.ok(existsSync(backup), told.said)
    }
    await server.stop()
    const later = await startServerProcess({ data })
    assert.equal((await later.call('GET /api/user', undefined, token)).status, 200)
    assert.equal((await later.call(`DELETE /api/user/tokens/${made.id}`)).status, 204)
    await later.stop()
  })

  test('lets no token of before in, also none that was revoked after it; a new one is in a file; the trail goes on', async () => {
    const restored = fresh()
    const told = await runProgram([
      'server',
      'restore',
      backup,
      '--data',
      restored,
      '--key-file',
      join(data, 'key'),
    ])
    assert.equal(told.code, 0, told.said)
    assert.match(
      told.said,
      /restored to \d{4}-\d\d-\d\dT[\d:.]+Z; 2 tokens disabled; a new one, for a day, is in /,
    )
    const file = join(restored, 'restored-token')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const server = await startServerProcess({ data: restored, flags: ['--key-file', join(data, 'key')] })
    const first = readFileSync(join(data, 'first-token'), 'utf8').trim()
    for (const old of [token, first])
      assert.equal((await server.call('GET /api/user', undefined, old)).status, 401)
    const fresher = readFileSync(file, 'utf8').trim()
    const opened = await whenFree(() => server.call(`GET ${dev}/decrypt`, undefined, fresher))
    assert.equal(opened.status, 200, opened.text)
    assert.match(opened.text, /hush/)
    const trail = await (await server.call('GET /api/server/auditlogs/export', undefined, fresher)).text()
    assert.match(trail, /"store-restored"/)
    const path = join(restored, 'trail.jsonl')
    writeFileSync(path, trail)
    const verified = await runProgram(['audit', 'verify', path])
    assert.equal(verified.code, 0, verified.said)
    await server.stop()
  })

  test('is not restored over data, under another key or without one, nor when it is damaged; nothing stays', async () => {
    const other = fresh()
    const stranger = await startServerProcess({ data: other })
    await stranger.stop()
    const cases: readonly [string[], RegExp][] = [
      [['--data', data, '--key-file', join(data, 'key')], /there is .*already|exists/i],
      [['--data', fresh(), '--key-file', join(other, 'key')], /this store was sealed with key/],
      [['--data', fresh()], /there is no key file/],
    ]
    for (const [flags, why] of cases) {
      const told = await runProgram(['server', 'restore', backup, ...flags])
      assert.notEqual(told.code, 0)
      assert.match(told.said, why)
    }
    for (const [flags] of cases.slice(1)) assert.equal(existsSync(join(flags[1]!, 'openesc.db')), false)
    const damaged = `${fresh()}.db`
    cpSync(backup, damaged)
    const bytes = readFileSync(damaged)
    bytes.fill(0, 4_096, 12_288)
    writeFileSync(damaged, bytes)
    const told = await runProgram([
      'server',
      'restore',
      damaged,
      '--data',
      fresh(),
      '--key-file',
      join(data, 'key'),
    ])
    assert.notEqual(told.code, 0)
  })

  test('is found out by `backup verify` when a byte of it is changed or it is cut off anywhere, without touching anything', async () => {
    const keyFile = join(data, 'key')
    const good = await runProgram(['server', 'backup', 'verify', backup, '--key-file', keyFile])
    assert.equal(good.code, 0, good.said)
    assert.match(good.said, /of \d{4}-\d\d-\d\dT[\d:.]+Z: \d+ sealed values open/)
    const whole = readFileSync(backup)
    const spoilt = `${fresh()}.backup`
    const places = Array.from({ length: 25 }, (_, index) => Math.floor((index * (whole.length - 1)) / 24))
    for (const place of places) {
      const changed = Buffer.from(whole)
      changed[place]! ^= 0x10
      for (const bytes of [changed, whole.subarray(0, place)]) {
        writeFileSync(spoilt, bytes)
        const looked = maintain('backup-verify', { data, keyFile, operand: spoilt })
        await assert.rejects(looked, (error: { code?: string }) =>
          ['BACKUP_DAMAGED', 'STORE_DAMAGED'].includes(error.code ?? ''),
        )
      }
    }
    // Somebody who mends the checksum after a change does not have the key.
    const forged = Buffer.from(whole)
    forged[whole.length - 1_000]! ^= 1
    createHash('sha256')
      .update(forged.subarray(0, -32))
      .digest()
      .copy(forged, forged.length - 32)
    writeFileSync(spoilt, forged)
    const looked = maintain('backup-verify', { data, keyFile, operand: spoilt })
    await assert.rejects(looked, { code: 'BACKUP_DAMAGED', message: /was altered/ })
    const place = fresh()
    await assert.rejects(maintain('restore', { data: place, keyFile, operand: spoilt }))
    assert.equal(existsSync(place), false)
  })

  test('a backup holds no key and no token, and of names and texts nothing that can be read', () => {
    const bytes = readFileSync(backup).toString('latin1')
    const key = readFileSync(join(data, 'key'), 'utf8').trim().split(' ')[2]!
    const own = [key, Buffer.from(key, 'base64').toString('latin1'), token, token.slice(-30), 'hush']
    for (const text of [...own, 'acme', 'ciphertext', 'environments', 'audit'])
      assert.equal(bytes.includes(text), false)
  })
})

// Somebody changes rows of a server's file. Every row that decides something is held against its MAC, and a backup mends it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { runProgram, type ServerProcess, startServerProcess } from './programs/server-process.ts'

let folder: string
let data: string
let server: ServerProcess
const org = '/api/esc/environments/acme'

const change = (sql: string, ...values: (string | number)[]) => {
  const database = new DatabaseSync(join(data, 'openesc.db'), { timeout: 5_000 })
  try {
    assert.notEqual(database.prepare(sql).run(...values).changes, 0, sql)
  } finally {
    database.close()
  }
}
const start = async () => {
  server = await startServerProcess({ data })
}
const text = async (request: string, body?: string | object, token?: string) => {
  const response = await server.call(request, body, token)
  return { status: response.status, text: await response.text() }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openesc-altered-'))
  data = join(folder, 'data')
  await start()
  for (const name of ['dev', 'other', 'third', 'scratch']) {
    assert.equal((await text(`POST ${org}`, { project: 'web', name })).status, 204)
    for (const n of [1, 2])
      assert.equal((await text(`PATCH ${org}/web/${name}`, `values:\n  n: ${n}\n`)).status, 200)
  }
  assert.equal((await text(`POST ${org}/web/dev/versions/tags`, { name: 'prod', revision: 2 })).status, 204)
  const schedule = { scheduleCron: '0 3 * * *', secretRotationRequest: {} }
  const made = await text(`POST ${org}/web/dev/schedules`, schedule)
  assert.equal(made.status, 200, made.text)
})
after(async () => {
  await server.stop('SIGKILL')
  rmSync(folder, { recursive: true })
})

const altered: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a definition',
    "update revisions set source = cast(replace(cast(source as text), 'n: 2', 'n: 7') as blob) where number = 3 and environment_id in (select id from environments where name = 'dev')",
    `GET ${org}/web/dev`,
    /record_integrity: revision acme\/web\/dev@3/,
  ],
  [
    'an environment put back to an earlier revision',
    "update environments set latest = 2 where name = 'third'",
    `GET ${org}/web/third`,
    /record_integrity: environment acme\/web\/third/,
  ],
  [
    'a tag',
    'update revision_tags set revision = 3',
    `GET ${org}/web/dev/versions/tags/prod`,
    /record_integrity: revision tag acme\/web\/dev@prod/,
  ],
  [
    'a schedule',
    "update schedules set cron = '* * * * *'",
    `GET ${org}/web/dev/schedules`,
    /record_integrity: schedule/,
  ],
  [
    'a membership',
    "update memberships set role = 'owner'",
    `GET ${org}/web/dev`,
    /record_integrity: membership/,
  ],
]

test('R-24: an access token whose row was altered opens nothing, and can be revoked', async () => {
  const made = await text('POST /api/user/tokens', { description: 'one' })
  const { id, tokenValue } = JSON.parse(made.text) as { id: string; tokenValue: string }
  assert.equal((await text(`GET ${org}/web/dev`, undefined, tokenValue)).status, 200)
  change('update access_tokens set admin = 1 where id = ?', id)
  const refused = await text(`GET ${org}/web/dev`, undefined, tokenValue)
  assert.equal(refused.status, 500)
  assert.match(refused.text, /record_integrity: access token/)
  assert.equal((await text(`DELETE /api/user/tokens/${id}`)).status, 204)
})

test('R-24, R-25: records that were altered are refused by name, and a backup mends them and nothing else', async (t) => {
  const backup = join(folder, 'backup.db')
  assert.equal((await runProgram(['server', 'backup', backup, '--data', data])).code, 0)
  assert.equal((await text(`PATCH ${org}/web/other`, 'values:\n  after: backup\n')).status, 200)
  const good = new Map<string, string>()
  for (const [what, , request] of altered) {
    const found = await text(request)
    assert.equal(found.status, 200, found.text)
    good.set(what, found.text)
  }
  for (const [what, sql, request, said] of altered) {
    await t.test(what, async () => {
      change(sql)
      // A change of a table makes the server read it again.
      assert.equal((await text(`PATCH ${org}/web/scratch`, `values:\n  before: '${what}'\n`)).status, 200)
      const refused = await text(request)
      assert.equal(refused.status, 500, refused.text)
      assert.match(refused.text, said)
      if (what !== 'a membership') assert.equal((await text(`GET ${org}/web/other`)).status, 200)
    })
  }
  const looked = await runProgram(['server', 'doctor', '--data', data])
  assert.equal(looked.code, 1)
  for (const noun of ['revision', 'revision tag', 'schedule', 'membership'])
    assert.match(looked.said, new RegExp(`\\b${noun} \\S`))
  assert.equal(await server.stop(), 0)
  const mended = await runProgram(['server', 'doctor', '--restore-from', backup, '--data', data])
  assert.equal(mended.code, 0, mended.said)
  assert.match(mended.said, /put back from/)
  const whole = await runProgram(['server', 'doctor', '--data', data])
  assert.equal(whole.code, 0, whole.said)
  await start()
  for (const [what, , request] of altered) assert.equal((await text(request)).text, good.get(what), what)
  assert.match((await text(`GET ${org}/web/other`)).text, /after: backup/)
})

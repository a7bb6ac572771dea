import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ServerProcess, startServerProcess } from './server-process.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'openesc-switching-'))
let there: ServerProcess
let here: ServerProcess

before(async () => {
  const servers = ['there', 'here'].map((name) => startServerProcess({ data: join(folder, name) }))
  ;[there, here] = (await Promise.all(servers)) as [ServerProcess, ServerProcess]
})
after(async () => {
  await Promise.all([there.stop(), here.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const copy = () =>
  spawnSync(path('examples/switching/copy.sh'), ['acme', 'acme'], {
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      PATH: process.env['PATH'],
      ESC: path('bin/esc'),
      FROM_URL: there.url,
      FROM_TOKEN: there.token(),
      TO_URL: here.url,
      TO_TOKEN: here.token(),
    },
  })

const write = async (server: ServerProcess, project: string, name: string, text: string) => {
  await server.call('POST /api/esc/environments/acme', { project, name })
  const answer = await server.call(`PATCH /api/esc/environments/acme/${project}/${name}`, text)
  assert.equal(answer.status, 200, await answer.text())
}

test('the example copies environments with their secrets, whatever the order of imports, and can be run again', async () => {
  // `aa/top` is listed first, and cannot be accepted before what it imports.
  await write(
    there,
    'zz',
    'base',
    'values:\n  region: eu-west-1 # home\n  key:\n    fn::secret: copied-in-clear\n',
  )
  await write(there, 'aa', 'top', 'imports:\n  - zz/base\nvalues:\n  url: ${region}/${key}\n')
  await write(there, 'web', 'kept', 'values: {whose: there}\n')
  await there.call('POST /api/esc/environments/acme', { project: 'web', name: 'empty' })
  await write(here, 'web', 'kept', 'values: {whose: here}\n')

  const first = copy()
  assert.equal(first.status, 0, first.stderr)
  assert.match(first.stdout, /^3 copied, 1 were here already$/m)
  const definition = await here.call('GET /api/esc/environments/acme/zz/base/decrypt')
  assert.equal(
    await definition.text(),
    'values:\n  region: eu-west-1 # home\n  key:\n    fn::secret: copied-in-clear\n',
  )
  const kept = await here.call('GET /api/esc/environments/acme/web/kept')
  assert.equal(await kept.text(), 'values: {whose: here}\n')

  const second = copy()
  assert.equal(second.status, 0, second.stderr)
  assert.match(second.stdout, /^0 copied, 4 were here already$/m)
  assert.doesNotMatch(first.stdout + first.stderr + second.stdout + second.stderr, /copied-in-clear/)
})

test('the example names what is refused here and why, after all else is copied', async () => {
  // It imports what is gone there, so nobody could write it anew.
  await there.call('POST /api/esc/environments/acme', { project: 'web', name: 'other' })
  await write(there, 'web', 'late', 'values: {a: 1}\n')
  await write(there, 'shared', 'gone', 'values: {a: 1}\n')
  await write(there, 'web', 'other', 'imports: [shared/gone]\nvalues: {b: "${a}"}\n')
  await there.call('DELETE /api/esc/environments/acme/shared/gone')
  const { status, stdout, stderr } = copy()
  assert.equal(status, 1)
  assert.match(stdout, /^copied web\/late$/m)
  assert.match(stderr, /^1 copied; these are here, and empty, since they were refused:\nweb\/other: /m)
})

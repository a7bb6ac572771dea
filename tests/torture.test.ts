// Torture in short: real servers, killed under load. `npm run torture` is the long form.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../tools/demo/process.ts'
import { drill } from '../tools/torture/drill.ts'
import { torture } from '../tools/torture/run.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { send } from '../tools/torture/workload.ts'

const short = {
  store: 'sqlite',
  replicas: 1,
  seed: 7,
  longestMilliseconds: 200,
  progress: () => {},
} as const

test('R-02, R-40: a server killed under load loses and tears nothing that it acknowledged', async () => {
  const findings = await torture({ ...short, kills: 2 })
  assert.deepEqual({ lost: findings.lost, torn: findings.torn }, { lost: [], torn: [] })
  assert.ok(findings.acknowledged > 0)
})

test('R-30: a backup made under load holds all that was acknowledged before it, and a key, file or place that does not fit is refused untouched', async () => {
  const { wrong, acknowledged } = await drill({ backups: 1, seed: 7, betweenMilliseconds: 150 })
  assert.deepEqual(wrong, [])
  assert.ok(acknowledged > 0)
})

test('R-02: a server that acknowledges before it commits is found out', async () => {
  const findings = await torture({ ...short, kills: 8, sabotage: 'sabotage.ts' })
  assert.notDeepEqual({ lost: findings.lost, torn: findings.torn }, { lost: [], torn: [] })
})

test('R-05, R-06: of many writers one wins each round, and a server asked to end answers what is under way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-torture-'))
  const server = new TorturedServer({ folder, port: await freePort(), database: undefined })
  try {
    await server.start()
    const client = { urls: [server.url], token: await server.token() }
    const path = '/acme/torture/shared'
    const body = JSON.stringify({ project: 'torture', name: 'shared' })
    assert.equal((await send(client, server.url, '/acme', { method: 'POST', body }))?.status, 204)
    const save = (etag: string, token: string) =>
      send(client, server.url, path, {
        method: 'PATCH',
        body: `values:\n  token: ${token}\n`,
        headers: { 'if-match': etag, 'content-type': 'application/x-yaml' },
      })
    const round = async (name: string) => {
      const etag = (await send(client, server.url, path))?.headers.get('etag') ?? ''
      return Array.from({ length: 16 }, (_, index) => save(etag, `${name}-${index}`))
    }
    const statuses = (answers: readonly ({ status: number } | null)[]) =>
      answers.map((answer) => answer?.status ?? 0).sort()
    const oneWins = [200, ...Array.from({ length: 15 }, () => 409)]
    for (const name of ['a', 'b', 'c'])
      assert.deepEqual(statuses(await Promise.all(await round(name))), oneWins)
    const last = await round('d')
    await new Promise((resolve) => setTimeout(resolve, 20))
    const ended = server.end('SIGTERM')
    assert.deepEqual(statuses(await Promise.all(last)), oneWins)
    assert.equal(await ended, 0)
  } finally {
    await server.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})

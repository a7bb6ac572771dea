// Somebody copies old rows back over newer ones, MAC included. The audit trail still says what became of them.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TrailMemory } from '../src/service/index.ts'
import type { AuditEntry } from '../src/store/index.ts'
import { type Row, sqliteIntruder } from '../tools/torture/mutate.ts'
import { createWorld } from './http/world.ts'

test('R-24, R-25: rows put back whole are found by what the trail said of them last, and nothing else is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-put-back-'))
  const path = join(folder, 'openesc.db')
  const world = await createWorld({}, {}, path)
  const intruder = sqliteIntruder(path)
  try {
    const call = async (request: string, body?: string | object) => {
      const answer = await world.call('ada', request, body === undefined ? {} : { body })
      assert.ok(answer.status < 300, `${request}: ${answer.status} ${answer.text}`)
      return answer
    }
    const org = '/api/esc/environments/acme'
    await call(`POST ${org}`, { project: 'web', name: 'dev' })
    for (const n of [1, 2, 3]) await call(`PATCH ${org}/web/dev`, `values:\n  n: ${n}\n`)
    await call(`POST ${org}/web/dev/versions/tags`, { name: 'prod', revision: 2 })
    await call(`POST ${org}/web/dev/versions/tags`, { name: 'old', revision: 3 })
    await call(`PUT ${org}/web/dev/grants`, { grants: { ben: 'admin' } })
    await call('PUT /api/orgs/acme/members/ben', { role: 'admin' })
    const { id } = (await call('POST /api/user/tokens', { description: 'x' })).json()
    const tables: readonly (readonly [string, readonly string[]])[] = [
      ['access_tokens', ['id']],
      ['memberships', ['organization_id', 'user_id']],
      ['settings', ['owner_id', 'name']],
      ['revision_tags', ['environment_id', 'name']],
      ['revisions', ['environment_id', 'number']],
    ]
    const before = new Map<string, readonly Row[]>()
    for (const [table] of tables) before.set(table, await intruder.rows(table))
    await call(`DELETE /api/user/tokens/${id}`)
    await call('PUT /api/orgs/acme/members/ben', { role: 'member' })
    await call(`PUT ${org}/web/dev/grants`, { grants: { ben: 'read' } })
    await call(`PATCH ${org}/web/dev/versions/tags/prod`, { revision: 4 })
    await call(`POST ${org}/web/dev/versions/3/retract`, {})
    assert.deepEqual(await differing(), [])
    for (const [table, keys] of tables) {
      for (const row of before.get(table) ?? []) {
        const { ...rest } = row
        const where = Object.fromEntries(keys.map((key) => [key, rest[key] ?? null]))
        await intruder.write(table, where, row)
      }
    }
    world.store.forget?.()
    const said = / \(entry \d+\)/
    const end = ': the audit trail says otherwise; an older record was put back'
    assert.deepEqual(
      (await differing()).map((line) => line.replace(said, '')),
      [
        `access token ${id}${end}`,
        `member ben${end}`,
        `rights on web/dev${end}`,
        `tag prod of web/dev${end}`,
        `tag old of web/dev${end}`,
        `revision 3 of web/dev${end}`,
      ],
    )
  } finally {
    await intruder.close()
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }

  async function differing(): Promise<readonly string[]> {
    const memory = new TrailMemory()
    const trails = await world.store.read(async ({ organizations }) => [
      ...(await organizations.list(null, 100)).items.map(({ id }) => id),
      'server',
    ])
    for (const trail of trails) {
      const { items } = await world.store.read(({ auditEntries }) => auditEntries.forward(trail, 0, 1_000))
      for (const entry of items) memory.note(entry as AuditEntry)
    }
    return await memory.differing(world.store)
  }
})

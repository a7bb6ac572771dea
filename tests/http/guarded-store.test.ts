import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from './world.ts'

test('S-26: a unit of work that changes something without its entry is refused; every test here runs over such a store', async () => {
  const world = await createWorld()
  const { store } = world.parts
  await assert.rejects(
    store.change(({ settings }) => settings.put('o', 'x', 1)),
    /S-26: settings\.put:x without an entry in the trail/,
  )
  assert.equal(await store.read(({ settings }) => settings.get('o', 'x')), undefined)
  await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  assert.equal((await world.call('ada', 'GET /api/esc/environments/acme/web/dev')).status, 200)
  const trail = (await world.call('ada', 'GET /api/server/auditlogs/export')).text
  assert.match(trail, /"installation-founded"/)
  await world.close()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../src/crypto/index.ts'
import { createIssuer, type Issuer } from '../../src/oidc/index.ts'
import { signingKeyStorage } from '../../src/store/index.ts'
import { assertContract } from './table.ts'
import { createWorld } from './world.ts'

const keys = '/api/server/oidc/keys'

test('S-31, S-32: keys are listed, rotated and revoked by who administers the installation, and never shown', async () => {
  let issuer: Issuer | null = null
  const power = {
    keys: (name: 'v1' | 'v2') => issuer![name].keys(),
    rotate: (name: 'v1' | 'v2') => issuer!.rotate(name),
    revoke: (name: 'v1' | 'v2', kid: string) => issuer!.revoke(name, kid),
  }
  const world = await createWorld({ signingKeys: power })
  const { store } = world
  issuer = await createIssuer({
    baseUrl: 'https://issuer.test',
    storage: { v1: signingKeyStorage(store, 'v1'), v2: signingKeyStorage(store, 'v2') },
    sealer: world.parts.sealer,
    nowMs: () => world.clock.now.getTime(),
    random: systemRandom,
  })
  await issuer.tick()
  const listed = await world.call('ada', `GET ${keys}`)
  assertContract(`GET ${keys}`, listed)
  const found = listed.json()['keys'] as { issuer: string; kid: string; state: string }[]
  assert.deepEqual(found.map((key) => `${key.issuer} ${key.state}`).sort(), [
    'v1 active',
    'v1 pending',
    'v2 active',
    'v2 pending',
  ])
  assert.ok(!/"(?:d|p|q|dp|dq|qi)"|PRIVATE/.test(listed.text))
  for (const request of [`GET ${keys}`, `POST ${keys}/v1/rotate`, `DELETE ${keys}/v1/${found[0]!.kid}`]) {
    assert.equal((await world.call('ben', request)).status, 403, request)
  }
  const early = await world.call('ada', `POST ${keys}/v1/rotate`)
  assert.equal(early.headers.get('openesc-reason'), 'rotation_too_fast')
  world.clock.now = new Date(world.clock.now.getTime() + 86_400_001)
  const token = { authorization: `token ${world.tokens.ada}` }
  const rotated = await world.call('nobody', `POST ${keys}/v1/rotate`, { headers: token })
  assert.equal(rotated.status, 200, rotated.text)
  const states = (rotated.json()['keys'] as typeof found).filter((key) => key.issuer === 'v1')
  assert.deepEqual(states.map(({ state }) => state).sort(), ['active', 'pending', 'retired'])
  const active = states.find(({ state }) => state === 'active')!
  const revoked = await world.call('ada', `DELETE ${keys}/v1/${active.kid}`)
  assert.ok(!revoked.text.includes(active.kid))
  assert.equal((await world.call('ada', `DELETE ${keys}/v1/${active.kid}`)).status, 404)
  assert.equal((await world.call('ada', `DELETE ${keys}/v3/${active.kid}`)).status, 404)
  const trail = await world.call('ada', 'GET /api/server/auditlogs/export')
  assert.match(trail.text, /signing-key-rotated/)
  assert.match(trail.text, /signing-key-revoked/)
  await world.close()
})

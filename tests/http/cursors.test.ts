import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createWorld, type World } from './world.ts'

const lists = [
  'GET /api/esc/environments',
  'GET /api/esc/environments/acme',
  'GET /api/esc/environments/acme/web/dev/referrers',
  'GET /api/esc/environments/acme/web/dev/versions/1/referrers',
  'GET /api/change-requests/acme',
  'GET /api/orgs/acme/auditlogs',
]

describe('a continuation token', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())

  for (const list of lists) {
    test(`that no page came with is refused by ${list}: the first page again would never end`, async () => {
      assert.equal((await world.call('ada', list)).status, 200, list)
      for (const token of ['x', '-3', '1e3', '../..', '💥', 'W10', "1'--"]) {
        const query = `${list}?continuationToken=${encodeURIComponent(token)}`
        const refused = await world.call('ada', query)
        assert.equal(refused.status, 400, `${query}: ${refused.text}`)
        assert.match(refused.text, /continuationToken/)
      }
      assert.equal((await world.call('ada', `${list}?continuationToken=`)).status, 200)
    })
  }

  test('`expiration` of a form may be the word null, as a form has no other; `expires` too far ahead is refused with what may be', async () => {
    const form = async (expiration: string) =>
      (
        await world.call('nobody', 'POST /api/oauth/token', {
          body: `expiration=${expiration}`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).json()['error']
    assert.equal(await form('null'), 'unsupported_grant_type')
    assert.equal(await form(''), 'unsupported_grant_type')
    assert.equal(await form('soon'), 'invalid_request')
    const far = await world.call('ada', 'POST /api/user/tokens', { body: { expires: 99_999_999_999 } })
    assert.equal(far.status, 400)
    assert.match(far.text, /invalid expires: wanted a time in the future, at most \d+ days away/)
  })
})

// A rolling upgrade in short: real servers, replaced under load. `npm run torture -- --upgrade` is the long form.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { upgrade } from '../tools/torture/upgrade.ts'

test('R-29: servers on one database are replaced by the next version’s and put back under load: nothing is lost, clients that try again are answered', async (t) => {
  const findings = await upgrade({
    store: 'postgres',
    replicas: 2,
    seed: 5,
    betweenMilliseconds: 700,
    progress: () => {},
  })
  t.diagnostic(JSON.stringify(findings))
  assert.deepEqual({ lost: findings.lost, torn: findings.torn }, { lost: [], torn: [] })
  assert.equal(findings.noWayBack, null)
  assert.ok(findings.acknowledged > 0)
  assert.equal(findings.answered, findings.asked)
})

test('R-29: the server of a file is replaced by the next version’s and put back', async () => {
  const findings = await upgrade({
    store: 'sqlite',
    replicas: 1,
    seed: 6,
    betweenMilliseconds: 300,
    progress: () => {},
  })
  assert.deepEqual({ lost: findings.lost, torn: findings.torn }, { lost: [], torn: [] })
  assert.equal(findings.noWayBack, null)
  assert.ok(findings.acknowledged > 0)
})

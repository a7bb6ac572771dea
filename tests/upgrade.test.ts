// A rolling upgrade in short: real servers, replaced under load. `npm run torture -- --upgrade` is the long form.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { buildNextVersion } from '../tools/torture/next-version.ts'
import { upgrade } from '../tools/torture/upgrade.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-next-'))
const next = join(folder, 'next')
before(() => buildNextVersion(next))
after(() => rmSync(folder, { recursive: true, force: true }))

test('R-29: servers on one database are replaced by the next version’s and put back under load: nothing is lost, clients that try again are answered', async (t) => {
  const findings = await upgrade({
    store: 'postgres',
    replicas: 2,
    seed: 5,
    next,
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
    next,
    betweenMilliseconds: 300,
    progress: () => {},
  })
  assert.deepEqual({ lost: findings.lost, torn: findings.torn }, { lost: [], torn: [] })
  assert.equal(findings.noWayBack, null)
  assert.ok(findings.acknowledged > 0)
})

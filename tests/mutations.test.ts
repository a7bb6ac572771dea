// The mutation run in short; `npm run torture -- --mutations 10000 [--store postgres]` is the long form.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { alterThings } from '../tools/torture/mutations.ts'

test('R-24: a bit, field or row that was altered is refused by name or found by the scan, and never served', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openesc-mutations-'))
  try {
    const findings = await alterThings({ count: 12, seed: 5, folder })
    assert.deepEqual(findings.wrong, [])
    assert.ok(findings.refused > 0 && findings.found > 0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

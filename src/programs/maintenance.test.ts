import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { maintain } from './maintenance.ts'
import { createMetrics } from './metrics.ts'

test('R-30: a backup is restored where nothing is yet, never over data, never when damaged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-maintain-'))
  try {
    const data = join(folder, 'a')
    const backup = join(folder, 'b.db')
    await maintain('migrate', { data })
    await maintain('backup', { data, operand: backup, plain: 'true' })
    await assert.rejects(maintain('backup', { data, operand: backup }), { code: 'BACKUP_EXISTS' })
    const unsealed = maintain('backup', { data, operand: join(folder, 'e.backup') })
    await assert.rejects(unsealed, { code: 'KEY_NOT_INITIALISED' })
    await assert.rejects(maintain('restore', { data, operand: backup }), { code: 'BACKUP_EXISTS' })
    assert.match(await maintain('restore', { data: join(folder, 'c'), operand: backup }), /^restored /)
    writeFileSync(backup, 'junk')
    const damaged = maintain('restore', { data: join(folder, 'd'), operand: backup })
    await assert.rejects(damaged, { code: 'BACKUP_DAMAGED' })
    const other = maintain('copy', { data, operand: 'mysql://ada:hunter2@x' })
    await assert.rejects(other, (error: Error) => !error.message.includes('hunter2'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('R-44: metrics are text that Prometheus reads', () => {
  const metrics = createMetrics()
  metrics.count('openesc_requests_total', { operation: 'A"b', status: '200' })
  metrics.observe('openesc_sts_seconds', { result: 'ok' }, 0.02)
  const text = metrics.text()
  assert.match(text, /^openesc_requests_total\{operation="A\\"b",status="200"\} 1$/m)
  assert.match(text, /^openesc_sts_seconds_bucket\{result="ok",le="0\.01"\} 0$/m)
  assert.match(text, /^openesc_sts_seconds_bucket\{result="ok",le="0\.025"\} 1$/m)
  assert.match(text, /^openesc_sts_seconds_bucket\{result="ok",le="\+Inf"\} 1$/m)
  assert.match(text, /^openesc_sts_seconds_count\{result="ok"\} 1$/m)
})

// What a tracer writes of a server, as torture reads it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../tools/torture/trace.ts'

const hex = (text: string) => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16)}`).join('')
const wal = `23<${hex('/data/openesc.db-wal')}>`
const socket = `30<${hex('socket:[9]')}>`

test('R-03: a call that another thread interrupted counts where it returned', () => {
  const steps = readTrace(
    [
      `7 pwrite64(${wal}, "${hex('abcd')}", 4, 8 <unfinished ...>`,
      `9 fdatasync(${wal}) = 0`,
      '7 <... pwrite64 resumed>)                = 4',
      `9 ftruncate(${wal}, 12) = 0`,
      `7 write(${socket}, "${hex('Pulumi-ESC-Revision: 3\r\n')}", 24) = 24`,
      '7 +++ exited with 0 +++',
      '',
    ].join('\n'),
  )
  assert.deepEqual(steps, [
    { kind: 'sync', file: 'openesc.db-wal' },
    { kind: 'write', file: 'openesc.db-wal', offset: 8, bytes: Buffer.from('abcd') },
    { kind: 'truncate', file: 'openesc.db-wal', length: 12 },
    { kind: 'acknowledged', revision: 3 },
  ])
})

test('R-03: what a killed process did not finish is no step, and a write that was cut short has what was written', () => {
  const steps = readTrace(
    [
      `7 pwrite64(${wal}, "${hex('abcd')}", 4, 0) = 2`,
      `7 pwrite64(${wal}, "${hex('abcd')}", 4, 4 <unfinished ...>`,
      '7 +++ killed by SIGKILL +++',
      `9 fdatasync(${wal}) = ?`,
      `9 pwrite64(${wal}, "${hex('abcd')}", 4, 8) = ? <unavailable>`,
    ].join('\n'),
  )
  assert.deepEqual(steps, [{ kind: 'write', file: 'openesc.db-wal', offset: 0, bytes: Buffer.from('ab') }])
})

test('R-03: a line that says something else is an error, never passed over', () => {
  for (const line of [
    `7 pwrite64(${wal}, "${hex('abcd')}", 4, 8) = -1 EIO (Input/output error)`,
    `7 pwrite64(${wal}, "${hex('ab')}`,
    `7 ftruncate(${wal}, 4) = -1 EIO (Input/output error)`,
    '7 <... pwrite64 resumed>) = 4',
    'strace: something went wrong',
  ])
    assert.throws(() => readTrace(line), /cannot read the trace/, line)
})

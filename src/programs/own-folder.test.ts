import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inFolder } from './own-folder.ts'

test('R-30: what a killed backup left goes with the next run, and nothing else does', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'openesc-leftovers-'))
  try {
    const gone = spawnSync('true').pid
    const make = (name: string, hoursOld: number) => {
      const path = join(parent, name)
      mkdirSync(path)
      writeFileSync(join(path, 'copy.db'), 'x')
      const then = Date.now() / 1_000 - hoursOld * 3_600
      for (const one of [join(path, 'copy.db'), path]) utimesSync(one, then, then)
      return name
    }
    const left = make(`openesc-backup-${gone}-aaaaaa`, 2)
    const elsewhere = make('elsewhere', 2)
    symlinkSync(join(parent, elsewhere), join(parent, `openesc-backup-${gone}-bbbbbb`))
    const kept = [
      make(`openesc-backup-${process.pid}-cccccc`, 2),
      make(`openesc-backup-${gone}-dddddd`, 0.5),
      make('openesc-backup-notes', 2),
      make(`openesc-backup-${gone}-aaaaaa.old`, 2),
      elsewhere,
      `openesc-backup-${gone}-bbbbbb`,
    ]
    let own = ''
    await inFolder(parent, async (folder) => {
      own = folder
      assert.ok(!existsSync(join(parent, left)))
      assert.ok(existsSync(folder))
    })
    assert.ok(!existsSync(own))
    assert.deepEqual(readdirSync(parent).sort(), [...kept].sort())
    assert.ok(existsSync(join(parent, elsewhere, 'copy.db')))
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
})

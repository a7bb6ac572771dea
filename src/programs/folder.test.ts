import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { prepareFolder } from './folder.ts'

test('a data folder is made with the folders above it, for its owner alone', () => {
  const base = mkdtempSync(join(tmpdir(), 'openesc-folder-'))
  prepareFolder(join(base, 'a', 'b'))
  assert.equal(statSync(join(base, 'a', 'b')).mode & 0o777, 0o700)
  rmSync(base, { recursive: true })
})

test('a place that can hold no folder, or holds a file, is refused by name', () => {
  const base = mkdtempSync(join(tmpdir(), 'openesc-folder-'))
  writeFileSync(join(base, 'file'), '')
  for (const path of ['/proc/openesc', join(base, 'file'), join(base, 'file', 'below')]) {
    assert.throws(() => prepareFolder(path), { code: 'DATA_FOLDER_UNUSABLE', message: new RegExp(path) })
  }
  rmSync(base, { recursive: true })
})

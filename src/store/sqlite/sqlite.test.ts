import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { storeContract } from '../contract.ts'
import { openSqliteStore } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

storeContract('sqlite in memory', () => openSqliteStore({ path: ':memory:', nowMs: () => 0 }))
storeContract('sqlite file', () => {
  files += 1
  return openSqliteStore({ path: join(folder, `${files}.db`), nowMs: () => 0 })
})

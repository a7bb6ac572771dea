import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../dist/esc.cjs', import.meta.url))

test('a server whose log nobody reads any more goes on serving', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-closed-'))
  const server = spawn(
    process.execPath,
    [main, 'server', 'start', '--port', '0', '--data', join(folder, 'data'), '--organization', 'acme'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  try {
    let said = ''
    while (!/listens on (\S+)/.test(said)) {
      const [chunk] = (await once(server.stderr, 'data')) as [Buffer]
      said += chunk.toString()
    }
    const url = /listens on (\S+)/.exec(said)?.[1] ?? ''
    server.stdout.destroy()
    server.stderr.destroy()
    for (let request = 0; request < 5; request += 1) {
      assert.equal((await fetch(`${url}/api/user`)).status, 401)
    }
    assert.equal(server.exitCode, null)
  } finally {
    const closed = once(server, 'exit')
    server.kill('SIGTERM')
    await closed
    rmSync(folder, { recursive: true })
  }
})

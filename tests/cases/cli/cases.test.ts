import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { play } from '../../conformance/cli.ts'
import { parseTranscript } from '../../conformance/cli/transcript.ts'

// Transcripts of the command line against a real service in memory. `OPENESC_ACCEPT=1` writes what was printed.

const folder = import.meta.dirname

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  test(`cli case ${file}`, async () => {
    const path = join(folder, file)
    const content = readFileSync(path, 'utf8')
    const transcript = parseTranscript(content)
    const { stdout, stderr, code } = await play(transcript)
    assert.equal(code !== 0, transcript.fails, `exit code ${code}\n${stdout}\n${stderr}`)
    const head = content.split('\n---\n')[0] ?? ''
    const actual = `${head.trimEnd()}\n\n---\n${stdout}\n---\n${stderr}`
    if (process.env['OPENESC_ACCEPT'] === '1') writeFileSync(path, actual)
    else assert.equal(actual, content)
  })
}

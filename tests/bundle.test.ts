import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('the bundle of the daily commands holds neither a server nor a database', (t) => {
  const bundle = fileURLToPath(new URL('../dist/quick.cjs', import.meta.url))
  if (!existsSync(bundle)) return t.skip('NOT RUN: there is no dist; `npm run build` makes it')
  // 24 ms of a start went into compiling 700 KB; what people wait for many times a day must stay small.
  assert.ok(statSync(bundle).size < 300_000, `dist/quick.cjs has ${statSync(bundle).size} bytes`)
})

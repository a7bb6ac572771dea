// Other people's cases, where they are at hand.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { suite as sealing } from './crypt.ts'
import { suite as evaluation } from './eval.ts'
import { suite as loading } from './load.ts'
import { editSuite } from './syntax-edit.ts'

const shared = fileURLToPath(new URL('../../../shared/conformance/', import.meta.url))

for (const [folder, suite] of [
  ['eval', evaluation],
  ['extra/eval', evaluation],
  ['load', loading],
  ['crypt', sealing],
  ['syntax/yaml-edit', editSuite],
] as const) {
  const path = `${shared}${folder}`
  const skip = existsSync(path) ? false : `NOT RUN: the shared cases are not at ${path}`
  test(`every shared case of ${folder} passes`, { skip }, async () => {
    let cases = 0
    for await (const { name, passed, difference } of suite(path, {})) {
      assert.ok(passed, `${name}\n${difference}`)
      cases += 1
    }
    assert.ok(cases > 0, `no case in ${path}`)
  })
}

// Fuzzing in short; `npm run fuzz` is the long form.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../tools/fuzz/random.ts'
import { fuzz } from '../tools/fuzz/run.ts'
import { type Target, targets } from '../tools/fuzz/targets.ts'

const runs = Number(process.env['OPENESC_RUNS'] ?? 1)

for (const target of targets) {
  const count = (target.quick / 200) * runs
  test(`R-38: ${count} of ${target.quick} random inputs of the ${target.name} end as they must`, async () => {
    const { findings } = await fuzz(target, count, 1)
    assert.deepEqual(findings, [])
  })
}

test('the runner tells what throws, what is slow, and the seed that makes it again', async () => {
  const target: Target = {
    ...{ name: 'own', quick: 0, full: 0 },
    make: (seed) => String(randomFrom(seed).below(10)),
    run: (input) => {
      if (input === '7') throw new Error('seven')
    },
  }
  const { findings } = await fuzz(target, 100, 5)
  assert.ok(findings.length > 0)
  for (const { seed, what } of findings) {
    assert.equal(what, 'seven')
    assert.equal(target.make(seed), '7')
  }
})

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { suite } from '../conformance/trust.ts'

const own = new URL('../conformance/trust/cases.json', import.meta.url).pathname
const published = new URL('../../../shared/spec/trust-policy-cases.json', import.meta.url).pathname

async function failuresOf(
  file: string,
): Promise<{ readonly count: number; readonly failures: readonly string[] }> {
  let count = 0
  const failures: string[] = []
  for await (const { name, passed, difference } of suite(file, {})) {
    count += 1
    if (!passed) failures.push(`${name}: ${difference}`)
  }
  return { count, failures }
}

test('every case of our own file is answered as written', async () => {
  const { count, failures } = await failuresOf(own)
  assert.ok(count >= 150, `${count} cases`)
  assert.deepEqual(failures, [])
})

test('the published case file is answered as written', async (context) => {
  if (!existsSync(published)) {
    context.skip(`SKIPPED: ${published} is not here; put the published case file there to run it`)
    return
  }
  const { failures } = await failuresOf(published)
  assert.deepEqual(failures, [])
})

test('a case can be chosen by its id', async () => {
  const names: string[] = []
  for await (const { name } of suite(own, { only: 'environment-001' })) names.push(name)
  assert.deepEqual(names, ['environment-001 audience and plain subject pinned'])
})

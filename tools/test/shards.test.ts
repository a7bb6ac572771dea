// What a run of shards says of those that do not end in order: real processes, real deaths.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { shardsOf } from './plan.ts'

const head = `import { test } from 'node:test'\ntest('it begins', () => {})\n`
const files = {
  'sound.test.ts': `${head}test('not here', { skip: 'there is no harp' }, () => {})\n`,
  'killed.test.ts': `${head}test('it dies', () => new Promise(() => process.kill(process.pid, 'SIGKILL')))\n`,
  'leaves.test.ts': `${head}test('it leaves', () => process.exit(0))\ntest('never', () => {})\n`,
  'hangs.test.ts': `${head}test('it hangs', () => { for (;;); })\n`,
  'hangs-at-once.test.ts': 'for (;;);\n',
  'broken.test.ts': `import './absent.ts'\n${head}`,
  'none.test.ts': 'export {}\n',
} as const

/** What is printed, and what came of it, when each of the files is a shard. */
function runEach(names: readonly (keyof typeof files)[]): {
  readonly printed: string
  readonly passed: boolean
} {
  const root = mkdtempSync(join(tmpdir(), 'openesc-shards-'))
  try {
    const scratch = join(root, 'scratch')
    mkdirSync(scratch)
    for (const name of names) writeFileSync(join(root, name), files[name])
    const options = { root, scratch, lanes: 2, flags: [], silenceMilliseconds: 2000 }
    const shards = names.map((name) => ({ files: [name], seconds: 1 }))
    const program = join(scratch, 'program.ts')
    const text = `
      import { runShards } from ${JSON.stringify(new URL('shards.ts', import.meta.url).href)}
      const options = { ...${JSON.stringify(options)}, write: (text) => process.stdout.write(text) }
      const { passed } = await runShards(${JSON.stringify(shards)}, options)
      process.exit(passed ? 0 : 1)`
    writeFileSync(program, text)
    // A run inside a run is refused by node, so this one knows nothing of the other.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      env: { ...env, NODE_NO_WARNINGS: '1' },
    })
    assert.equal(stderr, '')
    return { printed: stdout, passed: status === 0 }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

test('shards that end in order are one report with one summary, and a skipped test says why', () => {
  const { printed, passed } = runEach(['sound.test.ts', 'sound.test.ts'])
  assert.equal(passed, true)
  assert.match(printed, /﹣ not here \(\S+\) # there is no harp/)
  assert.match(
    printed,
    /^ℹ tests 4\nℹ suites 0\nℹ pass 2\nℹ fail 0\nℹ cancelled 0\nℹ skipped 2\nℹ t\w+ 0\nℹ duration_ms \S+\n$/m,
  )
})

test('a shard that dies, leaves, hangs, cannot be loaded or has no test is a failure that names it, whatever its exit code', () => {
  const names = Object.keys(files) as (keyof typeof files)[]
  const { printed, passed } = runEach(names)
  assert.equal(passed, false)
  const told = printed.split('\n').filter((line) => line.startsWith('error: '))
  assert.deepEqual(told, [
    'error: shard 2 of 7 (killed.test.ts) ended without a summary, in `it dies`',
    'error: shard 3 of 7 (leaves.test.ts) ended without a summary, in `it leaves`',
    'error: shard 4 of 7 (hangs.test.ts) was ended: it told of no test for 2 s, in `it hangs`',
    'error: shard 5 of 7 (hangs-at-once.test.ts) was ended: it told of no test for 2 s, while it loaded hangs-at-once.test.ts',
    'error: shard 7 of 7 (none.test.ts) ran no test',
  ])
  assert.match(printed, /✖ broken\.test\.ts cannot be loaded/)
  assert.match(printed, /Cannot find module '\S+absent\.ts'/)
})

test('files are dealt out in the order of the tree, longest shard first, and few of them stay together', () => {
  const seconds = new Map([
    ['b', 90],
    ['c', 20],
    ['e', 15],
  ])
  const shards = shardsOf(['a', 'b', 'c', 'd', 'e', 'f'], seconds)
  assert.deepEqual(
    shards.map(({ files }) => files),
    [['b'], ['c', 'd'], ['e', 'f'], ['a']],
  )
  assert.deepEqual(shardsOf(['d', 'e', 'f'], seconds).length, 1)
})

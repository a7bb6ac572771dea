// `npm run check`: types, lint and format, house rules. Everything CI holds a change to, except the tests.
import { spawnSync } from 'node:child_process'

const steps: readonly [string, readonly string[]][] = [
  ['types', ['node_modules/.bin/tsc', '-p', '.']],
  ['lint and format', ['node_modules/.bin/biome', 'check', '--diagnostic-level=error', '.']],
  ['house rules', [process.execPath, '--test', '--test-reporter=dot', 'tests/tidy.test.ts']],
  ['generated reference', [process.execPath, 'tools/reference.ts', '--check']],
  ['security requirements', [process.execPath, 'tools/requirements.ts']],
]

let failed = 0
for (const [name, [command, ...args]] of steps) {
  const started = performance.now()
  const result = spawnSync(command ?? '', args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  const passed = result.status === 0
  if (!passed) failed += 1
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${Math.round(performance.now() - started)} ms)`)
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim()
  if (!passed || name === 'security requirements') console.log(output.replace(/^/gm, '     '))
}
process.exitCode = failed === 0 ? 0 : 1

// `npm test [-- FILTER… | --watch]`: every test in one process; with filters, only files whose path holds one of them.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const args = process.argv.slice(2)
const watch = args.includes('--watch')
const filters = args.filter((arg) => !arg.startsWith('--'))
const flags = args.filter((arg) => arg.startsWith('--') && arg !== '--watch')

const files = globSync(['src/**/*.test.ts', 'tests/**/*.test.ts', 'tools/**/*.test.ts'])
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort()
if (files.length === 0) {
  console.error(`error: no test file matches ${filters.map((filter) => `\`${filter}\``).join(', ')}`)
  process.exit(2)
}

// Tests that start the shipped program must meet these sources, not the ones of the last build.
const bundle = 'dist/esc.cjs'
const builtAt = existsSync(bundle) ? statSync(bundle).mtimeMs : 0
if (globSync('{src,tools/build}/**/*.{ts,mjs,cjs}').some((file) => statSync(file).mtimeMs > builtAt)) {
  const built = spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' })
  if (built.status !== 0) process.exit(1)
}

// A library in the test process may end it with a code of its own, so the verdict is read from the run's own summary.
const summary = join(mkdtempSync(join(tmpdir(), 'openesc-test-')), 'summary.tap')
const result = spawnSync(
  process.execPath,
  [
    ...['--import', './tests/seed.ts', '--test', ...(watch ? ['--watch'] : []), '--test-isolation=none'],
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${summary}`],
    ...[...flags, ...files],
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
)
const told = existsSync(summary) ? readFileSync(summary, 'utf8') : ''
rmSync(dirname(summary), { recursive: true })
const passed = /^# pass [1-9]/m.test(told) && /^# fail 0$/m.test(told) && /^# cancelled 0$/m.test(told)
process.exit(passed ? (result.status ?? 1) : result.status || 1)

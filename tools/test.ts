// `npm test [-- FILTER… | --watch]`: every test in one process; with filters, only files whose path holds one of them.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canariesIn } from '../tests/canaries.ts'

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
const scratch = mkdtempSync(join(tmpdir(), 'openesc-test-'))
const summary = join(scratch, 'summary.tap')
// Tests add every secret that they hand to a server; afterwards all that the run wrote is searched for them (S-67).
const canaries = join(scratch, 'canaries')
const result = spawnSync(
  process.execPath,
  [
    ...['--import', './tests/seed.ts', '--test', ...(watch ? ['--watch'] : []), '--test-isolation=none'],
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${summary}`],
    ...[...flags, ...files],
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1', OPENESC_CANARIES: canaries } },
)
const told = existsSync(summary) ? readFileSync(summary, 'utf8') : ''
const secrets = existsSync(canaries)
  ? new Set(
      readFileSync(canaries, 'utf8')
        .trim()
        .split('\n')
        .map((line) => String(JSON.parse(line))),
    )
  : new Set<string>()
rmSync(scratch, { recursive: true })
const passed = /^# pass [1-9]/m.test(told) && /^# fail 0$/m.test(told) && /^# cancelled 0$/m.test(told)
// What a failed assertion shows is not searched: there is one finding already.
const found = passed ? canariesIn(Buffer.from(told), secrets) : []
if (passed && secrets.size > 0) {
  const where =
    found.length === 0
      ? 'found nowhere in what the run printed'
      : `${found.length} FOUND in what the run printed`
  console.log(`canaries: ${secrets.size} secrets, ${where}`)
}
process.exit(passed && found.length === 0 ? (result.status ?? 1) : result.status || 1)

// `npm test [-- FILTER… | --watch]`: unit and contract tests in one process, then the suites that need processes of their own.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

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

const result = spawnSync(
  process.execPath,
  [
    '--test',
    ...(watch ? ['--watch'] : []),
    '--test-isolation=none',
    '--test-reporter=spec',
    ...flags,
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
)
process.exit(result.status ?? 1)

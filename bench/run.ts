// `npm run bench [-- NAME…] [--json]`: runs the benchmarks, one process each, so that none warms another.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename } from 'node:path'

const apart = new Set([
  'run.ts',
  'growth.ts',
  'replicas.ts',
  'report.ts',
  'server-bare.ts',
  'server-load.ts',
  'open-loop.ts',
  'migrate.ts',
])
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'))
const names = globSync('bench/*.ts')
  .map((file) => basename(file))
  .filter((file) => !apart.has(file))
  .map((file) => file.replace(/\.ts$/, ''))
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`error: no benchmark \`${unknown.join(', ')}\`; there are ${names.join(', ')}`)
  process.exit(2)
}
let status = 0
for (const name of names.sort()) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const result = spawnSync(process.execPath, [`bench/${name}.ts`, ...flags], {
    stdio: 'inherit',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  if (result.status !== 0) status = 1
}
process.exitCode = status

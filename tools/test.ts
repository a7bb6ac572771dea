// `npm test [-- FILTER… | --watch | --serial | --record]`: the tests in as many processes as there are processors; with filters, only
// files whose path holds one of them, in one process when they are few. ADR 0028 says why so.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canariesIn } from '../tests/canaries.ts'
import { recorded, shardsOf } from './test/plan.ts'
import { runShards } from './test/shards.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const args = process.argv.slice(2)
const filters = args.filter((arg) => !arg.startsWith('--'))
const ours = ['--watch', '--serial', '--record']
const [watch, serial, record] = ours.map((flag) => args.includes(flag))
const flags = args.filter((arg) => arg.startsWith('--') && !ours.includes(arg))

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

process.env['NODE_NO_WARNINGS'] = '1'
if (watch) {
  const node = ['--import', './tests/seed.ts', '--test', '--watch', '--test-isolation=none', ...flags]
  process.exit(spawnSync(process.execPath, [...node, ...files], { stdio: 'inherit' }).status ?? 1)
}

const scratch = mkdtempSync(join(tmpdir(), 'openesc-test-'))
// Tests add every secret that they hand to a server; afterwards all that the run printed is searched for them (S-67).
const canaries = join(scratch, 'canaries')
process.env['OPENESC_CANARIES'] = canaries
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
process.stdout.on('error', () => interrupted.abort())
const { passed, printed, seconds } = await runShards(
  // Flags mostly choose few tests.
  serial || flags.length > 0 ? [{ files, seconds: 0 }] : shardsOf(files),
  {
    ...{ root, scratch, flags, lanes: availableParallelism() },
    ...{ silenceMilliseconds: 180_000, signal: interrupted.signal },
    write: (text) => process.stdout.write(text),
  },
)
const secrets = existsSync(canaries)
  ? new Set(
      readFileSync(canaries, 'utf8')
        .trim()
        .split('\n')
        .map((line) => String(JSON.parse(line))),
    )
  : new Set<string>()
rmSync(scratch, { recursive: true })
// What a failed assertion shows is not searched: there is one finding already.
const found = passed ? canariesIn(Buffer.from(printed), secrets) : []
if (passed && secrets.size > 0) {
  const where =
    found.length === 0
      ? 'found nowhere in what the run printed'
      : `${found.length} FOUND in what the run printed`
  console.log(`canaries: ${secrets.size} secrets, ${where}`)
}
if (record && passed) {
  const long = [...seconds].filter(([, took]) => took >= 1).sort(([one], [other]) => (one < other ? -1 : 1))
  const rows = long.map(([file, took]) => [file, Math.round(took)])
  writeFileSync(recorded, `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`)
}
process.exit(passed && found.length === 0 ? 0 : 1)

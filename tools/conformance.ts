// `npm run conformance -- KIND PATH [--case NAME]`: runs test data of one kind from any folder (or file) of its shape.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Suite } from '../tests/conformance/suite.ts'

const suites: Record<string, () => Promise<Suite>> = {
  eval: async () => (await import('../tests/conformance/eval.ts')).suite,
  load: async () => (await import('../tests/conformance/load.ts')).suite,
  syntax: async () => (await import('../tests/conformance/syntax.ts')).suite,
  crypt: async () => (await import('../tests/conformance/crypt.ts')).suite,
  trust: async () => (await import('../tests/conformance/trust.ts')).suite,
  cli: async () => (await import('../tests/conformance/cli.ts')).suite,
}

const usage = `usage: npm run conformance -- ${Object.keys(suites).join('|')} PATH [--case NAME]`

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { case: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const [kind, path] = positionals
  if (values.help) {
    console.log(usage)
    return 0
  }
  const load = suites[kind ?? '']
  if (load === undefined || path === undefined || positionals.length > 2) {
    console.error(usage)
    return 2
  }
  if (!existsSync(path)) {
    console.error(`error: \`${path}\` does not exist; give the folder or file that holds the cases`)
    return 2
  }
  const suite = await load()
  let passed = 0
  let failed = 0
  for await (const result of suite(path, values.case === undefined ? {} : { only: values.case })) {
    if (result.passed) passed += 1
    else failed += 1
    console.log(`${result.passed ? 'ok  ' : 'FAIL'} ${result.name}`)
    if (result.difference) console.log(result.difference.replace(/^/gm, '       '))
  }
  if (passed + failed === 0) {
    console.error(
      `error: no ${kind} case found in \`${path}\`${values.case ? ` with the name \`${values.case}\`` : ''}`,
    )
    return 2
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

process.exitCode = await main()

import {
  type CaseResult,
  readTestFile,
  runTests,
  type TestReport,
  type TestSubject,
} from '../../env-test/index.ts'
import { exactly } from '../argument-count.ts'
import { type Call, type Command, environmentCommand, command as fileCommand } from '../command.ts'
import { Exit } from '../failure.ts'
import { text } from '../flags.ts'
import { fileLoader, isFileArgument, localHost, storedLoader } from '../local-evaluation.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { readSource } from '../read-source.ts'
import { atVersion, fullName } from '../reference.ts'

const flags = {
  output: outputFlag,
  tests: text('The file of tests, when it does not lie beside the definition', { placeholder: 'file' }),
}

const declaration = {
  usage: '<file>|<environment>[@<version>]',
  summary: 'Run the tests that are kept beside a definition',
  description: `Tests of dev.yaml stand in dev.test.yaml: what providers answer, the caller's facts, the values and findings
that must come out, secrets masked as [secret]. No provider is called. The file may be named by either name.
An environment on the server is tested with <name>.test.yaml of this directory, or --tests.

Ends with \`N passed, M failed\`; exit code 0 when all passed, 1 when not. The format: docs/env-test.md.`,
  examples: [
    'esc env test environments/web/dev.yaml',
    'esc env test acme/web/dev --tests dev.test.yaml',
    'esc env test dev.yaml --output json',
  ],
  arguments: exactly(1),
  flags,
}

const local = fileCommand({
  ...declaration,
  async run(call) {
    const { world, flags } = call
    const [given = ''] = call.args
    const isTests = /\.test\.ya?ml$/.test(given)
    const testFile = isTests ? given : flags.tests || given.replace(/\.ya?ml$/, '.test$&')
    const tests = readTestFile(testFile, await readSource(world, testFile))
    const named = tests.environment === null ? null : beside(testFile, tests.environment)
    const file = isTests ? (named ?? given.replace(/\.test(\.ya?ml)$/, '$1')) : given
    const source = await readSource(world, file)
    const host = await localHost(fileLoader(world, file))
    show(call, await runTests(tests, { name: file, source, host }))
  },
})

const stored = environmentCommand({
  ...declaration,
  async run(call) {
    const { api, reference, flags, world } = call
    const testFile = flags.tests || `${reference.name}.test.yaml`
    const tests = readTestFile(testFile, await readSource(world, testFile))
    const { source } = await api.readDefinition(reference, atVersion(reference))
    const host = await localHost(storedLoader(api, reference.organization))
    const subject: TestSubject = { name: `${reference.project}/${reference.name}`, source, host }
    show(call, await runTests(tests, subject), fullName(reference))
  },
})

/** `esc env test`. */
export const command: Command = {
  ...stored,
  execute: async (input) => {
    const isFile = input.reference === null && isFileArgument(input.parsed.positionals[0] ?? '')
    await (isFile ? local : stored).execute(input)
  },
}

function beside(file: string, other: string): string {
  return other.startsWith('/') ? other : `${file.slice(0, file.lastIndexOf('/') + 1)}${other}`
}

function show(
  { out, flags }: Call<typeof declaration.flags>,
  report: TestReport,
  environment?: string,
): void {
  if (wantsJson(flags.output)) out.json(environment === undefined ? report : { environment, ...report })
  else {
    for (const result of report.cases) out.write(caseText(report.file, result))
    out.line(`${report.passed} passed, ${report.failed} failed`)
  }
  if (report.failed > 0) throw new Exit(1)
}

function caseText(file: string, { name, line, difference }: CaseResult): string {
  if (difference === null) return `pass  ${name}\n`
  const { path, wanted, got } = difference
  return `FAIL  ${name}  (${file}:${line})\n      at ${path === '' ? 'the environment' : path}\n      wanted: ${wanted}\n      got:    ${got}\n`
}

// `node tools/reference.ts [--check]`: writes docs/reference from the tables the product runs on; with --check it only tells
// what differs. `src/client/operations.ts` is made here too. The OpenAPI document there is rewritten by `npm run accept`, because its routes are tested with it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCli } from '../src/cli/index.ts'
import { codes } from '../src/diag/index.ts'
import { lintRules } from '../src/trust/index.ts'
import { files } from '../src/world/files.ts'
import { clientOperations } from './client-operations.ts'
import { providerPage } from './provider-page.ts'

const folder = fileURLToPath(new URL('../docs/reference', import.meta.url))

/** Every generated page, by its path below the folder. */
async function pages(): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>()
  made.set('refusals.md', refusals())
  made.set('lint-rules.md', rules())
  made.set('providers.md', await providerPage())
  const cli = mkdtempSync(join(tmpdir(), 'openesc-reference-'))
  await writeCommandPages(cli)
  for (const name of readdirSync(cli)) made.set(`cli/${name}`, readFileSync(join(cli, name), 'utf8'))
  rmSync(cli, { recursive: true })
  return made
}

function refusals(): string {
  const rows = Object.entries(codes).map(
    ([code, { kind, say, hint }]) => `| \`${code.toLowerCase()}\` | ${kind} | ${cell(say)} | ${cell(hint)} |`,
  )
  return `# Refusals

Every refusal of the service, with the \`reason\` its body carries. Words in braces are filled in.

| reason | kind | message | next step |
|---|---|---|---|
${rows.join('\n')}
`
}

function rules(): string {
  const rows = lintRules.map(({ id, severity, title }) => `| ${id} | ${severity} | ${cell(title)} |`)
  return `# Rules of \`esc aws trust lint\`

| id | severity | what it finds |
|---|---|---|
${rows.join('\n')}
`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
}

/** The command line writes its own pages; nothing of it touches an account or a network here. */
async function writeCommandPages(target: string): Promise<void> {
  const sink = { isTerminal: false, write: () => {} }
  const none = async () => null
  const code = await runCli(['gen-docs', target], {
    version: '0.0.0',
    processEnv: {},
    homeDirectory: target,
    stdin: { isTerminal: false, readAll: async () => new Uint8Array(), readLine: none },
    stdout: sink,
    stderr: { ...sink, write: (bytes) => process.stderr.write(bytes) },
    files,
    transport: () => async () => {
      throw new Error('no network')
    },
    clock: { now: () => 0, sleep: async () => {}, timeZone: 'UTC' },
    temporary: { create: async () => '' },
    lookPath: async (name) => name,
    spawn: async () => ({ code: 1, signal: null }),
    page: async () => false,
    terminal: { askSecret: none },
    programs: { startServer: async () => 1, startSandbox: async () => 1 },
    defaultBackend: null,
  })
  if (code !== 0) throw new Error('the command line did not write its pages')
}

const wanted = await pages()
const present = new Set(
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')),
)
const differing = [...wanted].filter(
  ([name, text]) => !present.has(name) || readFileSync(join(folder, name), 'utf8') !== text,
)
const operationsPath = fileURLToPath(new URL('../src/client/operations.ts', import.meta.url))
const operations = clientOperations()
const operationsDiffer = !existsSync(operationsPath) || readFileSync(operationsPath, 'utf8') !== operations
const stale = [...present].filter((name) => !wanted.has(name))

if (process.argv.includes('--check')) {
  for (const [name] of differing) console.log(`docs/reference/${name} differs`)
  for (const name of stale) console.log(`docs/reference/${name} is of nothing that exists`)
  if (operationsDiffer) console.log('src/client/operations.ts differs')
  if (operationsDiffer || differing.length + stale.length > 0) {
    console.log('run `npm run reference` and look at the difference')
    process.exitCode = 1
  }
} else {
  for (const [name, text] of differing) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const name of stale) rmSync(join(folder, name))
  if (operationsDiffer) writeFileSync(operationsPath, operations)
  console.log(`${differing.length} pages written, ${stale.length} removed, ${wanted.size} in all`)
}

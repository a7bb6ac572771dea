// House rules that a reviewer should not have to remember. Each rule prints what broke it and where.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { codes } from '../src/diag/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root }).sort()
const shipped = sources.filter((file) => !/\.test\.ts$|\/contract\.ts$/.test(file))

/** The folders of `src` that each folder may import, besides itself. The arrows of ARCHITECTURE.md. */
const allowed: Record<string, readonly string[]> = {
  diag: [],
  tracing: ['diag'],
  value: ['diag'],
  syntax: ['diag', 'value', 'crypto'],
  expr: ['diag', 'value', 'syntax'],
  schema: ['diag', 'value'],
  crypto: ['diag', 'value'],
  eval: ['diag', 'value', 'syntax', 'expr', 'schema', 'crypto'],
  evaluator: ['diag', 'value', 'syntax', 'expr', 'schema', 'eval'],
  analysis: ['diag', 'value', 'syntax', 'expr', 'schema', 'eval'],
  'env-test': ['diag', 'value', 'syntax', 'expr', 'schema', 'eval'],
  output: ['diag', 'value', 'syntax'],
  providers: ['diag', 'value', 'schema', 'eval', 'oidc', 'trust'],
  oidc: ['diag', 'value', 'crypto', 'store'],
  trust: ['diag', 'value'],
  aws: ['diag', 'trust', 'providers', 'setup', 'crypto'],
  setup: ['trust'],
  picture: ['trust'],
  sts: ['diag', 'oidc', 'trust'],
  store: ['diag', 'value', 'crypto'],
  service: [
    'diag',
    'value',
    'syntax',
    'expr',
    'schema',
    'eval',
    'evaluator',
    'output',
    'providers',
    'crypto',
    'oidc',
    'trust',
    'store',
    'tracing',
  ],
  http: ['diag', 'value', 'schema', 'eval', 'oidc', 'service', 'tracing'],
  client: ['diag', 'value'],
  cli: [
    'diag',
    'value',
    'syntax',
    'output',
    'client',
    'crypto',
    'expr',
    'eval',
    'schema',
    'analysis',
    'env-test',
    'providers',
    'sts',
    'trust',
    'oidc',
    'setup',
    'picture',
  ],
}

function importsOf(file: string): readonly { specifier: string; target: string }[] {
  const found = read(file).matchAll(
    /^(?:import|export)\b[^'"]*?from\s+['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/gm,
  )
  return [...found].map((match) => {
    const specifier = match[1] ?? match[2] ?? ''
    return { specifier, target: relative(root, join(root, dirname(file), specifier)) }
  })
}

function nothing(broken: readonly string[], rule: string): void {
  assert.deepEqual(broken, [], `${rule}\n${broken.join('\n')}`)
}

test('every import respects the walls between the layers', () => {
  const broken: string[] = []
  for (const file of shipped) {
    const from = file.split('/')[1] ?? ''
    if (from.endsWith('.ts') || from === 'programs' || from === 'world') continue
    if (allowed[from] === undefined) broken.push(`${file}: \`${from}\` is not in the table of layers`)
    for (const { target } of importsOf(file)) {
      const to = target.split('/')[1] ?? ''
      if (to !== from && !allowed[from]?.includes(to)) broken.push(`${file} imports ${target}`)
    }
  }
  nothing(broken, 'a layer may import only what the table allows')
})

test('only the sandbox options of `sts` are known to the command line', () => {
  const broken = shipped
    .filter((file) => file.startsWith('src/cli/'))
    .flatMap((file) => importsOf(file).map(({ target }) => [file, target] as const))
    .filter(([, target]) => target.startsWith('src/sts/') && target !== 'src/sts/options.ts')
    .map(([file, target]) => `${file} imports ${target}`)
  nothing(broken, 'the command line starts the sandbox as a program; it never links it')
})

test('the real world is made only in main.ts, world/ and programs/', () => {
  const world =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.(env|argv|cwd|exit|stdout|stderr|stdin)\b|(?<![.\w])fetch\(|\bconsole\.\w+\(/
  const broken = shipped
    .filter((file) => !/^src\/(programs|world)\/|^src\/main\.ts$/.test(file))
    .flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, index) => [line, index + 1] as const)
        .filter(([line]) => world.test(line) && !/^\s*(\*|\/\/)/.test(line))
        .map(([line, number]) => `${file}:${number}: ${line.trim()}`),
    )
  nothing(broken, 'clock, randomness, process and network are handed in')
})

test('only `tracing` speaks to the API of OpenTelemetry, so that its allow-list of facts has no way round it', () => {
  const broken = shipped
    .filter((file) => !file.startsWith('src/tracing/'))
    .filter((file) => read(file).includes('@opentelemetry/'))
  nothing(broken, 'spans are made by src/tracing/span.ts')
})

test('no file is longer than a reader can hold', () => {
  const limit = 420
  const broken = shipped
    .filter((file) => !read(file).startsWith('// Made by '))
    .map((file) => [file, read(file).split('\n').length] as const)
    .filter(([, lines]) => lines > limit)
    .map(([file, lines]) => `${file}: ${lines} lines`)
  nothing(broken, `split by idea what is over ${limit} lines`)
})

test('every exported name has a docstring', () => {
  const broken: string[] = []
  for (const file of shipped) {
    if (file.endsWith('/index.ts')) continue
    const lines = read(file).split('\n')
    lines.forEach((line, index) => {
      if (!/^export (async )?(function|const|class|interface|type) /.test(line)) return
      const before = lines[index - 1] ?? ''
      // Overloads, and rows of one-line constants under one comment, share it.
      const shares = /^export (async )?function/.test(before) || /^export const [A-Z_]+ = /.test(before)
      if (!before.trim().endsWith('*/') && !shares) broken.push(`${file}:${index + 1}: ${line.slice(0, 80)}`)
    })
  }
  nothing(broken, 'say first what it gives back')
})

test('no test is skipped, focused or left for later without a printed reason', () => {
  const broken = globSync(['src/**/*.test.ts', 'tests/**/*.ts'], { cwd: root })
    .filter((file) => file !== 'tests/tidy.test.ts')
    .flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, index) => [line, index + 1] as const)
        .filter(([line]) => /\b(it|test|describe)\.(only|todo|skip)\b|\bskip:\s*true\b/.test(line))
        .map(([line, number]) => `${file}:${number}: ${line.trim()}`),
    )
  nothing(broken, 'a skipped test says why')
})

test('every refusal code is used', () => {
  const text = shipped
    .filter((file) => !/^src\/diag\/(store-)?codes\.ts$/.test(file))
    .map(read)
    .join('\n')
  const broken = Object.keys(codes).filter((code) => !text.includes(`'${code}'`))
  nothing(broken, 'delete codes that nothing raises')
})

test('nothing is left open in the code', () => {
  const words = /\b(TODO|FIXME|XXX|HACK)\b|not implemented/i
  const broken = [...sources, ...globSync(['tools/**/*.ts', 'bench/**/*.ts'], { cwd: root })].flatMap(
    (file) =>
      read(file)
        .split('\n')
        .map((line, index) => [line, index + 1] as const)
        .filter(([line]) => words.test(line))
        .map(([line, number]) => `${file}:${number}: ${line.trim()}`),
  )
  nothing(broken, 'finish it or write it into the issue tracker')
})

test('ARCHITECTURE.md names every folder of src', () => {
  const map = read('ARCHITECTURE.md')
  const folders = [...new Set(sources.map((file) => file.split('/')[1] ?? ''))].filter(
    (name) => !name.endsWith('.ts'),
  )
  const broken = folders.filter((name) => !map.includes(`\`${name}/\``))
  nothing(broken, 'the map must show every folder')
})

test('every decision has a number of its own', () => {
  const decisions = globSync('docs/adr/[0-9]*.md', { cwd: root }).sort()
  const number = (file: string) => file.slice('docs/adr/'.length).slice(0, 4)
  const broken = decisions.filter(
    (file, index) =>
      number(decisions[index - 1] ?? '') === number(file) || !read(file).startsWith(`# ${number(file)} `),
  )
  nothing(broken, 'take the next free number, in the name and in the title')
})

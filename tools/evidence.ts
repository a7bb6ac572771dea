// `npm run evidence [-- --write]`: which requirement is proven by which tests, with which figures, when and by which version (R-45). A
// requirement without a test is not proven; one without a current figure is tested only. `--write` renews docs/evidence.md.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { blocking, format } from './requirements-list.ts'

interface Figure {
  readonly figure: string
  readonly command: string
  readonly date: string
  readonly version: string
}

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')
const figures = JSON.parse(read('docs/figures.json')) as Readonly<Record<string, readonly Figure[]>>
const { version } = JSON.parse(read('package.json')) as { version: string }

/** Titles of tests by requirement. A title that is put together at run time counts by what it begins with. */
function titlesOf(): ReadonlyMap<string, readonly { readonly file: string; readonly title: string }[]> {
  const found = new Map<string, { file: string; title: string }[]>()
  const files = globSync(['src/**/*.test.ts', 'src/store/contract/*.ts', 'tests/**/*.ts'], {
    cwd: root,
  }).sort()
  for (const file of files) {
    // Any text with a number is a title: some are handed to a function that makes tests.
    for (const [, title = ''] of read(file).matchAll(/['"`]([^'"`\n]*\b[SR]-\d\d\b[^'"`\n]*)/g)) {
      for (const [number] of title.matchAll(/\b[SR]-\d\d\b/g))
        found.set(number, [...(found.get(number) ?? []), { file, title }])
    }
  }
  return found
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

const titles = titlesOf()
const lines = [
  '# Evidence',
  '',
  `Made by \`npm run evidence -- --write\` from the titles of tests and from \`docs/figures.json\`, for version ${version}. *Not proven*: no test`,
  'carries the number. *Tested*: tests do, at the size that runs with each change. *Measured*: a longer run gave the figure, with the command that',
  'repeats it; a figure of another version than this is not current, and says so.',
  '',
  '| requirement | verdict | tests | figure | command | date, version |',
  '|---|---|---|---|---|---|',
]
const counts = { 'not proven': 0, tested: 0, measured: 0 }
for (const [letter, numbers] of Object.entries(blocking)) {
  for (const number of numbers) {
    const name = format(letter, number)
    const tests = titles.get(name) ?? []
    const measured = figures[name] ?? []
    const current = measured.filter((figure) => figure.version === version)
    const verdict = tests.length === 0 ? 'not proven' : current.length > 0 ? 'measured' : 'tested'
    counts[verdict] += 1
    const files = [...new Set(tests.map(({ file }) => file))]
    const shown =
      tests.length === 0
        ? ''
        : `${tests.length} in ${files
            .slice(0, 3)
            .map((file) => `\`${file}\``)
            .join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`
    const about = measured.map(({ figure }) => cell(figure)).join('<br>')
    const commands = measured.map(({ command }) => `\`${cell(command)}\``).join('<br>')
    const when = measured
      .map(
        (figure) => `${figure.date}, ${figure.version}${figure.version === version ? '' : ' (not current)'}`,
      )
      .join('<br>')
    const told = verdict === 'not proven' ? '**not proven**' : verdict
    lines.push(`| ${name} | ${told} | ${shown} | ${about} | ${commands} | ${when} |`)
  }
}
const text = `${lines.join('\n')}\n`
if (process.argv.includes('--write')) writeFileSync(`${root}docs/evidence.md`, text)
else console.log(text)
console.log(
  Object.entries(counts)
    .map(([verdict, count]) => `${verdict}: ${count}`)
    .join(', '),
)

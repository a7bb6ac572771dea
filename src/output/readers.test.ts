// What is printed, read by programs that other people wrote.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { parse as parseForeignYaml } from 'yaml'
import { type ExportedValue, recordOf } from '../value/index.ts'
import { formatValue } from './format-value.ts'
import type { OutputFormat } from './output-format.ts'

const runs = 200 * Number(process.env['OPENESC_RUNS'] ?? 1)
const options = { redact: false, writeFile: () => '' }
const nowhere = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: nowhere, end: nowhere } }
const of = (value: Exclude<ExportedValue['value'], undefined>): ExportedValue => ({ value, trace })

/** What shells and readers of YAML and JSON like to take for something else. */
const awkward = fc.constantFrom(
  ...[
    "'",
    '"',
    '\\',
    '$(touch ran)',
    '`touch ran`',
    '${HOME}',
    '$HOME',
    '!x',
    '%',
    '#',
    ' # ',
    '~',
    '*',
    '?',
    '[a]',
    '{b,c}',
    '&',
    ';',
    '|',
  ],
  ...[
    '<',
    '>',
    '(',
    ')',
    '\n',
    '\r',
    '\r\n',
    '\t',
    ' ',
    '=',
    'export X=1',
    '\u2028',
    '\u00a0',
    '\u0085',
    '\ufeff',
    '\u0007',
    '\u001b[31m',
  ],
  ...[
    'é',
    '世界',
    '😀',
    'a',
    '0',
    '-',
    ': ',
    '- ',
    '---',
    '...',
    '<<',
    '\\n',
    "'\\''",
    '"$(touch ran)"',
    'EOF',
    '@',
    ',',
    '\\',
  ],
)
const value = fc.oneof(
  fc.array(awkward, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    ...[
      '',
      ' ',
      'null',
      'Null',
      '~',
      'true',
      'yes',
      'No',
      'on',
      'OFF',
      'y',
      'N',
      '1',
      '1.0',
      '0x1F',
      '0o17',
      '017',
      '1_000',
      '1e3',
      '+1',
    ],
    ...[
      '-.inf',
      '.nan',
      '1:30',
      '190:20:30',
      '2001-01-01',
      '2001-12-14t21:59:43.10-05:00',
      '=',
      '!!str x',
      '*a',
      '&a',
      '%x',
      '@x',
      '`x',
    ],
    ...['0b11', '08', '0.', '.5', '685_230.15', '- a', 'a: b', 'a #b', 'x'.repeat(200_000)],
  ),
)
const values = fc.array(value, { minLength: 1, maxLength: 20 })

function has(program: string): boolean {
  return (
    spawnSync(program, ['-c', 'exit 0']).status === 0 ||
    ['--version', '--help'].some((flag) => spawnSync(program, [flag]).status === 0)
  )
}

function variables(list: readonly string[]): ExportedValue {
  return of(recordOf([['environmentVariables', of(recordOf(list.map((text, i) => [`V${i}`, of(text)])))]]))
}

/** Runs a script in an empty folder with nothing on its path, and gives what it prints; anything it leaves behind is a failure. */
function output(program: readonly string[], script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-'))
  try {
    writeFileSync(join(folder, 'script'), script)
    const [command = '', ...args] = program
    const printed = execFileSync(command, [...args, './script'], {
      ...{
        cwd: folder,
        env: { PATH: '/nonexistent', LC_ALL: 'C.UTF-8' },
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    assert.deepEqual(readdirSync(folder), ['script'])
    return printed
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const shells: readonly (readonly string[])[] = [
  ['/bin/sh'],
  ['/usr/bin/dash'],
  ['/bin/bash'],
  ['/bin/bash', '--posix'],
  ['/usr/bin/zsh'],
  ['/usr/bin/busybox', 'sh'],
  ['/usr/bin/mksh'],
]

for (const shell of shells) {
  const skip = has(shell[0]!) ? false : `NOT RUN: there is no ${shell[0]} on this machine`
  test(`S-64: ${shell.join(' ')} gets the values of shell lines back, runs nothing and sets nothing else`, {
    skip,
  }, () => {
    fc.assert(
      fc.property(values, (list) => {
        const text = list.filter((one) => !one.includes('\0'))
        const lines = formatValue(variables(text), 'shell', options)
        const prints = text.map((_, i) => `printf '%s\\001' "$V${i}"\n`).join('')
        const printed = output(shell, `${lines}${prints}printf '%s' "\${X-unset}"`)
        assert.deepEqual(printed.split('\u0001'), [...text.map((one) => one.toWellFormed()), 'unset'])
      }),
      { numRuns: runs / 20 },
    )
  })
}

const fish = '/usr/bin/fish'
test('S-64: fish gets the values of its lines back, runs nothing and sets nothing else', {
  skip: has(fish) ? false : `NOT RUN: there is no ${fish} on this machine`,
}, () => {
  fc.assert(
    fc.property(values, (list) => {
      // Fish cuts what it reads at a NUL, and reads no bytes that are not UTF-8 back the same.
      const text = list.filter((one) => !one.includes('\0') && one.isWellFormed())
      const lines = formatValue(variables(text), 'fish', options)
      const prints = text.map((_, i) => `printf '%s\\001' "$V${i}"\n`).join('')
      const printed = output([fish, '--no-config'], `${lines}${prints}set -q X; or printf unset`)
      assert.deepEqual(printed.split('\u0001'), [...text, 'unset'])
    }),
    { numRuns: runs / 20 },
  )
})

test('S-64: PowerShell lines stand in single quotes, with every kind of single quote doubled', () => {
  const lines = formatValue(variables([`a'b \u2018x\u2019 $(calc) \`n\n#`]), 'powershell', options)
  assert.equal(lines, "$env:V0 = 'a''b \u2018\u2018x\u2019\u2019 $(calc) `n\n#'\n")
})

test('S-64: a shell that reads dotenv lines gets printable values back, or they are refused', () => {
  let refused = 0
  fc.assert(
    fc.property(value, (text) => {
      fc.pre(/^[\x20-\x7e\u00a1-\u00ac\u4e00-\u9fff]*$/.test(text))
      let lines: string
      try {
        lines = formatValue(variables([text]), 'dotenv', options)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'NOT_REPRESENTABLE')
        refused += 1
        return
      }
      assert.equal(output(['/bin/sh'], `set -a\n${lines}printf '%s' "$V0"`), text)
    }),
    { numRuns: runs / 4 },
  )
  assert.ok(refused < runs / 8)
})

const documents: readonly OutputFormat[] = ['yaml', 'process:yaml']

for (const format of documents) {
  for (const version of ['1.1', '1.2'] as const) {
    test(`S-64: a reader of YAML ${version} gets strings back as strings from ${format}`, () => {
      fc.assert(
        fc.property(values, (list) => {
          const printed = formatValue(variables(list), format, options)
          const read = parseForeignYaml(printed, { version })
          const members = format === 'yaml' ? read.environmentVariables : read
          assert.deepEqual(
            list.map((_, i) => members[`V${i}`]),
            list.map((one) => one.toWellFormed()),
          )
        }),
        { numRuns: runs },
      )
    })
  }
}

/** Hands texts to a Python program that prints what it read as JSON. */
function python(t: TestContext, module: string, expression: string, format: OutputFormat): void {
  if (spawnSync('python3', ['-c', `import ${module}`]).status !== 0) {
    t.skip(`NOT RUN: there is no python3 with ${module} on this machine`)
    return
  }
  const lists = fc.sample(values, { numRuns: runs, seed: 64 })
  const texts = lists.map((list) => formatValue(variables(list), format, options))
  const program = `import json, sys, ${module}\nprint(json.dumps([${expression} for t in json.load(sys.stdin)]))`
  const printed = execFileSync('python3', ['-c', program], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  assert.deepEqual(
    (JSON.parse(printed) as Record<string, unknown>[]).map((members, n) =>
      lists[n]!.map((_, i) => members[`V${i}`]),
    ),
    lists.map((list) => list.map((one) => one.toWellFormed())),
  )
}

test('S-64: PyYAML, which reads YAML 1.1, gets strings back as strings', (t) =>
  python(t, 'yaml', 'yaml.safe_load(t)', 'process:yaml'))
test('S-64: Python reads JSON back unchanged', (t) => python(t, 'json', 'json.loads(t)', 'process:json'))

test('S-64: JSON is read back unchanged, and may stand in a script', () => {
  fc.assert(
    fc.property(values, (list) => {
      const printed = formatValue(variables(list), 'process:json', options)
      assert.ok(!/[\u2028\u2029<>&]/.test(printed))
      assert.deepEqual(
        Object.values(JSON.parse(printed)).sort(),
        list.map((one) => one.toWellFormed()).sort(),
      )
    }),
    { numRuns: runs },
  )
})

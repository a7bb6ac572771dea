// No regular expression of ours may take long over any text. Those of users run on RE2, which cannot.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compilePattern } from '../../src/schema/index.ts'
import { literalsIn } from './literals.ts'
import { worstCases } from './worst-case.ts'

const root = join(import.meta.dirname, '../..')
const length = 50 * 1024
const bound = 10

/** How long the fastest of some runs takes, `enough` being soon enough: what others do on the machine does not count. */
function milliseconds(pattern: RegExp, text: string, enough: number): number {
  let fastest = 19 * bound
  for (let run = 0; run < 5 && fastest > enough && fastest < 20 * bound; run++) {
    const start = performance.now()
    pattern.lastIndex = 0
    pattern.test(text)
    const taken = performance.now() - start
    if (taken > 20 * bound) return taken
    fastest = Math.min(fastest, taken)
  }
  return fastest
}

const found = globSync('src/**/*.ts', { cwd: root })
  .filter((file) => !/\.test\.ts$/.test(file))
  .sort()
  .flatMap((file) =>
    literalsIn(readFileSync(join(root, file), 'utf8')).map((literal) => ({ file, ...literal })),
  )

test('every regular expression of the sources is found', () => {
  assert.ok(found.length > 400, `only ${found.length}`)
  assert.deepEqual(
    literalsIn("const a = b / c / d // e /f/\nif (/[/\\]]+/u.test(`x ${/y/g} '`)) return /z/\n'/n/'"),
    [
      { source: '[/\\]]+', flags: 'u', line: 2 },
      { source: 'y', flags: 'g', line: 2 },
      { source: 'z', flags: '', line: 2 },
    ],
  )
})

/** A text of the worst kind that takes too long: first short ones, so that what is slow is found soon. */
function slowOver(source: string, flags: string): string | undefined {
  const pattern = new RegExp(source, flags)
  for (const [size, most] of [
    [20, bound / 5],
    [length / 100, bound / 5],
    [length / 10, bound / 2],
    [length, bound],
  ] as const) {
    const text = worstCases(source, flags, Math.floor(size)).find(
      (worst) => milliseconds(pattern, worst, most) > most,
    )
    if (text !== undefined) return text
  }
  return undefined
}

test('a regular expression that takes long over some text is noticed', () => {
  for (const slow of [/\s+$/, /^(a+)+$/, /^[ab]*[ab]*c$/, /x*y/, /^\d+(?:_\d+)*\.?\d*$/]) {
    assert.ok(slowOver(slow.source, slow.flags) !== undefined, String(slow))
  }
})

test(`S-45: no regular expression takes more than ${bound} ms over 50 KB of the worst text for it`, () => {
  const slow: string[] = []
  for (const { file, line, source, flags } of found) {
    const text = slowOver(source, flags)
    if (text !== undefined)
      slow.push(`${file}:${line} /${source}/${flags} over ${JSON.stringify(text.slice(0, 20))}…`)
  }
  assert.deepEqual(slow, [])
})

/** Where an expression is put together from parts, and of what: never of anything that a user wrote. */
const composed: Readonly<Record<string, string>> = {
  'src/trust/policy/principal-grammar.ts': 'constants of the same file',
  'src/value/unicode-pattern.ts': 'literals, which are found above',
}

test('S-45: the patterns of users run on an engine that takes linear time, and on no other', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/\.test\.ts$/.test(file))
  const composing = sources.filter((file) => /\bRegExp\(/.test(readFileSync(join(root, file), 'utf8')))
  assert.deepEqual(composing.sort(), Object.keys(composed))
  // On an engine that tries every way these would not end in a lifetime.
  for (const pattern of ['^(a+)+$', '^(a|aa)*$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    assert.equal(compilePattern(pattern).test(`${'ax'.repeat(length / 2)}!`), false)
  }
})

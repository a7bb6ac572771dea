import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '../crypto/index.ts'
import { checkEnvironment, type EvaluationHost, openEnvironment, rotateEnvironment } from '../eval/index.ts'
import { loadDefinition } from '../expr/index.ts'
import { applyPatches } from '../syntax/index.ts'
import { type ExportedRecord, NumberText, recordOf, toJson } from '../value/index.ts'
import { passphrase } from './passphrase/index.ts'
import { password } from './password/index.ts'
import { shuffled, uniform } from './random.ts'

const unused = async () => {
  throw new Error('nothing else is called')
}
const plain = { encrypt: async (bytes: Uint8Array) => bytes, decrypt: async (bytes: Uint8Array) => bytes }
const host: EvaluationHost = {
  providers: {
    provider: unused,
    rotator: async (name) => (name === 'password' ? password(systemRandom) : passphrase(systemRandom)),
  },
  loader: { load: unused },
  crypter: plain,
  context: {},
}

function load(text: string) {
  const { definition, diagnostics } = loadDefinition('web/dev', Buffer.from(text))
  assert.deepEqual(diagnostics, [])
  assert.ok(definition)
  return definition
}

const definitionOf = (rotator: string, inputs: string) =>
  `values:\n  secret:\n    fn::rotate::${rotator}:\n      inputs: ${inputs}\n`

async function findings(rotator: string, inputs: string): Promise<readonly string[]> {
  const { diagnostics } = await checkEnvironment('web/dev', load(definitionOf(rotator, inputs)), host)
  return diagnostics.map(({ range, summary }) => `${range?.begin.line}:${range?.begin.column} ${summary}`)
}

/** Rotates the text, gives the next text and what an open of it gives. */
async function rotated(text: string) {
  const { patches, rotations } = await rotateEnvironment('web/dev', load(text), host, { paths: [] })
  assert.deepEqual(
    rotations.map(({ path, status }) => `${path} ${status}`),
    ['values.secret succeeded'],
  )
  const next = Buffer.from(applyPatches(Buffer.from(text), patches)).toString()
  const { environment } = await openEnvironment('web/dev', load(next), host)
  const secret = environment?.properties?.secret
  assert.equal(secret?.secret, true, 'the whole output is secret')
  return { next, opened: toJson(secret!, { redact: false }) as { current: string; previous?: string } }
}

test('each rotation makes the current secret the previous one', async () => {
  for (const rotator of ['password', 'passphrase']) {
    const first = await rotated(definitionOf(rotator, '{}'))
    assert.deepEqual(Object.keys(first.opened), ['current'])
    const second = await rotated(first.next)
    assert.equal(second.opened.previous, first.opened.current)
    const third = await rotated(second.next)
    assert.equal(third.opened.previous, second.opened.current)
    assert.equal(third.next.includes(first.opened.current), false, 'the one before the previous is gone')
  }
})

test('before its first rotation a secret cannot be opened, and the answer says what to run', async () => {
  const { diagnostics } = await openEnvironment('web/dev', load(definitionOf('password', '{}')), host)
  const [found] = diagnostics
  assert.equal(found?.summary, 'password: not rotated yet, so there is no secret to open')
  assert.match(found?.detail ?? '', /esc env rotate/)
})

test('a password has its length, its least of each class, and nothing else', async () => {
  const on = fc.boolean()
  const least = fc.integer({ min: 0, max: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 20, max: 100 }),
      fc.tuple(on, on, on, on).filter((flags) => flags.includes(true)),
      fc.tuple(least, least, least, least),
      async (length, flags, leasts) => {
        const rotator = password(systemRandom)
        const names = ['lower', 'upper', 'numeric', 'special']
        const inputs: [string, unknown][] = [['length', new NumberText(String(length))]]
        names.forEach((name, i) => {
          inputs.push([name, flags[i]])
          if (flags[i]) {
            const minimum = `min${name[0]!.toUpperCase()}${name.slice(1)}`
            inputs.push([minimum, new NumberText(String(leasts[i]))])
          }
        })
        const trace = {
          def: {
            environment: '',
            begin: { line: 0, column: 0, byte: 0 },
            end: { line: 0, column: 0, byte: 0 },
          },
        }
        const record = recordOf(
          inputs.map(([key, value]) => [key, { value, trace }] as never),
        ) as ExportedRecord
        const state = await rotator.rotate(record, null, {} as never, new AbortController().signal)
        const { current } = toJson(state, { redact: false }) as { current: string }
        assert.equal(current.length, length)
        const patterns = [/[a-z]/g, /[A-Z]/g, /[0-9]/g, /[^a-zA-Z0-9]/g]
        patterns.forEach((pattern, i) => {
          const count = current.match(pattern)?.length ?? 0
          if (flags[i]) assert.ok(count >= leasts[i]!, `${names[i]}: ${count}`)
          else assert.equal(count, 0, names[i])
        })
      },
    ),
    { numRuns: 50 },
  )
})

test('a passphrase has as many words as asked, with the separator and capitals asked for', async () => {
  const { opened } = await rotated(
    definitionOf('passphrase', "{length: 7, separator: '.', capitalize: true}"),
  )
  assert.match(opened.current, /^([A-Z][a-z-]*\.){6}[A-Z][a-z-]*$/)
})

test('numbers below a bound are each as likely as any other', () => {
  const seen = Array.from({ length: 7 }, () => 0)
  for (let i = 0; i < 7000; i += 1) seen[uniform(7, systemRandom)]! += 1
  const squares = seen.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  assert.ok(squares < 40, `chi-squared ${squares} over 6 degrees`)
})

test('what would favour small numbers is drawn again', () => {
  const drawn = [Uint8Array.of(255, 255, 255, 255), Uint8Array.of(0, 0, 0, 5)]
  assert.equal(
    uniform(3, () => drawn.shift()!),
    2,
  )
  assert.equal(drawn.length, 0)
})

test('a shuffle keeps every item', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      assert.deepEqual([...shuffled(items, systemRandom)].sort(), [...items].sort())
    }),
  )
})

const refused: readonly [string, string, string, readonly string[]][] = [
  [
    'all classes off',
    'password',
    '{lower: false, upper: false, numeric: false, special: false}',
    ['4:15 password: at least one of `lower`, `upper`, `numeric` and `special` must be on, got none'],
  ],
  [
    'minimums over the length',
    'password',
    '{length: 8, minLower: 5, minUpper: 4}',
    ['4:15 password: the minimums add up to 9, more than the length of 8; raise `length` or lower them'],
  ],
  [
    'a minimum of a class that is off',
    'password',
    '{upper: false, minUpper: 2}',
    ['4:40 password: minUpper is 2, but `upper` is off; leave one of them out'],
  ],
  [
    'no special characters to draw',
    'password',
    "{overrideSpecial: ''}",
    ['4:33 password: overrideSpecial has no character; name some, or write `special: false`'],
  ],
  [
    'an unknown name',
    'passphrase',
    '{words: 4}',
    [
      '4:23 passphrase: there is no input named `words`; the inputs here are `length`, `separator`, `capitalize`',
    ],
  ],
]
for (const [what, rotator, inputs, wanted] of refused) {
  test(`${rotator}: ${what} is refused where it stands`, async () => {
    assert.deepEqual(await findings(rotator, inputs), wanted)
  })
}

test('lengths outside the range are refused by the schema', async () => {
  for (const [rotator, inputs] of [
    ['password', '{length: 7}'],
    ['password', '{length: 101}'],
    ['password', '{length: 8.5}'],
    ['passphrase', '{length: 2}'],
    ['passphrase', "{separator: '--'}"],
  ] as const) {
    assert.equal((await findings(rotator, inputs)).length, 1, `${rotator} ${inputs}`)
  }
})

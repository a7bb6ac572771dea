import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { loadDefinition } from '../expr/index.ts'
import { array, object, string } from '../schema/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import { checkEnvironment, describeAt, expressionAt, rangeContains } from './index.ts'

const text = `values:
  login:
    fn::open::described:
      role: arn
      tags: [one, two]
  copy: \${login}
  word: \${list[0]}
  list: [a, b]
  secret: {fn::secret: x}
  long:
    fn::open:
      provider: described
      inputs: {role: x}
  json: {fn::toJSON: {a: b}}
  split: {fn::split: [",", "a"]}
`

async function environment() {
  const providers = testProviders()
  const inputs = object({
    role: string({ description: 'The role to assume.' }),
    tags: array(string({ description: 'A tag.' })),
  })
  const { definition } = loadDefinition('e', encodeUtf8(text))
  const { environment } = await checkEnvironment('e', definition, {
    crypter: rot128,
    context: testContext,
    loader: { load: async () => assert.fail('nothing is imported') },
    providers: {
      ...providers,
      provider: async (name) => ({
        ...(await providers.provider('test')),
        ...(name === 'described' ? { inputs } : {}),
      }),
    },
  })
  return environment!
}

/** The position of the first character of `word` on the line that holds it, without a byte offset. */
function positionOf(word: string, nth = 0) {
  let from = -1
  for (let i = 0; i <= nth; i++) from = text.indexOf(word, from + 1)
  const before = text.slice(0, from).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1, byte: 0 }
}

test('the position under the cursor is described by builtin, by type or by input', async () => {
  const checked = await environment()
  for (const [word, nth, wanted] of [
    ['fn::open::described', 0, 'Fetches values from an external source when the environment is opened.'],
    ['role', 0, 'The role to assume.'],
    ['arn', 0, 'The role to assume.'],
    ['two', 0, 'A tag.'],
    ['tags', 0, null],
    ['${login}', 0, 'any'],
    ['${list', 0, 'string'],
    ['[a, b]', 0, null],
    ['fn::secret', 0, 'Marks a value as secret.'],
    ['provider', 0, 'Fetches values from an external source when the environment is opened.'],
    ['fn::toJSON', 0, 'Encodes a value into its JSON representation.'],
    ['fn::split', 0, null],
    ['values', 0, null],
  ] as const) {
    assert.equal(describeAt(checked, positionOf(word, nth)), wanted, word)
  }
})

test('the smallest expression is found, with the way to it', async () => {
  const found = expressionAt(await environment(), positionOf('two'))
  assert.equal(found?.expr.literal, 'two')
  assert.deepEqual(
    found.trail.map(({ step, into }) => [step, into]),
    [
      ['argument', 'argument'],
      ['tags', 'property'],
      [1, 'element'],
    ],
  )
})

test('a range contains positions by byte, else by line and column, its end excluded', () => {
  const position = (line: number, column: number, byte = 0) => ({ line, column, byte })
  const one = { environment: 'e', begin: position(2, 5, 10), end: position(2, 8, 13) }
  assert.deepEqual(
    [position(2, 5), position(2, 7), position(2, 8), position(1, 6), position(9, 9, 12)].map((at) =>
      rangeContains(one, at),
    ),
    [true, true, false, false, true],
  )
  const several = { environment: 'e', begin: position(2, 5, 10), end: position(4, 2, 30) }
  assert.deepEqual(
    [position(2, 1), position(4, 9), position(5, 1)].map((at) => rangeContains(several, at)),
    [true, true, false],
  )
})

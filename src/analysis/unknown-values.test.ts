import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import type { EvaluationHost } from '../eval/index.ts'
import { encodeUtf8, parsePropertyPath } from '../value/index.ts'
import { checkSource, createChecker, explainValue, formatExplanation, whyMissing } from './index.ts'

const text = `values:
  a: \${b}
  b: x-\${c}
  c:
    fn::toJSON: \${a}
  record: {self: "\${record}"}
  after: \${a}
  typo: \${nowhere}
  badly: {fn::open::schema: {boolean: 1}}
  below: \${badly.string}
  later: {fn::open::schema: {string: x}}
  elsewhere: \${environments.web.nothing.x}
  list: [1, 2]
  nothing: null
  names: {one: 1, two words: 2}
  sealed: {fn::fromJSON: {fn::secret: '{"named": 1}'}}
  "7": {}
`
const host: EvaluationHost = {
  ...{ providers: testProviders(), crypter: rot128, context: testContext },
  loader: { load: async () => Promise.reject(new Error('not found')) },
}
const checked = async () => (await checkSource('dev', encodeUtf8(text), host)).checked!

async function explained(path: string): Promise<string> {
  const found = await explainValue(await checked(), parsePropertyPath(path), createChecker(host))
  return found === null ? '' : formatExplanation(found)
}

test('S-46: a value in a cycle is explained with the whole cycle, from wherever one asks', async () => {
  assert.equal(
    await explained('c'),
    `c = [unknown]
│ result of \`fn::toJSON\` at dev:5:5, part of the cycle a -> b -> c -> a
└─ \${a} = [unknown]
   │ taken from \`\${b}\` at dev:2:6, part of the cycle a -> b -> c -> a
   └─ \${b} = [unknown]
      │ text \`x-\${c}\` at dev:3:6, part of the cycle a -> b -> c -> a
      └─ \${c} = [unknown]
           result of \`fn::toJSON\` at dev:5:5, part of the cycle a -> b -> c -> a, explained above`,
  )
  assert.match(await explained('record.self'), /part of the cycle record -> record/)
  assert.match(await explained('after'), /^after = .*\n.*, unknown as what it refers to is in error\n/)
})

/** Each row: an unknown value, and what is said about why. */
const unknowns: readonly (readonly [path: string, says: string])[] = [
  ['typo', 'in error: unknown property "nowhere"'],
  ['badly', 'in error: expected boolean, got number'],
  ['below', 'unknown as what it refers to is in error'],
  ['elsewhere', 'in error: not found'],
  ['later', 'known only when opened'],
  ['later.string', 'known only when opened'],
]
for (const [path, says] of unknowns) {
  test(`the explanation of \`${path}\` says: ${says}`, async () => {
    assert.equal((await explained(path)).split('\n')[1]!.split(', ').slice(1).join(', '), says)
  })
}

/** Each row: a path that leads nowhere, and why. */
const missing: readonly (readonly [path: string, why: string])[] = [
  ['names.onee', '; did you mean "one"?'],
  ['names.x', ': names has one, ["two words"]'],
  ['list[2]', ': list is a list of 2 elements'],
  ['list.first', ': list is a list of 2 elements, each with its index: [0]'],
  ['nothing.x', ': nothing is null'],
  ['names.one.x.y', ': names.one is a single value'],
  ['later.nope', ': later has '],
  ['sealed.name', ''],
  ['[7]', ': the environment is a record, whose members have names: ["7"]'],
]
for (const [path, why] of missing) {
  test(`there is no value at \`${path}\`${why}`, async () => {
    assert.equal(await explained(path), '')
    const said = whyMissing(await checked(), parsePropertyPath(path))
    assert.equal(said.slice(0, why.endsWith(' ') ? why.length : undefined), why)
  })
}

test('a number that JSON does not have is explained as its text', async () => {
  const source = encodeUtf8('values: {a: [.inf, -.INF, .nan], b: "${a[2]}"}\n')
  const { checked } = await checkSource('dev', source, host)
  const found = await explainValue(checked!, [], createChecker(host))
  assert.equal(JSON.stringify(found!.value), '{"a":["+Inf","-Inf","NaN"],"b":"NaN"}')
  assert.match(formatExplanation(found!), /^dev = \{"a":\["\+Inf","-Inf","NaN"\]/)
})

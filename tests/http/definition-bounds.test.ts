// The bounds of a definition through the server's doors. How each bound is counted is tested in `src/expr` and `src/eval`.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createWorld, type World } from './world.ts'

const times = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join('')

/** A text one beyond a bound, and what is said about it. */
const beyond: Record<string, readonly [text: string, says: RegExp]> = {
  bytes: [
    `values: {a: 1}\n${'# xxxxxx\n'.repeat(29_126)}`,
    /limit_exceeded: 262,149 bytes in a definition \(limit 262,144\)/,
  ],
  line: [`values: {a: 1}\n#${'x'.repeat(65_536)}`, /65,537 bytes in a line at line 2 \(limit 65,536\)/],
  scalar: [
    `values:\n  a: |\n    ${'x'.repeat(32_767)}\n    ${'y'.repeat(32_768)}\n`,
    /65,537 bytes in a scalar at line 2/,
  ],
  depth: [`values: {a: ${'['.repeat(127)}${']'.repeat(127)}}`, /exceeded max depth of 128/],
  keys: [`values:\n${times(5001, (i) => `  k${i}: 1\n`)}`, /5,001 keys in one map at line 2 \(limit 5,000\)/],
  anchors: [`values: [${'&a 1, '.repeat(1001)}]`, /1,001 anchors at line 1 \(limit 1,000\)/],
  nodes: [`values:\n  l:\n${times(20_000, () => '  - 1\n')}`, /20,001 nodes at line 20002 \(limit 20,000\)/],
  imports: [
    `imports: [${times(65, (i) => `e${i},`)}]`,
    /65 imports in one environment at line 1 \(limit 64\)/,
  ],
  references: [
    `values:\n  a: 1\n  l:\n${times(10_001, () => '  - ${a}\n')}`,
    /10,001 references at line 10004/,
  ],
  chain: [
    `values:\n${times(65, (i) => `  r${100 + i}: \${r${101 + i}}\n`)}  r165: 1\n`,
    /65 references in a chain/,
  ],
  text: [
    `values:\n  p0: ${'x'.repeat(1025)}\n${times(10, (i) => `  p${i + 1}: "\${p${i}}\${p${i}}"\n`)}`,
    /1,049,600 bytes in a computed string/,
  ],
  'JSON in JSON': [
    `values: {a: {fn::fromJSON: '${'['.repeat(129)}${']'.repeat(129)}'}}`,
    /exceeded max depth of 128/,
  ],
}

describe('a definition beyond its bounds', () => {
  let world: World
  const path = '/api/esc/environments/acme/web/dev'
  const small = 'values: {greeting: hello}'
  before(async () => {
    world = await createWorld()
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
    await world.call('ada', `PATCH ${path}`, { body: small })
  })
  after(() => world.close())

  for (const [bound, [body, says]] of Object.entries(beyond)) {
    test(`S-42: one beyond the bound of ${bound} is refused by every door, and the revision before stays`, async () => {
      const doors = [
        `PATCH ${path}`,
        'POST /api/esc/environments/acme/yaml/check',
        'POST /api/esc/environments/acme/yaml/open',
        `POST ${path}/drafts`,
      ]
      for (const door of doors) {
        const { status, text } = await world.call('ada', door, { body })
        assert.equal(status, 400, `${door}: ${text.slice(0, 300)}`)
        assert.match(text, says, door)
        assert.ok(text.length < 20_000, door)
      }
      assert.equal((await world.call('ada', `GET ${path}`)).text, small)
    })
  }

  test('S-42: a secret as long as a scalar may be, and 60 that fill a text, are saved, opened and saved again', async () => {
    const texts = [
      `values:\n  a:\n    fn::secret: |-\n${times(64, () => `      ${'x'.repeat(1023)}\n`)}`,
      `values:\n${times(60, (i) => `  k${i}: {fn::secret: ${'x'.repeat(4000)}}\n`)}`,
    ]
    for (const body of texts) {
      assert.equal((await world.call('ada', `PATCH ${path}`, { body })).status, 200)
      assert.equal((await world.call('ada', `POST ${path}/open`)).status, 200)
      const stored = (await world.call('ada', `GET ${path}`)).text
      const again = await world.call('ada', `PATCH ${path}`, { body: `${stored}# again\n` })
      assert.equal(again.status, 200, again.text)
    }
  })

  test('S-42: a text that would be beyond a bound once its secrets are sealed is not saved', async () => {
    const before = (await world.call('ada', `GET ${path}`)).text
    const body = `values:\n  s: {fn::secret: x}\n  long: ${'x'.repeat(65_000)}\n    ${'y'.repeat(530)}\n`
    const { status, text } = await world.call('ada', `PATCH ${path}`, { body })
    assert.equal(status, 400)
    assert.match(text, /65,539 bytes in a line.*measured with its secrets sealed.*split the definition/)
    assert.equal((await world.call('ada', `GET ${path}`)).text, before)
  })
})

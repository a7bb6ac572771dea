import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { routes } from '../../src/http/index.ts'
import { assertContract } from './table.ts'
import { createWorld, type World } from './world.ts'

const member = fc.constantFrom(
  'name',
  'project',
  'value',
  'revision',
  'reason',
  'replacement',
  'currentTag',
  'newTag',
  'paths',
  'scheduleCron',
  'scheduleOnce',
  'gates',
  'grants',
  'filters',
  'payloadUrl',
  'secret',
  '__proto__',
  'constructor',
  'plaintexts',
  'ciphertexts',
  'description',
  'expires',
  'owner',
  'deletionProtected',
)
const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e21, '', 'dev', '0 0 * * *', 'latest', '\u0000', 'a', []),
  fc.string({ maxLength: 12 }),
  fc.jsonValue({ maxDepth: 2 }),
)
const body = fc.oneof(
  fc.dictionary(member, value, { maxKeys: 5 }).map((object) => JSON.stringify(object)),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom('', '{', 'values: {a: 1}', 'imports: [x]', '- a', '\uFEFF{}', 'values:\n\t- x'),
  fc.string({ maxLength: 40 }),
)
const segment = fc.oneof(
  fc.constantFrom('acme', 'web', 'dev', 'latest', '1', 'tags', 'yaml', 'open', '..', '%00', '%2f', 'a%20b'),
  fc.string({ maxLength: 8 }).map((text) => encodeURIComponent(text.toWellFormed())),
)
const query = fc.array(
  fc.tuple(
    fc.constantFrom(
      'count',
      'after',
      'before',
      'property',
      'duration',
      'revision',
      'continuationToken',
      'showSecrets',
      'maxResults',
    ),
    fc.oneof(
      fc.constantFrom('', '0', '-1', '99999999999999999999', 'a.b', '["', 'true', '1h'),
      fc.string({ maxLength: 6 }),
    ),
  ),
  { maxLength: 3 },
)

describe('any request', () => {
  let world: World
  before(async () => {
    world = await createWorld(
      {},
      { log: (event) => (event.level === 'error' ? errors.push(event) : undefined) },
    )
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name: 'dev' } })
  })
  after(() => world.close())
  const errors: unknown[] = []

  test('S-58: is answered in the published shape, never with an internal error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.array(segment, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        query,
        body,
        async (route, segments, known, parameters, text) => {
          const names: Record<string, string> = known ? { org: 'acme', project: 'web', env: 'dev' } : {}
          let next = 0
          const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
            next += 1
            return names[name] ?? segments[next - 1] ?? 'x'
          })
          const search = new URLSearchParams(
            parameters.map(([name, text]): [string, string] => [name, text.toWellFormed()]),
          )
          const bodiless = route.method === 'GET' || route.method === 'HEAD'
          const answered = await world.call('ada', `${route.method} ${path}?${search}`, {
            ...(bodiless ? {} : { body: text.toWellFormed() }),
          })
          assert.ok(
            answered.status < 500,
            `${route.method} ${path}: ${answered.text} ${JSON.stringify(errors)}`,
          )
          if (answered.status >= 400) assertContract(`${route.method} ${path}`, answered)
        },
      ),
      { numRuns: 400 },
    )
  })
})

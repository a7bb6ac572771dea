import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWorld } from './world.ts'

const org = '/api/esc/environments/acme'

const level = fc.constantFrom('none', 'read', 'open', 'write')

/** Environments in order; each may import earlier ones, by `imports` or by reference. */
const graph = fc.integer({ min: 2, max: 7 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, index) =>
      fc.record({
        level,
        imports: fc.uniqueArray(fc.nat(Math.max(0, index - 1)), { maxLength: index === 0 ? 0 : 3 }),
        reference: fc.boolean(),
      }),
    ),
  ),
)

test('S-21: an open gives values of what the caller may open, through any chain, or nothing at all', async () => {
  const world = await createWorld()
  const organization = await world.store.read((transaction) => transaction.organizations.find('acme'))
  let round = 0
  await fc.assert(
    fc.asyncProperty(graph, async (nodes) => {
      round += 1
      const name = (index: number) => `r${round}-e${index}`
      for (const [index, { imports, reference, level }] of nodes.entries()) {
        const [first, ...rest] = imports
        const listed = reference ? rest : imports
        const lines = [
          `imports: [${listed.map((each) => `web/${name(each)}`).join(', ')}]`,
          'values:',
          `  canary${index}: "canary-${index}-"`,
          ...(reference && first !== undefined
            ? [`  ref${index}: \${environments.web.${name(first)}.canary${first}}`]
            : []),
        ]
        await world.call('ada', `POST ${org}`, { body: { project: 'web', name: name(index) } })
        const saved = await world.call('ada', `PATCH ${org}/web/${name(index)}`, { body: lines.join('\n') })
        assert.equal(saved.status, 200, saved.text)
        await world.store.change(async (transaction) => {
          const found = await transaction.environments.find(organization!.id, 'web', name(index))
          await transaction.settings.put(found!.id, 'grants', { 'u-ben': level })
        })
      }
      const reachable = (index: number): number[] => [
        index,
        ...nodes[index]!.imports.flatMap((each) => reachable(each)),
      ]
      const opens = (index: number) => ['open', 'write'].includes(nodes[index]!.level)
      for (const index of nodes.keys()) {
        const opened = await world.call('ben', `POST ${org}/web/${name(index)}/open`)
        const allowed = reachable(index).every(opens)
        assert.equal(opened.status === 200, allowed, opened.text)
        for (const hidden of nodes.keys()) {
          if (!opens(hidden)) assert.ok(!opened.text.includes(`canary-${hidden}-`), opened.text)
        }
      }
    }),
    { numRuns: 25 },
  )
  await world.close()
})

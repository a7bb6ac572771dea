// An open whose texts and caller are those of an open before is not evaluated again; nobody can tell but by the clock.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evaluatorInProcess } from '../../src/evaluator/index.ts'
import { createApp } from '../../src/http/index.ts'
import { createService } from '../../src/service/index.ts'
import { createWorld, type Who, type World } from './world.ts'

const environments = '/api/esc/environments/acme'

/** A server that counts its evaluations, with environments that import one another. */
async function counted() {
  let runs = 0
  const world = await createWorld({
    evaluator: {
      ...evaluatorInProcess,
      run(job, host) {
        if (job.task.kind === 'open') runs += 1
        return evaluatorInProcess.run(job, host)
      },
    },
  })
  for (const [name, text] of [
    ['base', 'values:\n  a: 1\n  s: {fn::secret: hidden}\n'],
    ['top', 'imports: [web/base]\nvalues:\n  b: ${a} for ${context.pulumi.user.login}\n'],
  ] as const) {
    await ok(world, 'ada', `POST ${environments}`, { project: 'web', name })
    await ok(world, 'ada', `PATCH ${environments}/web/${name}`, text)
  }
  // Whatever was evaluated for the saves.
  runs = 0
  return { world, runs: () => runs, [Symbol.asyncDispose]: () => world.close() }
}

async function ok(world: World, who: Who, request: string, body: string | object): Promise<void> {
  const answered = await world.call(who, request, { body })
  assert.ok(answered.status < 300, `${request}: ${answered.status} ${answered.text}`)
}

/** The values that an open gives, or the status and text that refuse it. */
async function opened(world: Pick<World, 'call'>, who: Who, name = 'top'): Promise<unknown> {
  const answered = await world.call(who, `POST ${environments}/web/${name}/open`, {
    headers: { prefer: 'return=representation' },
  })
  if (answered.status !== 200) return [answered.status, answered.text]
  return answered.json()['environment']
}

const level = (world: World, name: string, value: string) =>
  world.store.change(async (tx) => {
    const acme = await tx.organizations.find('acme')
    const environment = await tx.environments.find(acme!.id, 'web', name)
    await tx.settings.put(environment!.id, 'grants', { 'u-ben': value })
  })

test('the second open of the same texts by the same caller evaluates nothing, and gives the same', async () => {
  await using scope = await counted()
  const { world, runs } = scope
  const first = await opened(world, 'ada')
  assert.equal(runs(), 1)
  assert.deepEqual(await opened(world, 'ada'), first)
  assert.equal(runs(), 1)
  await ok(world, 'ada', `PATCH ${environments}/web/base`, 'values:\n  a: 2\n')
  assert.match(JSON.stringify(await opened(world, 'ada')), /2 for ada/)
  assert.equal(runs(), 2)
})

test('S-23: a caller with other attributes, or without the right to an import, gets nothing that another was given', async () => {
  await using scope = await counted()
  const { world } = scope
  await level(world, 'base', 'open')
  await level(world, 'top', 'open')
  assert.match(JSON.stringify(await opened(world, 'ada')), /1 for ada/)
  assert.match(JSON.stringify(await opened(world, 'ben')), /1 for ben/)
  await level(world, 'base', 'read')
  const [status, text] = (await opened(world, 'ben')) as [number, string]
  assert.equal(status, 403)
  assert.match(text, /web\/base/)
  assert.match(JSON.stringify(await opened(world, 'ada')), /1 for ada/)
})

test('what calls a provider is evaluated each time', async () => {
  await using scope = await counted()
  const { world, runs } = scope
  await ok(world, 'ada', `PATCH ${environments}/web/top`, 'values:\n  t: {"fn\\u003a:open::test": 1}\n')
  const before = runs()
  await opened(world, 'ada')
  await opened(world, 'ada')
  assert.equal(runs(), before + 2)
})

test('a result is remembered for five minutes', async () => {
  await using scope = await counted()
  const { world, runs } = scope
  await opened(world, 'ada')
  world.clock.now = new Date(world.clock.now.getTime() + 5 * 60_000 + 1)
  await opened(world, 'ada')
  assert.equal(runs(), 2)
})

test('the entry of an open that was not evaluated names its imports all the same', async () => {
  await using scope = await counted()
  const { world } = scope
  for (const _ of [1, 2]) await opened(world, 'ada')
  const bodies = await world.store.read(async (tx) => {
    const acme = await tx.organizations.find('acme')
    return (await tx.auditEntries.forward(acme!.id, 0, 100)).items.map(({ body }) => body)
  })
  const opens = bodies.filter((body) => body.includes('"imports":["web/base@2"]'))
  assert.equal(opens.length, 2, bodies.join('\n'))
})

/** Changes of what an open rests on. */
const changes: readonly ((world: World, n: number) => Promise<unknown>)[] = [
  (world, n) => world.call('ada', `PATCH ${environments}/web/base`, { body: `values:\n  a: ${n}\n` }),
  (world) => world.call('ada', `PATCH ${environments}/web/top`, { body: 'imports: [web/base@1]\n' }),
  (world, n) =>
    world.call('ada', `PATCH ${environments}/web/top`, {
      body: `imports: [web/base]\nvalues:\n  b: \${a} of ${n} for \${context.pulumi.user.login}\n`,
    }),
  (world, n) =>
    world.call('ada', `POST ${environments}/web/base/versions/${1 + (n % 4)}/retract`, { body: {} }),
  (world) => level(world, 'base', 'read'),
  (world) => level(world, 'base', 'open'),
  (world) => level(world, 'top', 'open'),
  (world) => level(world, 'top', 'none'),
  (world) => world.call('ada', `DELETE ${environments}/web/base`),
  (world) => world.call('ada', `PUT ${environments}/restore`, { body: { project: 'web', name: 'base' } }),
]

test('an open gives what a server that remembers nothing gives, whatever was changed before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(changes.length - 1), { minLength: 2, maxLength: 10 }), async (which) => {
      await using scope = await counted()
      const { world } = scope
      for (const [n, index] of which.entries()) {
        await changes[index]!(world, n + 2)
        for (const who of ['ada', 'ben', 'ada'] as const) {
          const fresh = createApp(createService(world.parts), { requestIds: () => 'r' })
          const forgetful: Pick<World, 'call'> = {
            call: async (_, request, options) => {
              const [method = '', path = ''] = request.split(' ')
              const headers = { authorization: `token ${world.tokens[who]}`, ...options?.headers }
              const answer = await fresh.fetch(new Request(`http://x${path}`, { method, headers }))
              const text = await answer.text()
              return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) }
            },
          }
          assert.deepEqual(await opened(world, who), await opened(forgetful, who))
        }
      }
    }),
    { numRuns: 6 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, echoProvider, providerSet } from './world.ts'

test('S-23: what was opened for one caller reaches no other, and ends with the right to it', async () => {
  const provider = echoProvider()
  const world = await createWorld({ providers: () => providerSet(new Map([['test', provider]])) })
  const org = '/api/esc/environments/acme'
  const env = `${org}/web/dev`
  const text = [
    'values:',
    '  login:',
    '    fn::open::test:',
    `      user: \${context.pulumi.user.login}`,
    `      token: \${context.pulumi.token.name}`,
    '',
  ].join('\n')
  await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'dev' } })
  assert.equal((await world.call('ada', `PATCH ${env}`, { body: text })).status, 200)
  const grant = (grants: object) => world.call('ada', `PUT ${env}/grants`, { body: { grants } })
  const open = async (who: 'ada' | 'ben') => {
    const opened = await world.call(who, `POST ${env}/open`)
    return { status: opened.status, id: opened.status === 200 ? String(opened.json()['id']) : '' }
  }
  const read = (who: 'ada' | 'ben' | 'eve', id: string) =>
    world.call(who, `GET ${env}/open/${id}?property=login.user`)

  await grant({ ben: 'open' })
  const bens = await open('ben')
  const adas = await open('ada')
  assert.equal(provider.opened, 2, 'each caller has a credential of their own')
  assert.equal((await read('ben', bens.id)).json()['value'], 'ben')
  assert.equal((await read('ada', adas.id)).json()['value'], 'ada')
  for (const [who, id] of [
    ['ada', bens.id],
    ['ben', adas.id],
    ['eve', adas.id],
  ] as const) {
    const { status, text } = await read(who, id)
    assert.equal(status, 404)
    assert.ok(!/"value"/.test(text))
  }
  await grant({})
  assert.equal((await read('ben', bens.id)).status, 404, 'the right is asked at every read')
  assert.equal((await open('ben')).status, 404)
  assert.equal(provider.opened, 2, 'nothing was opened for who may not')
  await grant({ ben: 'read' })
  assert.equal((await read('ben', bens.id)).status, 403)
  await world.close()
})

test('S-53: what a provider answers is a value and nothing else, whatever it looks like', async () => {
  const hostile = {
    a: `\${other.secret}`,
    b: { 'fn::open::test': { x: 1 } },
    c: { 'fn::secret': 'not evaluated' },
    imports: ['web/other'],
    __proto__x: 1,
    'fn::fromJSON': '{"x": 1}',
  }
  const provider = echoProvider()
  const world = await createWorld({
    providers: () =>
      providerSet(
        new Map([
          [
            'test',
            {
              ...provider,
              async open(...given: Parameters<typeof provider.open>) {
                const { trace } = await provider.open(...given)
                return exported(hostile, trace) as Awaited<ReturnType<typeof provider.open>>
              },
            },
          ],
        ]),
      ),
  })
  const org = '/api/esc/environments/acme'
  const env = `${org}/web/dev`
  for (const name of ['dev', 'other'])
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
  await world.call('ada', `PATCH ${org}/web/other`, { body: 'values: {secret: canary}\n' })
  const saved = await world.call('ada', `PATCH ${env}`, {
    body: `values:\n  got: {"fn::open::test": {}}\n  text: "x\${got.a}"\n`,
  })
  assert.equal(saved.status, 200, saved.text)
  const opened = await world.call('ada', `POST ${env}/open`)
  assert.equal(opened.status, 200, opened.text)
  const read = await world.call('ada', `GET ${env}/open/${opened.json()['id']}`)
  assert.ok(!read.text.includes('canary'))
  const { got, text } = read.json()['properties'] as Record<string, { value: Record<string, unknown> }>
  assert.equal((got!.value['a'] as { value: string }).value, `\${other.secret}`)
  assert.equal(text!.value as unknown as string, `x\${other.secret}`)
  assert.ok('fn::open::test' in (got!.value['b'] as { value: object }).value)
  await world.close()
})

/** Plain data as a provider exports it. */
function exported(value: unknown, trace: object): object {
  if (Array.isArray(value)) return { value: value.map((each) => exported(each, trace)), trace }
  if (typeof value !== 'object' || value === null) return { value, trace }
  const members = Object.entries(value).map(([key, each]) => [key, exported(each, trace)])
  return { value: Object.fromEntries(members), trace }
}

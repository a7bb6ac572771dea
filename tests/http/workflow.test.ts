import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { hashAuditEntry } from '../../src/crypto/index.ts'
import type { HookRequest } from '../../src/service/index.ts'
import { countingRotator } from './counting-rotator.ts'
import { assertContract, table } from './table.ts'
import { createWorld, echoProvider, providerSet, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const env = `${org}/web/dev`
const requests = '/api/change-requests/acme'

async function grant(world: World, name: string, level: string): Promise<void> {
  await world.store.change(async (transaction) => {
    const acme = await transaction.organizations.find('acme')
    const found = await transaction.environments.find(acme!.id, 'web', name)
    await transaction.settings.put(found!.id, 'grants', { 'u-ben': level })
  })
}

async function create(world: World, name: string, text: string): Promise<void> {
  await world.call('ada', `POST ${org}`, { body: { project: 'web', name } })
  const saved = await world.call('ada', `PATCH ${org}/web/${name}`, { body: text })
  assert.equal(saved.status, 200, saved.text)
}

describe('drafts', () => {
  let world: World
  let id = ''
  before(async () => {
    world = await createWorld()
    await create(world, 'dev', 'values: {a: 1}\n')
  })
  after(() => world.close())
  const draft = () => `${env}/drafts/${id}`

  test('a draft with errors is refused like an update, before anything else', async () => {
    const refused = await world.call('ada', `POST ${env}/drafts`, { body: `values: {a: "\${b}"}\n` })
    assert.equal(refused.status, 400)
    assert.match(refused.text, /unknown property/)
  })

  test('a stale tag is refused, a current one is not', async () => {
    const headers = { etag: '"stale"' }
    const stale = await world.call('ada', `POST ${env}/drafts`, { body: 'values: {a: 2}\n', headers })
    assert.equal(stale.status, 409)
    const etag = (await world.call('ada', `GET ${env}`)).headers.get('etag')!
    const made = await world.call('ada', `POST ${env}/drafts`, {
      body: 'values: {a: 2, s: {fn::secret: hunter2}}\n',
      headers: { etag },
    })
    assert.equal(made.status, 200, made.text)
    assertContract(`POST ${env}/drafts`, made)
    assert.deepEqual(Object.keys(made.json()), ['changeRequestId', 'latestRevisionNumber'])
    assert.equal(made.json()['latestRevisionNumber'], 1)
    id = String(made.json()['changeRequestId'])
  })

  test('a second draft is refused and told the first', async () => {
    const second = await world.call('ada', `POST ${env}/drafts`, { body: 'values: {}\n' })
    assert.equal(second.status, 409)
    assert.ok(second.text.includes(id))
  })

  test('a draft is read sealed, changed against its tag, and opened', async () => {
    const read = await world.call('ada', `GET ${draft()}`)
    assert.match(read.text, /ciphertext/)
    assert.ok(!read.text.includes('hunter2'))
    assert.equal(read.headers.get('content-type'), 'application/x-yaml')
    const stale = await world.call('ada', `PATCH ${draft()}`, {
      body: 'values: {a: 3}\n',
      headers: { 'if-match': '"other"' },
    })
    assert.equal(stale.status, 409)
    const changed = await world.call('ada', `PATCH ${draft()}`, {
      body: read.text.replace('a: 2', 'a: 3'),
      headers: { 'if-match': read.headers.get('etag')! },
    })
    assert.equal(changed.status, 200, changed.text)
    assert.equal(changed.json()['latestRevisionNumber'], 2)
    assert.equal(changed.headers.get('etag'), (await world.call('ada', `GET ${draft()}`)).headers.get('etag'))
    const empty = await world.call('ada', `PATCH ${draft()}`, {
      body: read.text.replace('a: 2', 'a: 3'),
      headers: { 'if-match': '' },
    })
    assert.equal(empty.status, 200)
    const opened = await world.call('ada', `POST ${draft()}/open?duration=2h0m0s`)
    const value = await world.call('ada', `GET ${env}/open/${opened.json()['id']}?property=s`)
    assert.match(value.text, /"value":"hunter2"/)
    assert.match((await world.call('ada', `GET ${draft()}?revision=1`)).text, /a: 2/)
    assert.equal((await world.call('ada', `GET ${draft()}?revision=9`)).status, 404)
  })

  test('the environment tells its active draft and is unchanged', async () => {
    const metadata = await world.call('ada', `GET ${env}/metadata`)
    assert.deepEqual(metadata.json()['activeChangeRequest'], { changeRequestId: id, latestRevisionNumber: 3 })
    assert.equal((await world.call('ada', `GET ${env}`)).text, 'values: {a: 1}\n')
  })

  test('submit once; the second time tells the state in the words that scripts know', async () => {
    assert.equal((await world.call('ada', `POST ${requests}/${id}/submit`, { body: {} })).status, 204)
    const twice = await world.call('ada', `POST ${requests}/${id}/submit`, { body: {} })
    assert.equal(twice.status, 400)
    assert.equal(
      twice.json()['message'],
      'Bad Request: change request must be in draft status to submit (current status: ready): invalid request',
    )
    assert.equal((await world.call('ada', `PATCH ${draft()}`, { body: 'values: {a: 4}\n' })).status, 200)
  })

  test('apply makes the revision and remembers where it comes from', async () => {
    const list = await world.call('ada', `GET ${requests}?entityType=environment`)
    assertContract(`GET ${requests}`, list)
    assert.equal((list.json()['changeRequests'] as object[]).length, 1)
    const detail = await world.call('ada', `GET ${requests}/${id}`)
    assertContract(`GET ${requests}/${id}`, detail)
    const applied = await world.call('ada', `POST ${requests}/${id}/apply`)
    assert.equal(applied.status, 200, applied.text)
    assert.equal(applied.json()['entityUrl'], '/acme/esc/web/dev')
    assert.equal((await world.call('ada', `GET ${env}`)).text, 'values: {a: 4}\n')
    const history = await world.call('ada', `GET ${env}/versions?count=1`)
    assert.match(history.text, new RegExp(`"sourceChangeRequest":{"id":"${id}"`))
    const events = await world.call('ada', `GET ${requests}/${id}/events`)
    assertContract(`GET ${requests}/${id}/events`, events)
    const types = (events.json()['events'] as { type: string }[]).map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'revision_added').length, 4)
    assert.equal(types.at(-1), 'status_changed')
  })

  test('a draft on an old base is not applied', async () => {
    const made = await world.call('ada', `POST ${env}/drafts`, { body: 'values: {a: 5}\n' })
    const next = String(made.json()['changeRequestId'])
    await world.call('ada', `PATCH ${env}`, { body: 'values: {a: 6}\n' })
    await world.call('ada', `POST ${requests}/${next}/submit`)
    assert.equal((await world.call('ada', `POST ${requests}/${next}/apply`)).status, 409)
    assert.equal((await world.call('ada', `GET ${env}`)).text, 'values: {a: 6}\n')
    assert.equal(
      (await world.call('ada', `POST ${requests}/${next}/close`, { body: { comment: 'no' } })).status,
      204,
    )
  })

  test('S-19: the other organization finds none of it', async () => {
    for (const request of [
      `GET ${draft()}`,
      `GET ${requests}/${id}`,
      `GET /api/change-requests/evil/${id}`,
      `POST /api/change-requests/evil/${id}/apply`,
    ]) {
      assert.equal((await world.call('eve', request)).status, 404, request)
    }
    assert.equal((await world.call('ben', `GET ${requests}/${id}`)).status, 404)
    assert.deepEqual((await world.call('ben', `GET ${requests}`)).json(), { changeRequests: [] })
  })
})

describe('gates', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await create(world, 'base', 'values: {deep: 1}\n')
    await create(world, 'dev', 'imports: [web/base]\nvalues: {s: {fn::secret: hunter2}}\n')
    await grant(world, 'dev', 'write')
    await grant(world, 'base', 'open')
  })
  after(() => world.close())

  test('an open that needs no approval cannot be asked for', async () => {
    const asked = await world.call('ben', `POST ${env}/open/request`, {
      body: { grantExpirationSeconds: 90_000, accessDurationSeconds: 259_200 },
    })
    assert.equal(asked.status, 400)
  })

  test('an open gate keeps open and decrypt until it is approved, by another, and then for the asked time', async () => {
    const put = await world.call('ada', `PUT ${env}/gates`, {
      body: { gates: [{ name: 'four eyes', action: 'open' }] },
    })
    assert.equal(put.status, 200, put.text)
    for (const [request, body] of [
      [`POST ${env}/open`],
      [`GET ${env}/decrypt`],
      [`GET ${env}/versions/latest/decrypt`],
      [`POST ${env}/versions/latest/check?showSecrets=true`],
      [`POST ${env}/decrypt-secrets`, { ciphertexts: [] }],
      [`POST ${env}/clone`, { name: 'mine' }],
    ] as const) {
      const kept = await world.call('ben', request, body === undefined ? {} : { body })
      assert.equal(kept.status, 409, `${request}: ${kept.text}`)
      assert.match(kept.text, /four eyes/)
    }
    assert.equal((await world.call('ben', `GET ${env}/metadata`)).json()['openRequestNeeded'], true)
    const asked = await world.call('ben', `POST ${env}/open/request`, {
      body: { grantExpirationSeconds: 90_000, accessDurationSeconds: 3_600 },
    })
    assert.equal(asked.status, 200, asked.text)
    assertContract(`POST ${env}/open/request`, asked)
    const [first] = asked.json()['changeRequests'] as { changeRequestId: string; etag: string }[]
    const id = first!.changeRequestId
    assert.equal(first!.etag, `${id}/0`)
    const read = await world.call('ben', `GET ${env}/open/request/${id}`)
    assertContract(`GET ${env}/open/request/${id}`, read)
    assert.equal(read.json()['accessDurationSeconds'], 3_600)
    const own = await world.call('ben', `POST ${requests}/${id}/approve`, { body: { revisionNumber: 0 } })
    assert.equal(own.status, 403, own.text)
    assert.equal((await world.call('ben', `POST ${requests}/${id}/apply`)).status, 409)
    const approved = await world.call('ada', `POST ${requests}/${id}/approve`, {
      body: { revisionNumber: 0 },
    })
    assert.equal(approved.status, 204, approved.text)
    assert.equal((await world.call('ben', `POST ${requests}/${id}/apply`)).status, 200)
    assert.equal((await world.call('ben', `POST ${env}/open`)).status, 200)
    assert.equal((await world.call('ada', `POST ${env}/open`)).status, 409, 'the grant is the asker’s alone')
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_001)
    assert.equal((await world.call('ben', `POST ${env}/open`)).status, 409)
  })

  test('whoever asked may ask for other times, which need approvals of their own', async () => {
    const asked = await world.call('ben', `POST ${env}/open/request`)
    const [first] = asked.json()['changeRequests'] as { changeRequestId: string }[]
    const id = first!.changeRequestId
    const path = `${env}/open/request/${id}`
    const times = { grantExpirationSeconds: 60, accessDurationSeconds: 120 }
    await world.call('ada', `POST ${requests}/${id}/approve`, { body: { revisionNumber: 0 } })
    assert.equal((await world.call('ada', `PUT ${path}`, { body: times })).status, 403)
    assert.equal((await world.call('ben', `PUT ${path}`, { body: { accessDurationSeconds: 0 } })).status, 400)
    const changed = await world.call('ben', `PUT ${path}`, { body: times })
    assert.equal(changed.status, 200, changed.text)
    assertContract(`PUT ${path}`, changed)
    assert.equal(changed.json()['accessDurationSeconds'], 120)
    assert.equal((await world.call('ben', `POST ${requests}/${id}/apply`)).status, 409)
    await world.call('ada', `POST ${requests}/${id}/approve`, { body: { revisionNumber: 1 } })
    assert.equal((await world.call('ben', `POST ${requests}/${id}/apply`)).status, 200)
    assert.equal((await world.call('ben', `PUT ${path}`, { body: times })).status, 400)
    world.clock.now = new Date(world.clock.now.getTime() + 120_001)
    assert.equal((await world.call('ben', `POST ${env}/open`)).status, 409)
  })

  test('a gate on an import keeps the importer too', async () => {
    await world.call('ada', `PUT ${env}/gates`, { body: { gates: [] } })
    await world.call('ada', `PUT ${org}/web/base/gates`, {
      body: { gates: [{ name: 'deep', action: 'open' }] },
    })
    const opened = await world.call('ben', `POST ${env}/open`)
    assert.equal(opened.status, 409, opened.text)
    assert.match(opened.text, /needs an approval/)
    const asked = await world.call('ben', `POST ${env}/open/request`)
    const names = (asked.json()['changeRequests'] as { environmentName: string }[]).map(
      ({ environmentName }) => environmentName,
    )
    assert.deepEqual(names, ['dev', 'base'])
  })

  test('an update gate leaves drafts as the only way', async () => {
    await world.call('ada', `PUT ${env}/gates`, {
      body: { gates: [{ name: 'review', action: 'update', selfApproval: false }] },
    })
    const kept = await world.call('ben', `PATCH ${env}`, { body: 'values: {}\n' })
    assert.equal(kept.status, 409)
    assert.match(String(kept.headers.get('openesc-hint')), /--draft/)
    const made = await world.call('ben', `POST ${env}/drafts`, { body: 'values: {z: 1}\n' })
    const id = String(made.json()['changeRequestId'])
    await world.call('ben', `POST ${requests}/${id}/submit`)
    assert.equal((await world.call('ben', `POST ${requests}/${id}/apply`)).status, 409)
    await world.call('ada', `POST ${requests}/${id}/approve`, { body: { revisionNumber: 1 } })
    await world.call('ben', `PATCH ${env}/drafts/${id}`, { body: 'values: {z: 2}\n' })
    assert.equal(
      (await world.call('ben', `POST ${requests}/${id}/apply`)).status,
      409,
      'a change withdraws approvals',
    )
    await world.call('ada', `POST ${requests}/${id}/approve`, { body: { revisionNumber: 2 } })
    assert.equal((await world.call('ben', `POST ${requests}/${id}/apply`)).status, 200)
    assert.equal((await world.call('ada', `GET ${env}`)).text, 'values: {z: 2}\n')
  })
})

/** Counts up; fails for the input `fail`. */
const counter = () =>
  countingRotator(async (inputs) => {
    if (inputs['fail'] !== undefined) throw new Error('the target said no')
  })

describe('rotation, schedules and webhooks', () => {
  let world: World
  const sent: HookRequest[] = []
  let answerWith = 200
  before(async () => {
    const set = providerSet(new Map([['test', echoProvider()]]))
    world = await createWorld({
      providers: () => ({ ...set, rotator: async () => counter() }),
      sendHook: async (request) => {
        sent.push(request)
        return { status: answerWith, headers: 'X-Test: 1', body: 'ok' }
      },
    })
    await create(
      world,
      'dev',
      'values:\n  good:\n    fn::rotate::swap:\n      inputs: {}\n  bad:\n    fn::rotate::swap:\n      inputs: {fail: yes}\n',
    )
  })
  after(() => world.close())

  test('what succeeded is saved sealed, what failed says why', async () => {
    const rotated = await world.call('ada', `POST ${env}/rotate`, { body: { Paths: [] } })
    assert.equal(rotated.status, 200, rotated.text)
    assertContract(`POST ${env}/rotate`, rotated)
    const event = rotated.json()['secretRotationEvent'] as {
      status: string
      postRotationRevision: number
      rotations: { environmentPath: string; status: string; errorMessage?: string }[]
    }
    assert.equal(event.status, 'failed')
    assert.equal(event.postRotationRevision, 3)
    const byPath = new Map(event.rotations.map((rotation) => [rotation.environmentPath, rotation]))
    assert.equal(byPath.get('good')?.status, 'succeeded')
    assert.equal(byPath.get('bad')?.status, 'failed')
    assert.match(byPath.get('bad')!.errorMessage!, /said no/)
    const text = (await world.call('ada', `GET ${env}`)).text
    assert.match(text, /ciphertext/)
    assert.ok(!rotated.text.includes('"1"'), 'a rotation answers no value')
  })

  test('one path is rotated alone; the key is read in any letter case', async () => {
    for (const key of ['Paths', 'paths', 'PATHS']) {
      const rotated = await world.call('ada', `POST ${env}/rotate`, { body: { [key]: ['good'] } })
      assert.equal(rotated.status, 200, rotated.text)
      const event = rotated.json()['secretRotationEvent'] as { status: string; rotations: object[] }
      assert.equal(event.status, 'succeeded')
      assert.equal(event.rotations.length, 1)
    }
    assert.match((await world.call('ada', `GET ${env}/decrypt`)).text, /fn::secret: '4'/)
  })

  test('a path with nothing to rotate is a failure that says so, beside what succeeded', async () => {
    const rotated = await world.call('ada', `POST ${env}/rotate`, { body: { paths: ['good', 'elsewhere'] } })
    const event = rotated.json()['secretRotationEvent'] as {
      status: string
      rotations: { environmentPath: string; status: string; errorMessage?: string }[]
    }
    assert.equal(event.status, 'failed')
    assert.deepEqual(
      event.rotations.map(({ environmentPath, status }) => `${environmentPath} ${status}`),
      ['good succeeded', 'elsewhere failed'],
    )
    assert.match(event.rotations[1]?.errorMessage ?? '', /no rotated secret at this path/)
  })

  test('the history has them, newest first', async () => {
    const history = await world.call('ada', `GET ${env}/rotate/history`)
    assertContract(`GET ${env}/rotate/history`, history)
    assert.equal((history.json()['events'] as object[]).length, 5)
  })

  test('a path that is none is refused', async () => {
    assert.equal((await world.call('ada', `POST ${env}/rotate`, { body: { paths: ['a['] } })).status, 400)
    assert.equal((await world.call('ada', `POST ${env}/rotate`, { body: { paths: 'a' } })).status, 400)
  })

  test('rotation can be switched off', async () => {
    const organization = await world.store.read((transaction) => transaction.organizations.find('acme'))
    const set = (value: boolean) =>
      world.store.change((transaction) =>
        transaction.settings.put(organization!.id, 'rotationDisabled', value),
      )
    await set(true)
    const refused = await world.call('ada', `POST ${env}/rotate`, { body: {} })
    assert.equal(refused.status, 403)
    assert.equal(refused.json()['message'], 'Secret rotation is not enabled for this organization')
    await set(false)
  })

  let schedule = ''
  test('a schedule is made once, with at least a day between runs', async () => {
    const post = (body: object) => world.call('ada', `POST ${env}/schedules`, { body })
    for (const bad of [
      {},
      { scheduleCron: '* * * * *' },
      { scheduleCron: '0 */6 * * *' },
      { scheduleCron: 'daily' },
      { scheduleCron: '0 0 0 * * *' },
      { scheduleCron: '0 0 30 2 *' },
      { scheduleOnce: '2020-01-01T00:00:00Z' },
      { scheduleOnce: 'tomorrow' },
      { scheduleCron: '0 0 * * *', scheduleOnce: '2030-01-01T00:00:00Z' },
    ]) {
      assert.equal((await post(bad)).status, 400, JSON.stringify(bad))
    }
    const made = await post({
      scheduleCron: '0 0 * * *',
      secretRotationRequest: { environmentPath: 'good' },
    })
    assert.equal(made.status, 200, made.text)
    assertContract(`POST ${env}/schedules`, made)
    assert.equal(made.json()['nextExecution'], '2026-01-03T00:00:00.000Z')
    assert.equal(made.json()['lastExecuted'], '')
    schedule = String(made.json()['id'])
    assert.equal((await post({ scheduleCron: '0 0 * * *' })).status, 409)
  })

  test('R-12: what is due runs once, also when two ask at once, and the history tells it', async () => {
    const before = Number((await world.call('ada', `GET ${env}`)).headers.get('pulumi-esc-revision'))
    await world.service.tick('one')
    world.clock.now = new Date('2026-01-05T12:00:00Z')
    await Promise.all([world.service.tick('one'), world.service.tick('two')])
    await world.service.tick('one')
    const after = Number((await world.call('ada', `GET ${env}`)).headers.get('pulumi-esc-revision'))
    assert.equal(after, before + 1)
    const history = await world.call('ada', `GET ${env}/schedules/${schedule}/history`)
    assertContract(`GET ${env}/schedules/x/history`, history)
    const events = history.json()['scheduleHistoryEvents'] as { result: string }[]
    assert.deepEqual(
      events.map(({ result }) => result),
      ['succeeded'],
    )
    const read = await world.call('ada', `GET ${env}/schedules/${schedule}`)
    assert.equal(read.json()['nextExecution'], '2026-01-06T00:00:00.000Z')
    assert.equal(read.json()['lastExecuted'], '2026-01-05T12:00:00.000Z')
  })

  table(
    () => world,
    [
      { is: 'another organization’s schedule', who: 'eve', request: `GET ${env}/schedules`, status: 404 },
      { is: 'no such schedule', who: 'ada', request: `GET ${env}/schedules/none`, status: 404 },
    ],
  )
  test('a change of timing clears the other kind; pausing stops it', async () => {
    const path = `${env}/schedules/${schedule}`
    const changed = await world.call('ada', `PATCH ${path}`, {
      body: { scheduleOnce: '2026-02-01T00:00:00Z' },
    })
    assert.equal(changed.json()['scheduleOnce'], '2026-02-01T00:00:00.000Z')
    assert.equal(changed.json()['scheduleCron'], undefined)
    assert.equal((await world.call('ada', `POST ${path}/pause`)).json()['paused'], true)
    assert.equal((await world.call('ada', `POST ${path}/resume`)).json()['paused'], false)
    assert.equal((await world.call('ada', `DELETE ${path}`)).status, 200)
    assert.equal((await world.call('ada', `GET ${env}/schedules`)).text, '{"schedules":[]}\n')
  })

  const hook = {
    active: true,
    displayName: 'deploy',
    name: '',
    organizationName: 'acme',
    projectName: 'web',
    envName: 'dev',
    payloadUrl: 'https://hooks.test/in',
    filters: ['environment_revision_created'],
    groups: [],
    format: 'raw',
    secret: 'topsecret',
  }
  let name = ''
  test('a webhook is made with a name of the server’s, its secret is never told', async () => {
    for (const bad of [
      { ...hook, filters: ['created'] },
      { ...hook, groups: ['stacks'] },
      { ...hook, format: 'xml' },
      { ...hook, format: 'slack' },
      { ...hook, payloadUrl: 'ftp://x' },
      { ...hook, format: 'pulumi_deployments' },
      { ...hook, envName: 'other' },
      { ...hook, name: 'a b' },
    ]) {
      assert.equal((await world.call('ada', `POST ${env}/hooks`, { body: bad })).status, 400)
    }
    const made = await world.call('ada', `POST ${env}/hooks`, { body: hook })
    assert.equal(made.status, 201, made.text)
    assertContract(`POST ${env}/hooks`, made)
    assert.equal(made.json()['hasSecret'], true)
    assert.ok(!made.text.includes('topsecret'))
    name = String(made.json()['name'])
    assert.match(name, /^[a-zA-Z0-9._-]{1,32}$/)
    const taken = await world.call('ada', `POST ${env}/hooks`, { body: { ...hook, name } })
    assert.equal(taken.status, 409)
  })

  test('a ping is sent signed and tells what came back', async () => {
    sent.length = 0
    const pinged = await world.call('ada', `POST ${env}/hooks/${name}/ping`, { body: {} })
    assert.equal(pinged.status, 200, pinged.text)
    assertContract(`POST ${env}/hooks/${name}/ping`, pinged)
    assert.equal(pinged.json()['responseCode'], 200)
    const [request] = sent
    assert.equal(
      request!.headers['Pulumi-Webhook-Signature'],
      createHmac('sha256', 'topsecret').update(request!.body).digest('hex'),
    )
    assert.equal(request!.headers['Pulumi-Webhook-Kind'], 'ping')
  })

  test('a save is told once it is durable, and tried again when the target fails', async () => {
    sent.length = 0
    answerWith = 503
    await world.call('ada', `PATCH ${env}`, { body: 'values: {told: true}\n' })
    await world.call('ada', `POST ${env}/tags`, { body: { name: 'unwatched', value: 'x' } })
    await world.service.tick('one')
    assert.equal(sent.length, 1)
    await world.service.tick('one')
    assert.equal(sent.length, 1, 'not before its time')
    answerWith = 200
    world.clock.now = new Date(world.clock.now.getTime() + 60_000)
    await world.service.tick('one')
    assert.equal(sent.length, 2)
    const payload = JSON.parse(sent[1]!.body) as Record<string, unknown>
    assert.equal(payload['action'], 'created')
    assert.equal(payload['environmentName'], 'dev')
    assert.ok(!sent[1]!.body.includes('told'), 'never a value')
    const deliveries = await world.call('ada', `GET ${env}/hooks/${name}/deliveries`)
    assertContract(`GET ${env}/hooks/${name}/deliveries`, deliveries)
    const [newest] = JSON.parse(deliveries.text) as { id: string; kind: string }[]
    assert.equal(newest!.kind, 'environment_revision')
    const again = await world.call('ada', `POST ${env}/hooks/${name}/deliveries/${newest!.id}/redeliver`)
    assert.equal(again.status, 200)
    assert.equal(sent.length, 3)
  })

  test('a change replaces what is sent, keeps the secret unless it is removed', async () => {
    const path = `${env}/hooks/${name}`
    const changed = await world.call('ada', `PATCH ${path}`, {
      body: { active: false, displayName: 'x', payloadUrl: 'https://hooks.test/in', secret: '' },
    })
    assert.deepEqual(
      [changed.json()['filters'], changed.json()['format'], changed.json()['hasSecret']],
      [[], 'raw', true],
    )
    const removed = await world.call('ada', `PATCH ${path}`, {
      body: {
        active: false,
        displayName: 'x',
        payloadUrl: 'https://hooks.test/in',
        secret: '__remove-secret',
      },
    })
    assert.equal(removed.json()['hasSecret'], false)
    assert.equal((await world.call('ada', `DELETE ${path}`)).status, 204)
    assert.equal((await world.call('ada', `GET ${env}/hooks`)).text, '[]\n')
  })
})

describe('referrers, single seals and the trail', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await create(world, 'base', 'values: {a: 1}\n')
    await create(world, 'one', 'imports: [web/base]\n')
    await create(world, 'two', 'imports: [{web/base@2: {merge: false}}]\n')
  })
  after(() => world.close())
  const base = `${org}/web/base`
  table(
    () => world,
    [
      {
        is: 'who imports it',
        who: 'ada',
        request: `GET ${base}/referrers?count=500`,
        status: 200,
        body: '{"referrers":{"latest":[{"environment":{"project":"web","name":"one","revision":2}}],"2":[{"environment":{"project":"web","name":"two","revision":2}}]}}\n'.replace(
          /"latest":(\[.*?\]),"2":(\[.*?\])/,
          '"2":$2,"latest":$1',
        ),
      },
      {
        is: 'the list counts them when asked',
        who: 'ada',
        request: `GET ${org}?includeReferrerMetadata=true`,
        status: 200,
        holds: ['"environmentReferrerCount":2', '"environmentReferrerCount":0'],
      },
      { is: 'and only then', who: 'ada', request: `GET ${org}`, status: 200, holdsNot: ['referrerMetadata'] },
      {
        is: 'by version',
        who: 'ada',
        request: `GET ${base}/versions/latest/referrers`,
        status: 200,
        holds: ['"one"'],
        holdsNot: ['"two"'],
      },
      {
        is: 'a count of 0',
        who: 'ada',
        request: `GET ${base}/referrers?count=0`,
        status: 400,
        holds: ['count must be in the range [1, 500]'],
      },
      { is: 'a count of 501', who: 'ada', request: `GET ${base}/referrers?count=501`, status: 400 },
      { is: 'an empty count', who: 'ada', request: `GET ${base}/referrers?count=`, status: 200 },
      {
        is: 'a damaged ciphertext',
        who: 'ada',
        request: `POST ${base}/decrypt-secrets`,
        send: { body: { ciphertexts: ['x'] } },
        status: 400,
        holds: ['illegal base64'],
      },
      {
        is: 'too much to seal',
        who: 'ada',
        request: `POST ${base}/encrypt-secrets`,
        send: { body: { plaintexts: ['x'.repeat(1_048_576)] } },
        status: 413,
      },
    ],
  )
  test('texts are sealed and opened in order, in their own environment only', async () => {
    const sealed = await world.call('ada', `POST ${base}/encrypt-secrets`, {
      body: { plaintexts: ['a', 'ü'] },
    })
    const ciphertexts = sealed.json()['ciphertexts']
    const opened = await world.call('ada', `POST ${base}/decrypt-secrets`, {
      body: { ciphertexts } as object,
    })
    assert.deepEqual(opened.json(), { plaintexts: ['a', 'ü'] })
    const foreign = await world.call('ada', `POST ${org}/web/one/decrypt-secrets`, {
      body: { ciphertexts } as object,
    })
    assert.equal(foreign.status, 400)
  })
  test('webhooks hear of change requests when they ask for the group', async () => {
    await world.call('ada', `POST ${base}/hooks`, {
      body: { active: true, payloadUrl: 'https://hooks.test/in', groups: ['change_requests'] },
    })
    const made = await world.call('ada', `POST ${base}/drafts`, { body: 'values: {a: 2}\n' })
    const id = String(made.json()['changeRequestId'])
    await world.call('ada', `POST ${requests}/${id}/submit`)
    await world.call('ada', `POST ${requests}/${id}/apply`)
    const [hook] = JSON.parse((await world.call('ada', `GET ${base}/hooks`)).text) as { name: string }[]
    const deliveries = await world.call('ada', `GET ${base}/hooks/${hook!.name}/deliveries`)
    const actions = (JSON.parse(deliveries.text) as { payload: string }[]).map(
      ({ payload }) => (JSON.parse(payload) as { action: string }).action,
    )
    assert.deepEqual(actions.sort(), ['applied', 'created', 'submitted'])
  })
  test('S-27: every change has an entry, chained to the one before, without values', async () => {
    await world.call('ada', `PATCH ${base}`, { body: 'values: {s: {fn::secret: canary123}}\n' })
    await world.call('ada', `POST ${base}/open`)
    await world.call('ada', `GET ${base}/decrypt`)
    const organization = await world.store.read((transaction) => transaction.organizations.find('acme'))
    const { items } = await world.store.read((transaction) =>
      transaction.auditEntries.forward(organization!.id, 0, 500),
    )
    let hash = ''
    for (const [index, entry] of items.entries()) {
      assert.equal(entry.sequence, index + 1)
      assert.equal(entry.hash, hashAuditEntry(hash, entry.body))
      assert.ok(!entry.body.includes('canary123'))
      hash = entry.hash
    }
    const events = items.map(({ event }) => event)
    for (const event of [
      'environment-created',
      'environment-updated',
      'environment-open',
      'environment-decrypted',
    ]) {
      assert.ok(events.includes(event), event)
    }
  })
})
